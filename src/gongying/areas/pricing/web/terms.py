"""Level discounts: what each level gets off the list, by product group or product, as a policy with versions."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.prices.read import TERMS, Terms
from gongying.books.prices.read.documents import codes_in
from gongying.core.policies import actions as policy_actions
from gongying.core.policies import editing
from gongying.core.policies import read as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Refused
from gongying.core.ui.pages import Request, page

from ..rules.forms import plain
from .shared import scope_word

MOST_ROWS = 100


@page(needs="pricing.performance")
def terms(request: Request) -> HttpResponse:
    """What holds by scope, the versions, and the form that drafts and publishes the next one."""
    actor, today = request.actor, timezone.localdate()
    region = request.POST.get("region", request.GET.get("region", ""))
    scope = ("region", region) if region else ("network", "")
    held = _held(scope)
    rows, error = _shown(held), None
    head = {"from": today.isoformat(), "to": ""}
    if request.method == "POST":
        head = {name: request.POST.get(name, "").strip() for name in head}
        rows = _typed(request)
        try:
            _save(request, scope, head, rows)
            return redirect(request.get_full_path())
        except Refused as no:
            error = no
    regions = queries_regions()
    newest = policies.holding(TERMS.code, today)
    context = {
        "rows": rows,
        "head": head,
        "error": error,
        "region": region,
        "regions": parties.region_choices(),
        "groups": goods.category_choices(),
        "versions": [
            (each, policies.state_of(each, today, newest), scope_word(each.scope_kind, each.scope_key, regions))
            for each in policies.versions(TERMS.code)[:30]
            if actor.whole_network or each.status != "draft"
        ],
        "may_draft": actor.can("policies.draft"),
        "may_publish": actor.can("policies.publish"),
    }
    return render(request, "pricing/terms.html", context, status=409 if error else 200)


def queries_regions() -> dict[tuple[str, str], str]:
    """The names of regions by scope."""
    return {("region", code): name for code, name in parties.region_choices()}


def _held(scope: tuple[str, str]) -> PolicyVersion | None:
    """The newest version of a scope, a draft too."""
    rows = policies.versions(TERMS.code).filter(scope_kind=scope[0], scope_key=scope[1])
    return rows.exclude(status="withdrawn").first()


def _shown(row: PolicyVersion | None) -> list[dict[str, str]]:
    """The rows as the form shows them; one empty row for what comes next."""
    document = policies.parsed(row) if row is not None else None
    held = document.rows if isinstance(document, Terms) else []
    found = [
        {"level": each.level, "goods": " ".join([*each.categories, *each.products]), "rate": plain(each.rate * 100)}
        for each in held
    ]
    return [*found, {"level": "", "goods": "", "rate": ""}]


def _typed(request: Request) -> list[dict[str, str]]:
    columns = [request.POST.getlist(name)[:MOST_ROWS] for name in ("level", "goods", "rate")]
    return [dict(zip(("level", "goods", "rate"), row, strict=True)) for row in zip(*columns, strict=False)]


def _document(rows: list[dict[str, str]]) -> dict[str, Any]:
    """The policy of what was typed: codes of groups and products apart, per cent as fractions."""
    groups = {each.code for each in goods.categories()}
    found = []
    for number, row in enumerate(rows, 1):
        if not row["rate"].strip():
            continue
        try:
            rate = Decimal(row["rate"].replace("%", "").strip()) / 100
        except InvalidOperation:
            raise Refused(
                _("Row %(row)s: write the discount in per cent.") % {"row": number}, field="rate"
            ) from None
        codes = codes_in(row["goods"])
        found.append({
            "level": row["level"].strip(), "rate": plain(rate),
            "categories": [code for code in codes if code in groups],
            "products": [code for code in codes if code not in groups],
        })  # fmt: skip
    return {"rows": found}


def _save(request: Request, scope: tuple[str, str], head: dict[str, str], rows: list[dict[str, str]]) -> None:
    """Write the draft, and publish it where that was pressed."""
    held = _held(scope)
    version = editing.save(
        request.actor,
        held if held is not None and held.status == "draft" else None,
        kind=TERMS.code,
        key=TERMS.key,
        span=editing.days(head["from"], head["to"]),
        document=_document(rows),
        scope=scope,
        title="等级折扣",
        title_en="Level discounts",
    )
    if request.POST.get("what") == "publish":
        policy_actions.publish(request.actor, version_id=version)
        messages.success(request, say("Published."))
    else:
        messages.success(request, say("The draft is saved."))
