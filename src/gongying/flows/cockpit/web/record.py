"""The further tabs of a distributor's page: declared stock, prices, activity."""

from decimal import Decimal

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick
from gongying.engines.money import exponent

from .. import queries

AGE_NAMES = (
    ("fresh", _("issued within 30 days")),
    ("ageing", _("31 to 60 days")),
    ("old", _("61 to 90 days")),
    ("slow", _("over 90 days or never")),
)
KINDS = (
    ("invoice", _("Invoices")),
    ("return", _("Returns")),
    ("statement", _("Statements")),
    ("declaration", _("Declarations")),
    ("target", _("Targets")),
    ("territory", _("Territories")),
)


def _minor(price: Decimal | None, currency: str) -> tuple[Decimal, str] | None:
    """A price in major units as a money cell."""
    return None if price is None else (price.scaleb(exponent(currency)), currency)


def _pack(row: queries.Priced) -> str:
    """What a price is for: a piece, or a pack and how much it holds."""
    if row.pack:
        return f"{row.pack} × {row.per}"
    return str(row.product.base_unit) if row.per == 1 else f"{row.per} {row.product.base_unit}"


STOCK = Table(
    "declared_stock",
    [
        Column("code", _("Code"), lambda h: h.product.code, sort=lambda h: h.product.code, phone=False),
        Column("product", _("Product"), lambda h: pick(h.product.name, h.product.name_en), sort=lambda h: h.product.code),
        Column("group", _("Product group"), lambda h: h.category, sort=lambda h: h.category, phone=False),
        Column("quantity", _("Quantity"), lambda h: h.quantity, "num", lambda h: h.quantity),
        Column("worth", _("Stock value"), lambda h: None if h.worth_minor is None else (h.worth_minor, h.currency), "money", lambda h: h.worth_minor),
        Column("issued", _("Last issued"), lambda h: h.issued_on, "date", lambda h: h.issued_on, phone=False),
        Column("idle", _("Days since"), lambda h: h.idle_days, "days", lambda h: h.idle_days),
    ],
    sort="-worth",
    search=lambda rows, q: [h for h in rows if q.lower() in f"{h.product.code} {h.product.name} {h.product.name_en}".lower()],
    filters=[Filter("age", _("Age"), AGE_NAMES, lambda rows, value: [h for h in rows if h.age == value])],
    views=[(_("Slow-moving"), "age=slow&sort=-worth")],
    empty=_("No stock was declared yet. Declarations are loaded under Imports."),
)  # fmt: skip
PRICES = Table(
    "price_list",
    [
        Column("code", _("Code"), lambda p: p.product.code, sort=lambda p: p.product.code),
        Column("product", _("Product"), lambda p: pick(p.product.name, p.product.name_en), phone=False),
        Column("pack", _("For each"), _pack, sort=lambda p: p.per),
        Column("dealer", _("Dealer price"), lambda p: _minor(p.dealer, p.currency), "money", lambda p: p.dealer),
        Column("listed", _("List price"), lambda p: _minor(p.listed, p.currency), "money", lambda p: p.listed),
        Column("tax", _("Tax basis"), lambda p: _("included") if p.tax_included else _("on top"), phone=False),
        Column("discount", _("Below list"), lambda p: p.discount, "percent", lambda p: p.discount, phone=False),
        Column("currency", _("Currency"), lambda p: p.currency, phone=False),
        Column("source", _("Price list"), lambda p: p.source, sort=lambda p: p.source, phone=False),
        Column("since", _("From"), lambda p: p.since, "date", lambda p: p.since, phone=False),
    ],
    sort="code",
    search=lambda rows, q: [p for p in rows if q.lower() in f"{p.product.code} {p.product.name} {p.product.name_en}".lower()],
    empty=_("No price holds for this distributor yet. Price lists are loaded under Imports."),
)  # fmt: skip
ACTIVITY = Table(
    "activity",
    [
        Column("on", _("Date"), lambda e: e.on, "date", lambda e: e.on),
        Column("text", _("What"), lambda e: str(e.text), href=lambda e: e.href),
        Column("amount", _("Amount"), lambda e: None if e.amount_minor is None else (e.amount_minor, e.currency), "money", lambda e: e.amount_minor),
    ],
    sort="-on",
    search=lambda rows, q: [e for e in rows if q.lower() in str(e.text).lower()],
    filters=[Filter("kind", _("Kind"), KINDS, lambda rows, value: [e for e in rows if e.kind == value])],
    empty=_("Nothing happened in these twelve months."),
)  # fmt: skip


@page(needs="cockpit.view")
def stock(request: Request, party_id: int) -> HttpResponse:
    """The newest declared stock by product, with its age."""
    party = parties.party(request.actor, party_id)
    view = queries.holding(request.actor, party.pk)
    whole = Decimal(sum(view.ages.values()) or 1)
    ages = [(code, name, view.ages.get(code, 0), view.ages.get(code, 0) / whole) for code, name in AGE_NAMES]
    context = {"party": party, "view": view, "ages": ages, "tab": "stock"}
    return STOCK.respond(request, view.rows, "cockpit/stock.html", context)


@page(needs="cockpit.view")
def prices(request: Request, party_id: int) -> HttpResponse:
    """The prices that hold for a distributor."""
    party, on = parties.party(request.actor, party_id), queries.season(request.actor).last_day
    rows = queries.price_list(request.actor, party.pk, on)
    return PRICES.respond(request, rows, "cockpit/prices.html", {"party": party, "on": on, "tab": "prices"})


@page(needs="cockpit.view")
def activity(request: Request, party_id: int) -> HttpResponse:
    """What happened with a distributor, newest first."""
    party, on = parties.party(request.actor, party_id), queries.season(request.actor).last_day
    rows = queries.activity(request.actor, party.pk, on)
    return ACTIVITY.respond(request, rows, "cockpit/activity.html", {"party": party, "on": on, "tab": "activity"})
