"""The editor of promotions: a form with a trial basket beside it; nothing is written but the draft that is saved."""

import hashlib
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.prices import read as prices
from gongying.books.prices.read import PROMOTION, PromotionTerms
from gongying.core import calendar
from gongying.core.policies import actions as policy_actions
from gongying.core.policies import editing
from gongying.core.policies.kinds import canonical
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing, Refused
from gongying.core.ui.pages import Request, page
from gongying.core.words import pick

from .. import queries
from ..rules import blank, form_of, from_form, sentence
from .promotions import FORM_WORDS, FORMS
from .waterfall import NOT_USED

REWARDS = {
    "buy_get": (("gift", _("free goods")),),
    "steps": (("percent", _("percent off")), ("amount", _("an amount off")), ("per_unit", _("an amount off each unit")), ("gift", _("free goods"))),
    "bundle": (("percent", _("percent off")), ("amount", _("an amount off")), ("gift", _("free goods"))),
}  # fmt: skip
BASES = (("quantity", _("by quantity")), ("value", _("by value")))
METHODS = (("slab", _("the reached step on everything")), ("marginal", _("each step on its own part")))
UNITS = (("", _("pieces")), ("CS", _("cases")))
GIFT_UNITS = (("", _("by default")), ("CS", _("cases")))
HEAD = ("key", "title", "title_en", "from", "to", "region", "party")
TEXTS = ("form", "reward", "basis", "unit", "method", "gift", "gift_unit", "currency", "products", "without", "levels", "buy", "get", "rate", "counted_from", "cap_units", "cap_value", "budget_units", "budget_value")  # fmt: skip
MOST_ROWS = 20


@page(needs="policies.draft")
def edit(request: Request, promotion_id: int = 0) -> HttpResponse:
    """A new promotion of one sort, a draft, or the next version of a published one."""
    row = queries.visible_row(request.actor, promotion_id) if promotion_id else None
    sort = request.GET.get("form", "")
    if row is None and request.method != "POST" and sort not in FORM_WORDS:
        return render(request, "pricing/choose.html", {"forms": FORMS})
    form = form_of(queries.terms_of(row)) if row else blank(sort if sort in FORM_WORDS else "buy_get")
    head, error, trial = _head(row), None, _trial(request, form)
    if request.method == "POST":
        head = {name: request.POST.get(name, "").strip() for name in HEAD}
        form = _typed(request)
        try:
            return redirect("pricing:promotion", promotion_id=_save(request, row, head, form))
        except Refused as no:
            error = no
    context = {"row": row, "head": head, "form": form, "error": error, "trial": trial} | _choices(row, form)
    tried = _tried(request, row, head, form, trial)
    return render(request, "pricing/edit.html", context | tried, status=409 if error else 200)


def _choices(row: PolicyVersion | None, form: dict[str, Any]) -> dict[str, Any]:
    """What the form offers."""
    today = timezone.localdate()
    others = {each.key: pick(each.title, each.title_en) for each in prices.promotion_rows(today)}
    others.pop(row.key if row else "", None)
    return {
        "sort": FORM_WORDS.get(form["form"], ""),
        "rewards": REWARDS.get(form["form"], ()),
        "bases": BASES,
        "methods": METHODS,
        "units": UNITS,
        "gift_units": GIFT_UNITS,
        "categories": goods.category_choices(),
        "regions": parties.region_choices(),
        "products": queries.product_choices(),
        "others": sorted(others.items()),
    }


def _head(row: PolicyVersion | None) -> dict[str, str]:
    """What a version is called, when it holds and for whom, as typed."""
    if row is None:
        return dict.fromkeys(HEAD, "")
    until = row.effective_to.isoformat() if row.effective_to else ""
    where = {kind: row.scope_key if row.scope_kind == kind else "" for kind in ("region", "party")}
    return {"key": row.key, "title": row.title, "title_en": row.title_en, "from": row.effective_from.isoformat(), "to": until} | where  # fmt: skip


def _rows(request: Request, *names: str) -> list[dict[str, str]]:
    """Rows of a table of inputs; a name is the field, its tail the column."""
    columns = [request.POST.getlist(name)[:MOST_ROWS] for name in names]
    return [dict(zip((n.split("_")[-1] for n in names), row, strict=True)) for row in zip(*columns, strict=False)]


def _typed(request: Request) -> dict[str, Any]:
    """The form as it was typed, so that nothing is lost by a fault."""
    post = request.POST
    form: dict[str, Any] = {name: post.get(name, "").strip()[:2000] for name in TEXTS}
    if form["form"] not in FORM_WORDS:
        form["form"] = "buy_get"
    form |= {name: post.getlist(name)[:200] for name in ("categories", "after", "not_with")}
    form |= {name: post.get(name) == "1" for name in ("together", "cumulative")}
    form["steps"] = _rows(request, "step_start", "step_end", "step_rate") or [{"start": "", "end": "", "rate": ""}]
    form["parts"] = _rows(request, "part_product", "part_quantity") or [{"product": "", "quantity": ""}]
    return form


def _save(request: Request, row: PolicyVersion | None, head: dict[str, str], form: dict[str, Any]) -> int:
    """The draft that was written. Raises Refused naming the field."""
    for name, words in (("title", _("Give the promotion a title.")), ("key", _("Give the promotion a key."))):
        if not head[name]:
            raise Refused(words, field=name)
    return editing.save(
        request.actor,
        row,
        kind=PROMOTION.code,
        key=head["key"],
        span=editing.days(head["from"], head["to"]),
        document=from_form(form),
        scope=_scope(head) if row is None or row.status != "draft" else (row.scope_kind, row.scope_key),
        title=head["title"],
        title_en=head["title_en"],
    )


def _scope(head: dict[str, str]) -> tuple[str, str]:
    """For whom: the distributor, else the region, else the network."""
    if head["party"] and head["party"] not in parties.ids_by_code([head["party"]]):
        raise Refused(_("There is no distributor %(code)s.") % {"code": head["party"]}, field="party")
    if head["party"]:
        return "party", head["party"]
    return ("region", head["region"]) if head["region"] else ("network", "")


def _trial(request: Request, form: dict[str, Any]) -> dict[str, Any]:
    """The trial basket as typed; before that something the promotion is about."""
    about = [each["product"] for each in form["parts"] if each["product"]] or form["products"].split()[:1]
    first = [{"product": code, "packs": "12", "pack": ""} for code in about] or [
        {"product": "", "packs": "12", "pack": ""}
    ]
    rows = _rows(request, "t_product", "t_packs", "t_pack") or first
    return {"party": request.POST.get("t_party", "").strip(), "rows": rows}


def _tried(
    request: Request, row: PolicyVersion | None, head: dict[str, str], form: dict[str, Any], trial: dict[str, Any]
) -> dict[str, Any]:
    """What the linter says of the form as it is, in a sentence what it gives, and what the trial basket gets."""
    try:
        version = _unsaved(row, head, form)
        terms = queries.terms_of(version)
        said = {"says": sentence(terms, queries.names()), "findings": policy_actions.findings(version)}
    except Refused as no:
        return {"fault": no}
    return said | _basket(request, version, trial)


def _unsaved(row: PolicyVersion | None, head: dict[str, str], form: dict[str, Any]) -> PolicyVersion:
    """The form as a version that is never written."""
    today = timezone.localdate()
    document = policy_actions.parse(PROMOTION, from_form(form))
    assert isinstance(document, PromotionTerms)
    text, digest = canonical(document)
    since, until = calendar.typed(head["from"]) or today, calendar.typed(head["to"])
    kind, key = _scope(head)
    return PolicyVersion(
        kind=PROMOTION.code, key=(row.key if row else head["key"]) or "draft", scope_kind=kind, scope_key=key, version=0,
        title=head["title"] or "…", title_en=head["title_en"], document=text, hash=f"{digest}/{hashlib.md5(head['key'].encode(), usedforsecurity=False).hexdigest()}",
        status="draft", effective_from=since, effective_to=until,
    )  # fmt: skip


def _basket(request: Request, version: PolicyVersion, trial: dict[str, Any]) -> dict[str, Any]:
    """What the trial basket costs with the draft, and without it."""
    typed = [each for each in trial["rows"] if each["product"].strip()]
    if not typed:
        return {}
    party = _customer(request, trial["party"], version)
    if party is None:
        return {"trial_fault": _("Choose a distributor the promotion is for.")}
    on = max(version.effective_from, timezone.localdate())
    try:
        items = [
            ":".join(filter(None, (r["product"].strip(), r["packs"].strip() or "1", r["pack"].strip())))
            for r in typed
        ]
        wishes = queries.wishes_of(items)
        found = prices.quote(request.actor, party_id=party.pk, wishes=wishes, on=on, trial=[version])
        plain = _without(request, party.pk, wishes, on, version)
    except (Refused, Missing) as no:
        return {"trial_fault": no}
    names = {
        each.pk: pick(each.name, each.name_en) for each in queries.products_by_id(x.product_id for x in found.lines)
    }
    used = next((use for use in found.uses if use.code == version.key), None)
    why = next((NOT_USED[each.reason] for each in found.not_used if each.code == version.key), "")
    return {
        "tried": found,
        "tried_party": party,
        "tried_lines": [(line, names.get(line.product_id, ""), _own_part(line, version)) for line in found.lines],
        "used": used,
        "unused": why or (_("not for this customer") if used is None else ""),
        "saved_minor": plain.net_minor - found.net_minor,
    }


def _own_part(line: prices.QuotedLine, version: PolicyVersion) -> int:
    """What the draft itself takes off a line."""
    return sum(step.amount_minor for step in line.steps if step.kind == "promotion" and step.source == "policy:0")


def _without(
    request: Request, party_id: int, wishes: list[prices.Wish], on: date, version: PolicyVersion
) -> prices.Quote:
    """The same basket as it is priced today."""
    return prices.quote(request.actor, party_id=party_id, wishes=wishes, on=on)


def _customer(request: Request, code: str, version: PolicyVersion) -> Any:
    """Who buys the trial basket: who is named, else the first the promotion is for."""
    found = parties.parties(request.actor)
    if code:
        return found.filter(code=code).first()
    if version.scope_kind == "party":
        return found.filter(code=version.scope_key).first()
    if version.scope_kind == "region":
        return found.filter(pk__in=parties.in_regions([version.scope_key])).first()
    return found.first()


@require_POST
@page(needs="policies.draft")
def preview(request: Request) -> HttpResponse:
    """The trial of what is typed, as a piece of the editor; nothing is written."""
    head = {name: request.POST.get(name, "").strip() for name in HEAD}
    version = request.POST.get("version", "")
    row = (
        queries.visible_row(request.actor, int(version[:18])) if version.isascii() and version.isdecimal() else None
    )
    context = _tried(request, row, head, _typed(request), _trial(request, _typed(request)))
    return render(request, "pricing/_trial.html", context)
