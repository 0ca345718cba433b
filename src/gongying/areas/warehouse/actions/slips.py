"""Receipts, moves between sites, adjustments with a reason, and lots that have expired."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import post as goods_post
from gongying.books.goods import read as goods
from gongying.books.places import read as places
from gongying.books.stock import post as stock
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.numbers.series import next_number
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines.packs import pieces

from .. import facts, queries
from ..models import Slip, SlipLine
from ..rules import waits

KEEPERS = ("admin", "director", "planner")
DECIDERS = ("admin", "director")
MOST_LINES = 1000
MOST_UNITS = 10**12
SOURCE = "warehouse"


@dataclass(frozen=True)
class ReceiveLine:
    """What came in: a product by code, so many packs (pack "" is base units), its lot, or its serial numbers."""

    product: str
    quantity: int
    lot: str = ""
    made_on: date | None = None
    expires_on: date | None = None
    pack: str = ""
    serials: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class MoveLine:
    """A product by code, its lot, and base units; signed where stock is adjusted."""

    product: str
    quantity: int
    lot: str = ""


@action(needs="warehouse.keep", roles=KEEPERS)
def receive(
    actor: Actor,
    *,
    site_id: int,
    lines: list[ReceiveLine],
    on: date | None = None,
    reference: str = "",
    note: str = "",
) -> int:
    """Receive goods into a site of the house; lots and serial numbers that nobody knew become known. Returns the slip's id.

    Raises Refused for an unknown product or pack, a tracked product without its lot, a lot without its day of expiry where
    the product has a shelf life, and a serial number that is there already.
    """
    site, day = queries.house_site(actor, site_id), on or timezone.localdate()
    _check_lines(lines)
    if any(line.quantity <= 0 for line in lines):
        raise Refused(_("A positive quantity is received."), field="quantity")
    known = _products({line.product for line in lines})
    rows = _received(lines, known)
    goods_post.lots(
        actor,
        [goods_post.LotIn(known[x.product].pk, x.lot, x.made_on, x.expires_on) for x in lines if x.lot],
    )
    _check_expiry(lines, known)
    goods_post.serials(
        actor, [goods_post.SerialIn(known[x.product].pk, code, x.lot) for x in lines for code in x.serials]
    )
    queries.refuse_present([(known[x.product].pk, code) for x in lines for code in x.serials])
    slip = _slip(actor, "receipt", site, rows, day, reference=reference, note=note)
    stock.moves(
        actor,
        [
            stock.MoveIn(f"{slip.number}/{n}", None, product, day, units, "receipt", lot, site_id=site.pk, document=slip.number)
            for n, (product, lot, units) in enumerate(rows, 1)
        ],
        source=SOURCE,
    )  # fmt: skip
    book.record(actor, facts.GoodsReceived(slip.pk, slip.number, site.pk, len(rows), slip.units))
    return int(slip.pk)


def _received(lines: Sequence[ReceiveLine], known: dict[str, goods.Product]) -> list[tuple[int, str, int]]:
    """(product, lot or serial number, base units) of what came in."""
    packs = goods.packs(product.pk for product in known.values())
    rows = []
    for line in lines:
        product = known[line.product]
        factor = packs[product.pk].get(line.pack, 0) if line.pack else 1
        if not factor:
            said = {"product": line.product, "pack": line.pack}
            raise Refused(_("%(product)s has no pack %(pack)s.") % said, field="pack")
        units = pieces(line.quantity, factor)
        if product.tracking == "serial":
            if len(set(line.serials)) != units:
                named = {"product": line.product, "count": units}
                raise Refused(_("%(product)s: name %(count)s serial numbers, each once.") % named, field="serials")
            rows += [(product.pk, code, 1) for code in line.serials]
        else:
            rows.append((product.pk, line.lot, units))
    return rows


def _check_expiry(lines: Sequence[ReceiveLine], known: dict[str, goods.Product]) -> None:
    """Goods with a shelf life say when it ends."""
    lasting = {p.pk: p for p in known.values() if p.shelf_life_days is not None and p.tracking}
    lots = goods.lots(lasting)
    for line in lines:
        product = known[line.product]
        held = lots.get((product.pk, line.lot))
        if product.pk in lasting and (held is None or held.expires_on is None):
            raise Refused(
                _("%(product)s has a shelf life: say when the lot was made or when it expires.")
                % {"product": line.product},
                field="expires_on",
            )


@action(needs="warehouse.keep", roles=KEEPERS)
def move(
    actor: Actor, *, site_id: int, to_site_id: int, lines: list[MoveLine], on: date | None = None, note: str = ""
) -> int:
    """Move goods between two sites of the house, both named lots at once. Returns the slip's id. Raises Refused when they
    are not there or are promised."""
    site, to_site = queries.house_site(actor, site_id), queries.house_site(actor, to_site_id)
    day = on or timezone.localdate()
    _check_lines(lines)
    known = _products({line.product for line in lines})
    rows = [(known[line.product].pk, line.lot, line.quantity) for line in lines]
    slip = _slip(actor, "move", site, rows, day, to_site=to_site, note=note)
    legs = [
        stock.Leg(f"{slip.number}/{n}", product, lot, units, None, site.pk, None, to_site.pk)
        for n, (product, lot, units) in enumerate(rows, 1)
    ]
    stock.transfer(actor, legs=legs, source=SOURCE, document=slip.number, on=day)
    book.record(actor, facts.GoodsMoved(slip.pk, slip.number, site.pk, to_site.pk, len(rows), slip.units))
    return int(slip.pk)


@action(needs="warehouse.keep", roles=KEEPERS)
def adjust(
    actor: Actor, *, site_id: int, lines: list[MoveLine], reason: str, note: str, on: date | None = None
) -> int:
    """Bring the book of a site to what is there, for a reason of the policy; above its limit a second person must agree
    first. Promises that lose their goods are taken back. Returns the slip's id."""
    site, day = queries.house_site(actor, site_id), on or timezone.localdate()
    rules = queries.rules_on(day)
    if reason not in {each.code for each in rules.reasons}:
        raise Refused(_("There is no such reason."), field="reason")
    if not note.strip():
        raise Refused(_("Say what happened."), field="note")
    _check_lines(lines)
    if any(line.quantity == 0 for line in lines):
        raise Refused(_("An adjustment changes something."), field="quantity")
    known = _products({line.product for line in lines})
    rows = [(known[line.product].pk, line.lot, line.quantity) for line in lines]
    state = "pending" if waits((units for _p, _l, units in rows), rules) else "posted"
    slip = _slip(actor, "adjust", site, rows, day, reason=reason, note=note, state=state)
    if state == "posted":
        _post(actor, slip)
    return int(slip.pk)


@action(needs="warehouse.approve", roles=DECIDERS)
def approve(actor: Actor, *, slip_id: int) -> None:
    """Post an adjustment that waits. Whoever asked for it cannot approve it."""
    slip = _waiting(actor, slip_id)
    if same(actor, slip.created_by):
        raise Refused(_("Somebody else must approve what you submitted."), code="four_eyes")
    _decide(slip, actor, "posted")
    _post(actor, slip)


@action(needs="warehouse.approve", roles=DECIDERS)
def reject(actor: Actor, *, slip_id: int) -> None:
    """Turn an adjustment down; the book stays as it is."""
    _decide(_waiting(actor, slip_id), actor, "rejected")


@action(needs="warehouse.keep", roles=KEEPERS)
def block_expired(actor: Actor, *, on: date | None = None) -> int:
    """Block every lot in the house whose last day is over on `on`: nobody is promised it any more. Returns how many lots.

    Promises that lose their goods are taken back and told.
    """
    day = on or timezone.localdate()
    found = queries.expired_lots(day)
    for product, lots in found.items():
        stock.block(actor, product_id=product, lots=lots, reason="expired", document="expiry", on=day)
    return sum(map(len, found.values()))


def _post(actor: Actor, slip: Slip) -> None:
    """An adjustment takes effect: movements with its reason and number, and the fact."""
    rows = list(slip.lines.for_actor(actor).order_by("pk").values_list("product_id", "lot", "quantity"))
    made = [
        stock.MoveIn(
            f"{slip.number}/{n}", None, product, slip.business_date, units, "adjust", lot, site_id=slip.site_id,
            reason=slip.reason, document=slip.number,
        )
        for n, (product, lot, units) in enumerate(rows, 1)
    ]  # fmt: skip
    stock.moves(actor, made, source=SOURCE, cut_promises=True)
    gained = sum(units for _p, _l, units in rows if units > 0)
    lost = -sum(units for _p, _l, units in rows if units < 0)
    book.record(actor, facts.StockAdjusted(slip.pk, slip.number, slip.site_id, slip.reason, gained, lost))


def _slip(
    actor: Actor,
    kind: str,
    site: places.Site,
    rows: Sequence[tuple[int, str, int]],
    on: date,
    *,
    to_site: places.Site | None = None,
    state: str = "posted",
    reference: str = "",
    reason: str = "",
    note: str = "",
) -> Slip:
    """Write a slip with its lines."""
    if on > timezone.localdate() + timedelta(days=1):
        raise Refused(_("That day has not come yet."), field="on")
    if sum(abs(units) for _p, _l, units in rows) > MOST_UNITS:
        raise Refused(_("The quantity is too large."), field="quantity")
    slip: Slip = Slip.objects.create(
        number=next_number({"receipt": "RK", "move": "YK", "adjust": "TZ", "count": "PD"}[kind], on=on),
        kind=kind,
        site=site,
        to_site=to_site,
        business_date=on,
        reference=reference.strip()[:60],
        reason=reason,
        note=note.strip()[:400],
        units=sum(abs(units) for _p, _l, units in rows),
        state=state,
        created_by=actor.name,
    )
    SlipLine.objects.bulk_create(
        SlipLine(slip=slip, product_id=product, lot=lot, quantity=units) for product, lot, units in rows
    )
    return slip


def _check_lines(lines: Sequence[object]) -> None:
    if not lines:
        raise Refused(_("There is no line."), field="lines")
    if len(lines) > MOST_LINES:
        raise Refused(_("One document has at most %(most)s lines.") % {"most": MOST_LINES}, field="lines")


def _products(codes: set[str]) -> dict[str, goods.Product]:
    """Products by code. Raises Refused for one that nobody knows."""
    found = {product.code: product for product in goods.products().filter(code__in=codes)}
    missing = sorted(codes - set(found))
    if missing:
        raise Refused(_("There is no product %(code)s.") % {"code": missing[0]}, field="product")
    return found


def _waiting(actor: Actor, slip_id: int) -> Slip:
    slip: Slip = one(Slip.objects.for_actor(actor).select_for_update(of=("self",)), pk=slip_id)
    if slip.state != "pending":
        raise Refused(_("This was decided already."), code="decided")
    return slip


def _decide(slip: Slip, actor: Actor, state: str) -> None:
    slip.state, slip.decided_by, slip.decided_at = state, actor.name, timezone.now()
    slip.save(update_fields=["state", "decided_by", "decided_at"])
