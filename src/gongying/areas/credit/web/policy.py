"""The credit rules in words, and the form that drafts the next version."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.doors import HQ
from gongying.core.policies import editing
from gongying.core.policies import read as policies
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page

from .. import queries
from ..rules import RULES, CreditRules

OVERDUE = [("hold", _("the order waits")), ("warn", _("a warning only")), ("pass", _("does not matter"))]
OVER = [("hold", _("the order waits")), ("warn", _("a warning only")), ("reject", _("the order is refused"))]
FITS = [("release", _("it goes on by itself")), ("wait", _("it waits for the credit desk"))]
SCOPES = [
    ("network", _("the whole network")),
    ("level", _("a level, by code")),
    ("region", _("a region, by code")),
    ("party", _("a distributor, by code")),
]
NUMBERS = {
    "default_limit": _("Limit of who has none"),
    "terms_days": _("Days to pay"),
    "forgiven_days": _("Days late that are forgiven"),
    "forgiven_amount": _("Overdue amount that is forgiven"),
    "temporary_days": _("Longest temporary limit, in days"),
}
ROWS = 4  # of the authority in the form


@page(needs="credit.desk")
def rules(request: Request) -> HttpResponse:
    """The rules that hold today for the network and those of special scope; a form drafts the next version."""
    actor, today, error = request.actor, timezone.localdate(), None
    if request.method == "POST":
        try:
            made = _draft(request)
            messages.success(request, say("Drafted: read it once more, then publish it."))
            return redirect(links.to("policy", made) or request.path)
        except Refused as no:
            error = no
    document, version = queries.rules_for(None, today)
    held = policies.holding(RULES.code, today)
    rows = [row for row in policies.versions(RULES.code)[:60] if row.pk in held or row.status == "draft"]
    context = {
        "rules": document,
        "version": version,
        "pairs": _pairs(document),
        "others": [(row, _whom(row), links.to("policy", row.pk)) for row in rows],
        "held": held,
        "may": actor.can("policies.draft"),
        "numbers": [
            (name, label, request.POST.get(name, _plain(getattr(document, name))))
            for name, label in NUMBERS.items()
        ],
        "overdue": OVERDUE,
        "over": OVER,
        "fits": FITS,
        "scopes": SCOPES,
        "roles": HQ,
        "authority": _authority(document, request),
        "posted": request.POST,
        "today": today,
        "error": error,
    }
    return render(request, "credit/rules.html", context, status=409 if error else 200)


def _plain(value: Any) -> str:
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def _pairs(document: CreditRules) -> list[tuple[Any, Any]]:
    """The rules in words."""
    yes = {True: _("counts"), False: _("does not count")}
    return [
        *((label, _plain(getattr(document, name))) for name, label in NUMBERS.items()),
        (_("With overdue documents"), dict(OVERDUE)[document.overdue]),
        (_("Beyond the limit"), dict(OVER)[document.over_limit]),
        (_("When a held order fits again"), dict(FITS)[document.when_it_fits]),
        (_("Deposit"), yes[document.deposit_counts]),
        (_("Rebate balance"), yes[document.rebate_counts]),
    ]


def _whom(row: Any) -> str:
    """For whom a version is written."""
    word = str(dict(SCOPES).get(row.scope_kind, row.scope_kind))
    return f"{word.split(',', maxsplit=1)[0].split('，', maxsplit=1)[0]} {row.scope_key}".strip()


def _authority(document: CreditRules, request: Request) -> list[tuple[int, str, str]]:
    """The rows of the authority as the form shows them: place, role, amount."""
    held = [(each.role, "" if each.up_to is None else _plain(each.up_to)) for each in document.authority]
    rows = [*held, *[("", "")] * ROWS][: max(ROWS, len(held))]
    given = request.POST
    return [
        (place, given.get(f"role-{place}", role), given.get(f"upto-{place}", amount))
        for place, (role, amount) in enumerate(rows)
    ]


def _draft(request: Request) -> int:
    """The typed rules as a draft. Raises Refused naming the field."""
    form = request.POST
    document: dict[str, Any] = {name: _number(form.get(name, ""), name) for name in NUMBERS}
    document |= {name: form.get(name, "hold") for name in ("overdue", "over_limit")}
    document["when_it_fits"] = form.get("when_it_fits", "release")
    document |= {name: form.get(name) == "1" for name in ("deposit_counts", "rebate_counts")}
    document["authority"] = [
        {"role": form[f"role-{place}"], "up_to": _number(form.get(f"upto-{place}", ""), f"upto-{place}") or None}
        for place in range(20)
        if form.get(f"role-{place}")
    ]
    kind, key = form.get("scope", "network"), form.get("scope_key", "").strip()
    if kind == "party" and key not in parties.ids_by_code([key]):
        raise Refused(_("There is no distributor %(code)s.") % {"code": key or "–"}, field="scope_key")
    span = editing.days(form.get("from", ""), "")
    title, title_en = "信用规则", "Credit rules"
    return editing.save(
        request.actor,
        None,
        kind=RULES.code,
        key=RULES.key,
        document=document,
        span=span,
        scope=(kind, "" if kind == "network" else key),
        title=title,
        title_en=title_en,
    )


def _number(text: str, field: str) -> str:
    """A typed number as the document keeps it; nothing is nothing."""
    text = text.replace(",", "").replace("，", "").strip()
    try:
        fine = not text or Decimal(text).is_finite()
    except InvalidOperation:
        fine = False
    if not fine:
        raise Refused(_("Write the amount as a number, such as 125000."), field=field)
    return text or ("" if field.startswith("upto-") else "0")
