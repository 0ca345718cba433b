"""Writing movements: one insert for all of them, the kept figures with it, and one fact."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.places import read as places
from gongying.core import posting
from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given
from gongying.core.closing import gate
from gongying.core.journal import book
from gongying.core.refusal import Refused
from gongying.core.words import pick

from .. import facts
from ..models import Balance, Block, Movement, Shelf

SPOT = tuple[int | None, int | None, int, str]  # holder, site, product, lot
PLACE = tuple[int, int]  # site, product


class Row(NamedTuple):
    """A movement as it is written; the day as ISO text."""

    business_key: str
    holder_id: int | None
    product_id: int
    business_date: str
    quantity: int
    kind: str
    lot: str
    value_minor: int
    currency: str
    site_id: int | None
    reason: str
    document: str
    content_hash: str = ""
    corrects_id: int | None = None

    @property
    def spot(self) -> SPOT:
        """Where it belongs."""
        return (self.holder_id, self.site_id, self.product_id, self.lot)


class Shift(NamedTuple):
    """A change of a shelf, in base units."""

    on_hand: int = 0
    blocked: int = 0
    reserved: int = 0


MOVE = Row._fields[:12]


def write(
    actor: Actor,
    fresh: Sequence[Row],
    source: str,
    batch_id: int | None = None,
    promised: Mapping[PLACE, int] | None = None,
) -> None:
    """Write movements with the balances and shelves they change; `promised` changes what is promised of a shelf with them.

    Whoever calls holds the turn of the movements. The database refuses what would fall below a floor.
    """
    if not fresh:
        return
    gate.months({row.business_date[:7] for row in fresh})
    tail = (source, batch_id, posting.stamp())
    posting.insert(Movement, (*Row._fields, "source", "batch_id", "posted_at"), [(*row, *tail) for row in fresh])
    change: dict[SPOT, int] = defaultdict(int)
    for row in fresh:
        change[row.spot] += row.quantity
    _balances(change)
    shelves(_of_shelves(change, promised or {}))
    digest = posting.digest_of(f"{row.kind}:{row.content_hash}" for row in fresh)
    book.record(actor, facts.MovesPosted(batch_id, len(fresh), sum(row.quantity for row in fresh), digest))


def _balances(change: Mapping[SPOT, int]) -> None:
    """Add to the balances; a spot that was never touched begins with the change."""
    rows = sorted((n, holder or 0, site or 0, product, lot) for (holder, site, product, lot), n in change.items())
    here = "COALESCE(b.holder_id, 0) = v.h AND COALESCE(b.site_id, 0) = v.s AND b.product_id = v.p AND b.lot = v.l"
    if connection.vendor == "postgresql":
        sent = [list(column) for column in zip(*rows, strict=True)]
        given = "unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[]) AS v(n, h, s, p, l)"
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE stock_balance b SET quantity = b.quantity + v.n FROM {given} WHERE {here}",  # noqa: S608 - our names
                sent,
            )
            if cursor.rowcount < len(rows):
                cursor.execute(
                    "INSERT INTO stock_balance (quantity, holder_id, site_id, product_id, lot) "  # noqa: S608
                    f"SELECT v.n, NULLIF(v.h, 0), NULLIF(v.s, 0), v.p, v.l FROM {given} "
                    f"WHERE NOT EXISTS (SELECT 1 FROM stock_balance b WHERE {here})",
                    sent,
                )
        return
    spot = "COALESCE(holder_id, 0) = %s AND COALESCE(site_id, 0) = %s AND product_id = %s AND lot = %s"
    with connection.cursor() as cursor:
        known = set(_known_spots(cursor, rows))
        cursor.executemany(
            f"UPDATE stock_balance SET quantity = quantity + %s WHERE {spot}",  # noqa: S608 - our names
            [row for row in rows if row[1:] in known and row[0]],
        )
        cursor.executemany(
            "INSERT INTO stock_balance (quantity, holder_id, site_id, product_id, lot) "
            "VALUES (%s, NULLIF(%s, 0), NULLIF(%s, 0), %s, %s)",
            [row for row in rows if row[1:] not in known],
        )


def _known_spots(cursor: Any, rows: Sequence[tuple[Any, ...]]) -> Iterable[tuple[Any, ...]]:
    """Which spots have a balance; asked a few at a time, through the index."""
    for part in posting.chunks(rows, 200):
        marks = ", ".join(["(%s, %s, %s, %s)"] * len(part))
        cursor.execute(
            f"WITH v(h, s, p, l) AS (VALUES {marks}) SELECT v.h, v.s, v.p, v.l FROM v JOIN stock_balance b "  # noqa: S608
            "ON COALESCE(b.holder_id, 0) = v.h AND COALESCE(b.site_id, 0) = v.s AND b.product_id = v.p AND b.lot = v.l",
            [value for row in part for value in row[1:]],
        )
        yield from cursor.fetchall()


def _of_shelves(change: Mapping[SPOT, int], promised: Mapping[PLACE, int]) -> dict[PLACE, Shift]:
    """What the changes of balances mean for the shelves of the house."""
    house = {spot: n for spot, n in change.items() if spot[0] is None and spot[1] is not None}
    stopped = blocked_lots({spot[2:] for spot in house})
    found: dict[PLACE, Shift] = {place: Shift(reserved=n) for place, n in promised.items()}
    for (_holder, site, product, lot), n in house.items():
        assert site is not None
        before = found.get((site, product), Shift())
        stop = n if (product, lot) in stopped else 0
        found[site, product] = Shift(before.on_hand + n, before.blocked + stop, before.reserved)
    return found


def shelves(change: Mapping[PLACE, Shift]) -> None:
    """Change shelves, in a fixed order; what is there, blocked and promised moves in one statement a row."""
    change = {place: each for place, each in change.items() if any(each)}
    if not change:
        return
    lock(change)
    rows = sorted((*each, site, product) for (site, product), each in change.items())
    assignment = "on_hand = on_hand + %s, blocked = blocked + %s, reserved = reserved + %s"
    if connection.vendor == "postgresql":
        sent = [list(column) for column in zip(*rows, strict=True)]
        given = f"unnest({', '.join(['%s::bigint[]'] * 5)}) AS v(n, b, r, s, p)"
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE stock_shelf t SET on_hand = t.on_hand + v.n, blocked = t.blocked + v.b, "  # noqa: S608 - our names
                f"reserved = t.reserved + v.r FROM {given} WHERE t.site_id = v.s AND t.product_id = v.p",
                sent,
            )
            if cursor.rowcount < len(rows):
                cursor.execute(
                    "INSERT INTO stock_shelf (on_hand, blocked, reserved, site_id, product_id) "  # noqa: S608
                    f"SELECT v.* FROM {given} WHERE NOT EXISTS "
                    "(SELECT 1 FROM stock_shelf t WHERE t.site_id = v.s AND t.product_id = v.p)",
                    sent,
                )
        return
    every = Shelf.objects.unscoped("posting").filter(site__in={site for site, _product in change})
    known = set(every.values_list("site_id", "product_id"))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE stock_shelf SET {assignment} WHERE site_id = %s AND product_id = %s",  # noqa: S608
            [row for row in rows if row[3:] in known],
        )
        cursor.executemany(
            "INSERT INTO stock_shelf (on_hand, blocked, reserved, site_id, product_id) VALUES (%s, %s, %s, %s, %s)",
            [row for row in rows if row[3:] not in known],
        )


def lock(spots: Iterable[PLACE]) -> dict[PLACE, Shelf]:
    """The shelves of (site, product), for this transaction alone, taken in ascending order: two writers never wait for each
    other in a circle."""
    wanted = set(spots)
    found: dict[PLACE, Shelf] = {}
    for part in posting.chunks(sorted(wanted), 500):
        sites, products = {site for site, _product in part}, {product for _site, product in part}
        for row in _SHELVES(sites=sites, products=products):
            if (row.site_id, row.product_id) in wanted:
                found[row.site_id, row.product_id] = row
    return found


_SHELVES = Asked(
    lambda: (
        Shelf.objects.unscoped("posting")
        .filter(site__in=Given("sites"), product__in=Given("products"))
        .select_for_update()
        .order_by("site_id", "product_id")
    )
)


def blocked_lots(keys: Iterable[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of (product, lot) are blocked now."""
    wanted = set(keys)
    if not wanted:
        return set()
    rows = Block.objects.filter(product__in={product for product, _lot in wanted}, until__isnull=True)
    return wanted & set(rows.values_list("product_id", "lot"))


def owners(site_ids: Iterable[int | None]) -> dict[int, places.Site]:
    """The sites of movements, by id."""
    return places.by_ids(pk for pk in site_ids if pk is not None)


def check_places(rows: Iterable[Row]) -> None:
    """Raises Refused when goods would lie at somebody else's site."""
    given = {(row.site_id, row.holder_id) for row in rows if row.site_id is not None}
    found = owners(site for site, _holder in given)
    for site, holder in given:
        if site not in found or found[site].party_id != holder:
            raise Refused(_("This site belongs to somebody else."), code="site", field="site_id")


def check_lots(rows: Iterable[Row]) -> None:
    """Raises Refused when goods would come into a house site that do not name the lot or serial number they must name."""
    coming = [row for row in rows if row.quantity > 0 and row.holder_id is None and row.site_id is not None]
    kinds = goods.tracked({row.product_id for row in coming})
    keys = {(row.product_id, row.lot): row for row in coming if row.product_id in kinds}
    known = goods.known_lots(key for key in keys if kinds[key[0]] == "lot")
    known |= goods.known_serials(key for key in keys if kinds[key[0]] == "serial")
    for key in keys:
        if key not in known:
            said = {"product": product_name(key[0]), "lot": key[1] or "–"}
            raise Refused(
                _("Stock of %(product)s names a known lot or serial number; this names %(lot)s.") % said,
                code="lot",
                field="lot",
                remedy=_("Enter the lot first, with its day of expiry."),
            )


def check_there(rows: Iterable[Row], cut: bool = False) -> None:
    """Raises Refused, naming product, wanted and there, when a house site would give what it has not, or has promised.

    With `cut` only what lies there counts: whoever asks takes promises back himself.
    """
    change: dict[SPOT, int] = defaultdict(int)
    for row in rows:
        if row.holder_id is None and row.site_id is not None:
            change[row.spot] += row.quantity
    going = {spot: -n for spot, n in change.items() if n < 0}
    if not going:
        return
    held = balances(going)
    for spot, wanted in sorted(going.items(), key=lambda each: each[0][2:]):
        there = held[spot].quantity if spot in held else 0
        if there < wanted:
            raise shortage(spot[2], wanted, there, lot=spot[3])
    if not cut:
        _check_free(going)


def _check_free(going: Mapping[SPOT, int]) -> None:
    """What is promised to somebody is not given to another."""
    stopped = blocked_lots({spot[2:] for spot in going})
    wanted: dict[PLACE, int] = defaultdict(int)
    for (_holder, site, product, lot), n in going.items():
        assert site is not None
        wanted[site, product] += 0 if (product, lot) in stopped else n
    for place, shelf in lock(wanted).items():
        free = shelf.on_hand - shelf.blocked - shelf.reserved
        if free < wanted[place]:
            raise shortage(place[1], wanted[place], max(free, 0), promised=shelf.reserved)


def shortage(product_id: int, wanted: int, there: int, *, lot: str = "", promised: int = 0) -> Refused:
    """The refusal that names the product, what was wanted and what is there, in base units."""
    said = {"product": product_name(product_id), "lot": lot, "wanted": wanted, "there": there, "promised": promised}
    if promised:
        message = _("%(product)s: %(wanted)s wanted, %(there)s free; %(promised)s are promised.") % said
    elif lot:
        message = _("%(product)s, lot %(lot)s: %(wanted)s wanted, %(there)s there.") % said
    else:
        message = _("%(product)s: %(wanted)s wanted, %(there)s there.") % said
    return Refused(message, code="short", field="quantity", remedy=_("Ask for less, or receive goods first."))


def product_name(product_id: int) -> str:
    """Code and name of a product, in the reader's language."""
    found = goods.products().filter(pk=product_id).first()
    return f"{found.code} {pick(found.name, found.name_en)}" if found else str(product_id)


def balances(spots: Iterable[SPOT]) -> dict[SPOT, Balance]:
    """The balances of these spots."""
    wanted = set(spots)
    found: dict[SPOT, Balance] = {}
    rows = Balance.objects.unscoped("posting").filter(whose(spot[0] for spot in wanted))
    for part in posting.chunks(sorted({spot[2] for spot in wanted}), 500):
        for row in rows.filter(product__in=part).order_by("pk"):
            spot = (row.holder_id, row.site_id, row.product_id, row.lot)
            if spot in wanted:
                found[spot] = row
    return found


def whose(holders: Iterable[int | None]) -> Q:
    """Rows of these holders; nobody is the house."""
    wanted = set(holders)
    found = Q(holder__in={holder for holder in wanted if holder is not None})
    return found | Q(holder__isnull=True) if None in wanted else found
