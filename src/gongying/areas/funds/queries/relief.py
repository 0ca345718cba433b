"""Price protection, stock rotation and ship and debit, reckoned from the books."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.prices.read.falls import Fall, falls
from gongying.books.stock import read as stock
from gongying.books.trade import read as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import HQ, PORTAL, query
from gongying.core.scope import one
from gongying.engines import protection
from gongying.engines.picking import Held, nominal

from ..models import DebitAgreement, Relief, ReliefLine
from . import terms

COUNTS = ("count", "adjust", "reversal")  # movements that are no receipt
MOST_PRODUCTS = 50
Spot = tuple[int, int]  # distributor and product


@dataclass(frozen=True)
class Lot:
    """A lot of a distributor as it is protected."""

    party_id: int
    product_id: int
    fall: Fall
    of: protection.Protected


@dataclass
class Preview:
    """What a change of prices gives: every lot, and the sums by distributor in minor units."""

    on: date
    currency: str
    window_days: int
    cap: int | None
    lots: list[Lot] = field(default_factory=list)
    unknown: set[int] = field(default_factory=set)  # products whose price is not known on both days

    @property
    def sums(self) -> dict[int, int]:
        """The credit by distributor, those who get something."""
        found: dict[int, int] = defaultdict(int)
        for each in self.lots:
            found[each.party_id] += each.of.amount_minor
        return {party: amount for party, amount in found.items() if amount}

    @property
    def total(self) -> int:
        """All credits."""
        return sum(self.sums.values())


def preview(
    actor: Actor,
    *,
    on: date,
    product_ids: Sequence[int],
    currency: str = "CNY",
    window_days: int | None = None,
    cap: int | None = None,
) -> Preview:
    """What distributors in scope get when the price of products falls on a day. Window and cap are those of the policy unless
    somebody tries others."""
    rules, _version = terms.protection(on)
    window = rules.window_days if window_days is None else window_days
    most = rules.cap if cap is None else cap
    found = Preview(on, currency, window, most)
    held = _on_hand(actor, product_ids, on)
    receipts = _receipts(actor, product_ids, on)
    prices = falls(sorted({party for party, _product in held}), product_ids, on, currency)
    for spot in sorted(held):
        fall = prices.get(spot)
        if fall is None:
            found.unknown.add(spot[1])
            continue
        if fall.gap <= 0:
            continue
        kept = _layers(held[spot], receipts.get(spot, []))
        lines = protection.protect(
            kept, on=on, window_days=window, cap=most, old=fall.old, new=fall.new, currency=currency
        )
        found.lots += [Lot(*spot, fall, line) for line in lines]
    return found


def _on_hand(actor: Actor, product_ids: Sequence[int], on: date) -> dict[Spot, list[Held]]:
    """What distributors in scope had on the eve of a day by lot; goods that went out without naming a lot are taken from those
    that expire first."""
    rows = stock.movements(actor).filter(product__in=product_ids, holder__isnull=False, business_date__lt=on)
    grouped = rows.order_by().values_list("holder_id", "product_id", "lot").annotate(n=Sum("quantity"))
    sums = [(party or 0, product, lot, n) for party, product, lot, n in grouped if n]
    days = goods.days_of((product, lot) for _party, product, lot, _n in sums if lot)
    found: dict[Spot, list[Held]] = defaultdict(list)
    for party, product, lot, n in sums:
        found[party, product].append(Held(lot, n, days.get((product, lot), (None, None))[0]))
    return {spot: nominal(held) for spot, held in found.items()}


def _receipts(actor: Actor, product_ids: Sequence[int], on: date) -> dict[Spot, list[protection.Receipt]]:
    rows = stock.movements(actor).filter(
        product__in=product_ids, holder__isnull=False, business_date__lt=on, quantity__gt=0
    )
    rows = rows.exclude(kind__in=COUNTS)
    grouped = (
        rows.order_by().values_list("holder_id", "product_id", "lot", "business_date").annotate(n=Sum("quantity"))
    )
    found: dict[Spot, list[protection.Receipt]] = defaultdict(list)
    for party, product, lot, day, n in grouped:
        found[party or 0, product].append(protection.Receipt(lot, day, n))
    return found


def _layers(held: Iterable[Held], receipts: Iterable[protection.Receipt]) -> list[protection.Layer]:
    """The lots on hand by the receipts they came with."""
    by_lot: dict[str, list[protection.Receipt]] = defaultdict(list)
    for each in receipts:
        by_lot[each.lot].append(each)
    return [
        layer
        for lot in held
        if lot.quantity > 0
        for layer in protection.layers(lot.quantity, by_lot[lot.lot], lot.lot)
    ]


def reliefs(actor: Actor) -> QuerySet[Relief]:
    """Credits by formula in scope, newest first; those over many distributors belong to the whole network."""
    rows: QuerySet[Relief] = Relief.objects.for_actor(actor)
    return rows.select_related("party", "budget", "agreement__product").order_by("-id")


def relief(actor: Actor, relief_id: int) -> Relief:
    """One of them, or Missing."""
    return one(reliefs(actor), pk=relief_id)


def relief_lines(actor: Actor, row: Relief | None = None, party_id: int | None = None) -> QuerySet[ReliefLine]:
    """The lots or sales of a relief that are in scope; of those that were approved where none is named."""
    rows: QuerySet[ReliefLine] = ReliefLine.objects.for_actor(actor)
    rows = rows.filter(relief__state="approved") if row is None else rows.filter(relief=row)
    rows = rows if party_id is None else rows.filter(party_id=party_id)
    return rows.select_related("party", "product", "relief").order_by("party__code", "product__code", "day", "id")


def agreements(actor: Actor) -> QuerySet[DebitAgreement]:
    """Ship-and-debit agreements in scope, newest first."""
    rows: QuerySet[DebitAgreement] = DebitAgreement.objects.for_actor(actor)
    return rows.select_related("party", "product").order_by("-id")


def agreement(actor: Actor, agreement_id: int) -> DebitAgreement:
    """One of them, or Missing."""
    return one(agreements(actor), pk=agreement_id)


@dataclass(frozen=True)
class DebitPreview:
    """What sales to the named customer give: the sales, the pool they must fit into, and the sum in minor units."""

    start: date
    end: date
    lines: list[protection.Debit]
    pool: protection.Pool
    room: int
    units_left: int

    @property
    def amount_minor(self) -> int:
        """The sum; never below nothing."""
        return max(0, sum(line.amount_minor for line in self.lines))

    @property
    def units(self) -> int:
        """Base units that are paid for."""
        return sum(line.paid_units for line in self.lines)


def debit_preview(actor: Actor, row: DebitAgreement, start: date, end: date) -> DebitPreview:
    """Sales of an agreement in [start, end) that nobody has claimed yet, at the difference of both prices, of no more than the
    distributor can have had."""
    first, last = max(start, row.start), min(end, row.end)
    used = ReliefLine.objects.unscoped("sales are claimed once").filter(
        party_id=row.party_id, product_id=row.product_id
    )
    used = used.exclude(relief__state="rejected").filter(relief__kind="debit")
    known = set(used.filter(relief__agreement=row).values_list("document", flat=True))
    sales = [each for each in _sales(row, first, last) if each[0] not in known]
    taken = used.filter(relief__agreement=row).aggregate(n=Sum("units"))["n"] or 0
    others = used.filter(Q(day__gte=first, day__lt=last)).aggregate(n=Sum("units"))["n"] or 0
    pool = protection.Pool(_opening(row, first), _bought(row, first, last), others)
    left = max(0, row.units - taken)
    room = min(left, pool.room) if terms.protection(start, row.party_id)[0].debit_pool else left
    lines = protection.ship_and_debit(
        sales, acquisition=row.acquisition, agreed=row.agreed, room=room, currency=row.currency
    )
    return DebitPreview(first, last, lines, pool, room, left)


def _sales(row: DebitAgreement, start: date, end: date) -> list[tuple[str, date, int]]:
    """Sales to the named customer by document: what the distributor delivered, or where he reports none, sold out."""
    for level in ("sell_through", "sell_out"):
        rows = trade.lines(SYSTEM, level=level, start=start, end=end, party_id=row.party_id).filter(
            product_id=row.product_id, counterparty=row.customer
        )
        grouped = rows.order_by().values_list("document", "business_date").annotate(n=Sum("quantity"))
        found = [(document, day, n) for document, day, n in grouped if n]
        if found:
            return found
    return []


def _opening(row: DebitAgreement, on: date) -> int:
    rows = stock.movements(SYSTEM, product_id=row.product_id, holder_id=row.party_id).filter(business_date__lt=on)
    return max(0, rows.aggregate(n=Sum("quantity"))["n"] or 0)


def _bought(row: DebitAgreement, start: date, end: date) -> int:
    rows = trade.lines(SYSTEM, level="sell_in", start=start, end=end, party_id=row.party_id)
    return max(0, rows.filter(product_id=row.product_id).aggregate(n=Sum("quantity"))["n"] or 0)


@dataclass(frozen=True)
class RotationView:
    """What a distributor may still bring back of what he bought in the months before a day; minor units."""

    party_id: int
    start: date
    end: date
    currency: str
    bought_minor: int
    returned_minor: int
    rate: Decimal
    allowed_minor: int
    left_minor: int


@query(needs="funds.view", roles=(*HQ, *PORTAL))
def rotation(actor: Actor, *, party_id: int, on: date) -> RotationView:
    """Stock rotation: how much of what was bought in the window of the policy may be exchanged, what came back already counts."""
    party = parties.party(actor, party_id)
    rules, _version = terms.protection(on, party_id)
    start = on - timedelta(days=365 * rules.rotation_months // 12)
    rows = trade.lines(actor, level="sell_in", start=start, end=on, currency=party.currency, party_id=party_id)
    bought = rows.filter(net_minor__gt=0).aggregate(n=Sum("net_minor"))["n"] or 0
    back = -(rows.filter(net_minor__lt=0).aggregate(n=Sum("net_minor"))["n"] or 0)
    found = protection.rotation(bought, back, rules.rotation_rate, back)
    return RotationView(
        party_id,
        start,
        on,
        party.currency,
        bought,
        back,
        rules.rotation_rate,
        found.allowed_minor,
        found.left_minor,
    )


@dataclass(frozen=True)
class Credit:
    """What a distributor gets of a price protection, in minor units, for programs."""

    party_id: int
    amount_minor: int


@query(needs="funds.view_funds", roles=HQ)
def protection_preview(actor: Actor, *, on: date, product_ids: list[int], currency: str = "CNY") -> list[Credit]:
    """What distributors in scope get when the price of products falls on a day, by the policy."""
    found = preview(actor, on=on, product_ids=product_ids[:MOST_PRODUCTS], currency=currency)
    return [Credit(party, amount) for party, amount in sorted(found.sums.items())]
