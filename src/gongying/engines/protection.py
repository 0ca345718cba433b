"""Price protection, stock rotation, ship and debit: what a distributor is given back, unit by unit.

Formulas (shared by the field): protection is the sum over lots of min(eligible, cap) · (old price − new price), eligible is what
was on hand when the price changed and was received within the window; rotation is a share of net purchases less what came back;
ship and debit is the quantity sold to the named end customer times (acquisition price − agreed price), of no more than the
inventory pool holds: claimed ≤ opening + sell-in − claimed before. Prices are major units a base unit; amounts are whole minor
units, rounded half up once a lot or document. See docs/algorithms/funds.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .money import exponent, whole


@dataclass(frozen=True, slots=True)
class Receipt:
    """Base units of a lot that came in on a day."""

    lot: str
    on: date
    units: int


@dataclass(frozen=True, slots=True)
class Layer:
    """What is left of one receipt. `on` None: nobody knows when it came."""

    lot: str
    on: date | None
    units: int


@dataclass(frozen=True, slots=True)
class Protected:
    """One layer: on hand, what of it is eligible, what is paid for after the cap, the credit in minor units, and why not more
    (old, unknown, capped or nothing)."""

    lot: str
    on: date | None
    on_hand: int
    eligible: int
    units: int
    amount_minor: int
    why: str


@dataclass(frozen=True, slots=True)
class Rotation:
    """What may come back in a window, in minor units: purchases less returns, the allowed share of it, what came back already
    under the agreement, and what is left of it."""

    net_minor: int
    rate: Decimal
    allowed_minor: int
    used_minor: int
    left_minor: int


@dataclass(frozen=True, slots=True)
class Debit:
    """What one sale to the named customer gives: units, those of them that are paid for, and the amount in minor units."""

    document: str
    on: date
    units: int
    paid_units: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Pool:
    """The inventory pool of a claim in base units: there can be claimed no more than `room`."""

    opening: int
    sell_in: int
    others: int

    @property
    def room(self) -> int:
        """opening + sell-in − other claims, never below nothing."""
        return max(0, self.opening + self.sell_in - self.others)


def layers(on_hand: int, receipts: Iterable[Receipt], lot: str = "") -> list[Layer]:
    """What is on hand by the receipts it came with, when the oldest goes first: the newest receipts are what is left.

    What no receipt explains stands last, without a day.

    >>> [(x.on.day if x.on else None, x.units) for x in layers(70, [Receipt("", date(2026, 7, 1), 50), Receipt("", date(2026, 7, 9), 40)])]
    [(9, 40), (1, 30)]
    """
    left, found = max(0, on_hand), []
    for each in sorted(receipts, key=lambda r: (r.on, r.lot), reverse=True):
        took = min(left, max(0, each.units))
        if took:
            found.append(Layer(each.lot, each.on, took))
            left -= took
    return [*found, Layer(lot, None, left)] if left else found


def protect(
    held: Sequence[Layer],
    *,
    on: date,
    window_days: int,
    cap: int | None,
    old: Decimal,
    new: Decimal,
    currency: str = "CNY",
) -> list[Protected]:
    """The credit for a product whose price falls on a day: Σ min(eligible, cap) · (old − new), layer by layer.

    Eligible is what was received in [on − window_days, on). The cap counts base units of one lot. A price that does not fall
    gives nothing. Raises ValueError for a negative window or cap.

    >>> held = [Layer("L2", date(2026, 6, 20), 100), Layer("L1", date(2026, 3, 1), 40)]
    >>> [(p.lot, p.units, p.amount_minor, p.why) for p in protect(held, on=date(2026, 7, 1), window_days=60, cap=80,
    ...                                                           old=Decimal(100), new=Decimal(90))]
    [('L2', 80, 80000, 'capped'), ('L1', 0, 0, 'old')]
    """
    if window_days < 0 or (cap is not None and cap < 0):
        raise ValueError("a window and a cap are not negative")
    fall, first, taken = max(Decimal(0), old - new), on - timedelta(days=window_days), dict[str, int]()
    found = []
    for each in held:
        recent = each.on is not None and first <= each.on < on
        eligible = each.units if recent else 0
        room = eligible if cap is None else max(0, cap - taken.get(each.lot, 0))
        units = min(eligible, room)
        taken[each.lot] = taken.get(each.lot, 0) + units
        why = "unknown" if each.on is None else "" if recent else "old"
        why = why or ("capped" if units < eligible else "")
        amount = whole((fall * units).scaleb(exponent(currency)))
        found.append(Protected(each.lot, each.on, each.units, eligible, units, amount, why))
    return found


def rotation(bought_minor: int, returned_minor: int, rate: Decimal, used_minor: int = 0) -> Rotation:
    """What may still come back: rate × (bought − returned), less what came back under the agreement; minor units.

    The allowance is rounded down: it is a limit. Raises ValueError for a rate outside 0 to 1.

    >>> rotation(1_000_000, 100_000, Decimal("0.05"), 20_000).left_minor
    25000
    """
    if not 0 <= rate <= 1:
        raise ValueError("a share is between 0 and 1")
    net = max(0, bought_minor - returned_minor)
    allowed = int(net * rate)
    return Rotation(net, rate, allowed, used_minor, max(0, allowed - used_minor))


def ship_and_debit(
    sales: Iterable[tuple[str, date, int]],
    *,
    acquisition: Decimal,
    agreed: Decimal,
    room: int,
    currency: str = "CNY",
) -> list[Debit]:
    """Sales to the named end customer, (document, day, base units; negative: came back) oldest first, at the difference of both
    prices, until the pool (`room` base units) is used up.

    >>> sales = [("S1", date(2026, 7, 2), 30), ("S2", date(2026, 7, 9), 50)]
    >>> [(d.document, d.paid_units, d.amount_minor) for d in ship_and_debit(sales, acquisition=Decimal("100"),
    ...                                                                     agreed=Decimal("92.5"), room=60)]
    [('S1', 30, 22500), ('S2', 30, 22500)]
    """
    gap, left, found = max(Decimal(0), acquisition - agreed), max(0, room), []
    for document, on, units in sorted(sales, key=lambda sale: (sale[1], sale[0])):
        paid = min(units, left)  # what came back makes room again
        left -= paid
        found.append(Debit(document, on, units, paid, whole((gap * paid).scaleb(exponent(currency)))))
    return found
