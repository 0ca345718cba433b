"""What lies where: shelves, lots with what is left of their life, age, and the card of a product."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.places import read as places
from gongying.books.stock import read as book
from gongying.core import calendar
from gongying.core.scope import one
from gongying.core.ui import charts, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import is_chinese, pick

from .. import queries
from ..rules import HORIZONS

SHORT = ("≤30", "31–60", "61–90", "91–180", ">180")


def name_of(thing: Any) -> str:
    """The name of a product, site or group in the reader's language."""
    return pick(thing.name, thing.name_en)


def named(text: str) -> Any:
    """Products whose code or name holds a text."""
    return goods.products().filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(name_en__icontains=text))


def house_choices(request: Request, kinds: tuple[str, ...] = ("warehouse", "quarantine")) -> list[tuple[str, str]]:
    """(code, name) of the house's sites in scope."""
    rows = places.sites(request.actor).filter(party__isnull=True, kind__in=kinds)
    return [(site.code, name_of(site)) for site in rows]


def _card(product_id: int) -> str:
    return links.to("stock_card", product_id)


def _shelves(request: Request) -> Table:
    return Table(
        "shelves",
        [
            Column("code", _("Code"), lambda s: s.product.code, sort="product__code", href=lambda s: _card(s.product_id)),
            Column("product", _("Product"), lambda s: name_of(s.product), phone=False),
            Column("group", _("Product group"), lambda s: name_of(s.product.category), sort="product__category__code", phone=False),
            Column("site", _("Site"), lambda s: name_of(s.site), sort="site__code", href=lambda s: f"{_card(s.product_id)}?site={s.site.code}"),
            Column("on_hand", _("On hand"), lambda s: s.on_hand, "num", "on_hand"),
            Column("reserved", _("Promised"), lambda s: s.reserved, "num", "reserved", phone=False),
            Column("blocked", _("Blocked"), lambda s: s.blocked, "num", "blocked", phone=False),
            Column("free", _("Free to promise"), lambda s: s.free, "num", "free"),
        ],
        sort="code",
        filters=[
            Filter("site", _("Site"), house_choices(request), lambda rows, v: rows.filter(site__code=v)),
            Filter("group", _("Product group"), goods.category_choices(), lambda rows, v: rows.filter(product__category__code=v)),
            Filter("is", _("Stock"), [("none", _("nothing free")), ("blocked", _("blocked")), ("promised", _("promised"))], _which),
        ],
        search=lambda rows, q: rows.filter(Q(product__code__icontains=q) | Q(product__name__icontains=q) | Q(product__name_en__icontains=q)),
        views=[(_("Nothing free"), "is=none"), (_("Blocked"), "is=blocked")],
        empty=_("Nothing lies here yet. Receive goods into a site: they appear with their lots and days."),
    )  # fmt: skip


def _which(rows: Any, value: str) -> Any:
    wanted = {"none": Q(free__lte=0), "blocked": Q(blocked__gt=0), "promised": Q(reserved__gt=0)}
    return rows.filter(wanted[value])


@page(needs="warehouse.view")
def stock(request: Request) -> HttpResponse:
    """The stock of the house: what is on hand, promised, blocked and free at each site."""
    today = timezone.localdate()
    rooms = queries.rooms(request.actor, today)
    kept = [room for room in rooms if room.site.kind != "transit"]
    lots, rules = queries.shelf_lots(request.actor, today), queries.rules_on(today)
    at_home = {room.site.pk for room in kept}
    near = sum(
        lot.quantity
        for lot in lots
        if lot.site.pk in at_home and lot.left is not None and 0 <= lot.left <= rules.near_expiry_days
    )
    expired = sum(lot.quantity for lot in lots if lot.site.pk in at_home and lot.horizon == "expired")
    on_hand, reserved = sum(room.units for room in kept), sum(room.reserved for room in kept)
    blocked = sum(room.blocked for room in kept)
    context = {
        "tab": "stock",
        "rooms": rooms,
        "on_hand": on_hand,
        "reserved": reserved,
        "blocked": blocked,
        "free": on_hand - reserved - blocked,
        "near": near,
        "expired": expired,
        "near_days": rules.near_expiry_days,
        "on_the_way": sum(room.units for room in rooms if room.site.kind == "transit"),
    }
    return _shelves(request).respond(request, queries.shelves(request.actor), "warehouse/stock.html", context)


def _lots(request: Request) -> Table:
    return Table(
        "lots",
        [
            Column("code", _("Code"), lambda e: e.product.code, sort=lambda e: e.product.code, href=lambda e: _card(e.product.pk)),
            Column("product", _("Product"), lambda e: name_of(e.product), sort=lambda e: e.product.code, phone=False),
            Column("lot", _("Lot"), lambda e: e.lot, sort=lambda e: e.lot, href=lambda e: f"{_card(e.product.pk)}?lot={e.lot}" if e.lot else ""),
            Column("site", _("Site"), lambda e: name_of(e.site), sort=lambda e: e.site.code, phone=False),
            Column("quantity", _("On hand"), lambda e: e.quantity, "num", lambda e: e.quantity),
            Column("expires", _("Expires on"), lambda e: e.expires_on, "date", lambda e: e.expires_on, phone=False),
            Column("left", _("Days left"), lambda e: e.left, "days", lambda e: e.left),
            Column("since", _("Here since"), lambda e: e.since, "date", lambda e: e.since, phone=False),
            Column("state", _("State"), lambda e: "blocked" if e.blocked else "expired" if e.horizon == "expired" else "", "state", phone=False),
        ],
        sort="left",
        filters=[
            Filter("horizon", _("Expires"), HORIZONS, lambda rows, v: [e for e in rows if e.horizon == v]),
            Filter("site", _("Site"), house_choices(request, ("warehouse", "quarantine", "transit")), lambda rows, v: [e for e in rows if e.site.code == v]),
        ],
        search=lambda rows, q: [e for e in rows if q.lower() in f"{e.lot} {e.product.code} {e.product.name} {e.product.name_en}".lower()],
        views=[(_("Expired"), "horizon=expired"), (_("within 30 days"), "horizon=d30")],
        key=lambda e: e.key,
        empty=_("No lot is on the shelves. Lots come in with a receipt that names them."),
    )  # fmt: skip


@page(needs="warehouse.view")
def lots(request: Request) -> HttpResponse:
    """The expiry radar: every lot of the house with what is left of its life."""
    today = timezone.localdate()
    rows = queries.shelf_lots(request.actor, today)
    parts = [
        (code, label, sum(e.quantity for e in rows if e.horizon == code), sum(e.horizon == code for e in rows))
        for code, label in HORIZONS
    ]
    unblocked = sum(e.horizon == "expired" and not e.blocked and bool(e.lot) for e in rows)
    context = {"tab": "lots", "parts": parts, "whole": sum(part[2] for part in parts), "unblocked": unblocked}
    return _lots(request).respond(request, rows, "warehouse/lots.html", context)


def bars_of(buckets: tuple[int, ...]) -> Any:
    """Units by age as a chart: the days stand below, short enough for a phone."""
    bars = [
        charts.Bar(days, float(units), note=f"{label}: {units:,}")
        for days, label, units in zip(SHORT, queries.BUCKETS, buckets, strict=True)
    ]
    return charts.columns(bars, title=str(_("Units by age")), chinese=is_chinese())


def aged_columns(buckets: Callable[[Any], tuple[int, ...]]) -> list[Column]:
    """The five ages as columns of numbers; a phone shows the youngest and the oldest."""

    def of(place: int) -> Callable[[Any], int]:
        return lambda row: buckets(row)[place]

    return [
        Column(f"age{n}", label, of(n), "num", of(n), phone=n in (0, 4)) for n, label in enumerate(queries.BUCKETS)
    ]


AGED = Table(
    "ageing",
    [
        Column("code", _("Code"), lambda r: r["code"], sort=lambda r: r["code"], href=lambda r: r["href"]),
        Column("product", _("Product"), lambda r: r["name"], sort=lambda r: r["code"], phone=False),
        Column("site", _("Site"), lambda r: r["site"], sort=lambda r: r["site"], phone=False),
        Column("units", _("On hand"), lambda r: r["units"], "num", lambda r: r["units"]),
        *aged_columns(lambda r: r["buckets"]),
    ],
    sort="-age4",
    search=lambda rows, q: [r for r in rows if q.lower() in f"{r['code']} {r['name']}".lower()],
    key=lambda r: r["key"],
    empty=_("Nothing lay here on that day."),
)


@page(needs="warehouse.view")
def ageing(request: Request) -> HttpResponse:
    """How old the stock of the house is, on any day: what is there is what came in last."""
    on = calendar.typed(request.GET.get("on", "")) or timezone.localdate()
    sites = {site.pk: name_of(site) for site in places.sites(request.actor, active=False)}
    aged = [
        row for row in queries.ageing(request.actor, on, house=True) if row.site_id is None or row.site_id in sites
    ]
    products = goods.products().in_bulk([row.product_id for row in aged])
    rows = [
        {
            "key": f"{row.site_id or 0}/{row.product_id}",
            "code": products[row.product_id].code,
            "name": name_of(products[row.product_id]),
            "href": _card(row.product_id),
            "site": sites.get(row.site_id or 0, "–"),
            "units": row.units,
            "buckets": row.buckets,
        }
        for row in aged
    ]
    sums = tuple(sum(row.buckets[n] for row in aged) for n in range(len(queries.BUCKETS)))
    whole = sum(sums)
    parts = [(label, n, n / whole if whole else 0) for label, n in zip(queries.BUCKETS, sums, strict=True)]
    context = {"tab": "ageing", "on": on, "parts": parts, "chart": bars_of(sums)}
    return AGED.respond(request, rows, "warehouse/ageing.html", context)


def _moves(homes: dict[str, str]) -> Table:
    """The movements of a card; documents of the warehouse are linked."""

    def home(row: Any) -> str:
        return homes.get(row.movement.document, "")

    return Table(
        "card",
        [
            Column("on", _("Date"), lambda r: r.movement.business_date, "date", lambda r: r.movement.pk),
            Column("document", _("Document"), lambda r: r.movement.document or r.movement.business_key, href=home),
            Column("kind", _("Kind"), lambda r: str(KIND_NAMES.get(r.movement.kind, r.movement.kind)), phone=False),
            Column("site", _("Site"), lambda r: name_of(r.movement.site) if r.movement.site else "–", phone=False),
            Column("lot", _("Lot"), lambda r: r.movement.lot, sort=lambda r: r.movement.lot, phone=False),
            Column("quantity", _("Change"), lambda r: r.movement.quantity, "num", lambda r: r.movement.quantity),
            Column("balance", _("Balance"), lambda r: r.balance, "num"),
        ],
        sort="-on",
        filters=[Filter("kind", _("Kind"), list(KIND_NAMES.items()), lambda rows, v: [r for r in rows if r.movement.kind == v])],
        search=lambda rows, q: [r for r in rows if q.lower() in f"{r.movement.document} {r.movement.lot} {r.movement.business_key}".lower()],
        key=lambda r: r.movement.pk,
        empty=_("Nothing of this product has moved here yet."),
    )  # fmt: skip


KIND_NAMES = {
    "opening": _("opening stock"),
    "receipt": _("receipt"),
    "issue": _("issue"),
    "sale": _("sold"),
    "count": _("counted"),
    "adjust": _("adjustment"),
    "out": _("moved out"),
    "in": _("moved in"),
    "reversal": _("reversed"),
}


@page(needs="warehouse.view")
def card(request: Request, product_id: int) -> HttpResponse:
    """The stock card of a product: its lots, its promises, every movement and the balance it left."""
    product = one(goods.products(), pk=product_id)
    today = timezone.localdate()
    codes = {site.code: site for site in places.sites(request.actor, active=False) if site.party_id is None}
    site = codes.get(request.GET.get("site", ""))
    lot = request.GET.get("lot", "")[:40]
    rows = queries.card(request.actor, product_id=product.pk, site_id=site.pk if site else None)
    shown = [row for row in rows if row.movement.lot == lot] if lot else rows
    held = queries.shelf_lots(request.actor, today, product_id=product.pk)
    held = [each for each in held if site is None or each.site.pk == site.pk]
    shelf = queries.shelves(request.actor).filter(product=product)
    shelf = shelf.filter(site=site) if site else shelf
    sums = {name: sum(getattr(row, name) for row in shelf) for name in ("on_hand", "reserved", "blocked", "free")}
    promises = book.reservations(request.actor).filter(product=product)
    homes = queries.homes_of(request.actor, {row.movement.document for row in shown[:500]})
    line = queries.history(rows)
    context = {
        "product": product,
        "site": site,
        "sites": list(codes.values()),
        "lot": lot,
        "lots": held,
        "promises": list(promises[:50]) if request.actor.whole_network else [],
        "chart": _line(line) if len(line) > 1 else "",
        **sums,
    }
    return _moves(homes).respond(request, shown, "warehouse/card.html", context)


def _line(points: list[tuple[date, int]]) -> Any:
    bars = [charts.Bar(f"{day:%m-%d}", float(units), note=f"{day}: {units:,}") for day, units in points]
    return charts.columns(bars, title=str(_("Balance after each day")), chinese=is_chinese())
