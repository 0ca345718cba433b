"""The price book: which price is for whom, from when, in which pack and from which quantity on."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import queries
from .shared import KIND_WORDS, KINDS, SCOPES, day_of, minor_of, pack_word, scope_word


def _tried(row: Any) -> str:
    """The waterfall of the product of a price."""
    pack = f"&pack={row.pack}" if row.pack else ""
    party = f"&party={row.scope_key}" if row.scope_kind == "party" else ""
    packs = max(1, -(-row.min_quantity // row.per))
    return f"{reverse('pricing:waterfall')}?product={row.product.code}&packs={packs}{pack}{party}"


def _table(regions: dict[tuple[str, str], str]) -> Table:
    return Table(
        "prices",
        [
            Column("product", _("Product"), lambda r: pick(r.product.name, r.product.name_en), sort="product__code", href=_tried),
            Column("code", _("Code"), lambda r: r.product.code, sort="product__code", phone=False),
            Column("kind", _("Kind"), lambda r: KIND_WORDS[r.kind], sort="kind", phone=False),
            Column("scope", _("For whom"), lambda r: scope_word(r.scope_kind, r.scope_key, regions), sort="scope_key"),
            Column("pack", _("For each"), pack_word, phone=False),
            Column("step", _("From pieces"), lambda r: r.min_quantity if r.min_quantity > 1 else None, "num", "min_quantity", phone=False),
            Column("price", _("Price"), lambda r: minor_of(r.price, r.currency), "money", "price"),
            Column("tax", _("Tax basis"), lambda r: _("included") if r.tax_included else _("on top"), phone=False),
            Column("from", _("From"), lambda r: r.valid_from, "date", "valid_from", phone=False),
            Column("to", _("To, not included"), lambda r: r.valid_to, "date", "valid_to", phone=False),
            Column("list", _("Price list"), lambda r: r.list_code, sort="list_code", phone=False),
        ],
        sort="product",
        search=queries.search,
        filters=[
            Filter("kind", _("Kind"), KINDS, lambda rows, v: rows.filter(kind=v)),
            Filter("scope", _("For whom"), SCOPES, lambda rows, v: rows.filter(scope_kind=v)),
            Filter("group", _("Product group"), queries.group_choices(), lambda rows, v: rows.filter(product__category__code=v)),
        ],
        views=[(_("By level"), "scope=level"), (_("By region"), "scope=region"), (_("By distributor"), "scope=party")],
        empty=_("No price holds on this day. Import a price list: a template is under imports."),
    )  # fmt: skip


@page(needs="pricing.view")
def prices(request: Request) -> HttpResponse:
    """Every price in scope that holds on a day."""
    on = day_of(request.GET.get("on", ""))
    context = {
        "on": on,
        "typed": calendar.typed(request.GET.get("on", "")),
        "next": _change(on, 1),
        "before": _change(on, -1),
    }
    return _table(queries.scope_names()).respond(
        request, queries.rows(request.actor, on), "pricing/book.html", context
    )


def _change(on: Any, months: int) -> str:
    """The first day of the month before or after."""
    here = calendar.month_of(on)
    there = calendar.month_of(here.end if months > 0 else here.start - on.resolution)
    return str(there.start.isoformat())
