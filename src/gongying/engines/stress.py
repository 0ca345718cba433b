"""What a shock does to a company's cash: month by month, and how likely it runs out of money.

The model is a cash book, nothing more. Sales are paid DSO days later, goods are bought so that the stock covers DIO days of the
month's cost and are paid DPO days later, costs are paid in their month. Amounts are whole minor units, rounded half up once
each; every month says what came in and what went out, and the closing balance is their sum.

Sources: the cash conversion cycle as the three delays; the shocks (demand, price, later payment) are the usual ones of a
distributor's stress test. The probability is the share of `runs` drawings in which money and undrawn lines are used up within the
horizon, with Wilson's 95 % interval (E. B. Wilson, 1927); demand and price of a month are drawn log-normally around the shock.

>>> firm = Firm(revenue=100_00, cost=80_00, fixed=15_00, cash=50_00, dso=30, dio=30, dpo=30)
>>> [month.closing for month in path(firm, months=3)]
[5500, 6000, 6500]
>>> path(firm, Shock(price=Decimal("0.8")), months=3)[-1].closing
2500
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import exp, floor, sqrt
from random import Random

MONTH = 30
ONE = Decimal(1)
MOST_RUNS, MOST_MONTHS = 20_000, 60


@dataclass(frozen=True, slots=True)
class Firm:
    """A company as its statements show it. Minor units a month: `revenue`, `cost` of what is sold, `fixed` costs with interest;
    minor units: `cash`, `line` (undrawn), `receivables`, `payables` and `stock` at the start (None: what the days say); days."""

    revenue: int
    cost: int
    fixed: int
    cash: int
    dso: int
    dio: int
    dpo: int
    line: int = 0
    receivables: int | None = None
    payables: int | None = None
    stock: int | None = None
    season: tuple[Decimal, ...] = ()  # a factor a month, from the first one on; empty: every month alike


@dataclass(frozen=True, slots=True)
class Shock:
    """Factors on demand and price (0.8 is −20 %), and days by which customers pay later. `code` names it."""

    code: str = "base"
    demand: Decimal = ONE
    price: Decimal = ONE
    later: int = 0


STANDARD = (
    Shock("base"),
    Shock("demand_20", demand=Decimal("0.8")),
    Shock("demand_40", demand=Decimal("0.6")),
    Shock("price_10", price=Decimal("0.9")),
    Shock("late_30", later=30),
    Shock("together", demand=Decimal("0.8"), price=Decimal("0.9"), later=30),
)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the cash book: what came in, what went out for goods and for costs, the balance, the stock at cost."""

    number: int
    sold: int
    received: int
    paid: int
    fixed: int
    closing: int
    stock: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a shock comes to: the lowest balance and its month, the first month without money, the first beyond the lines
    (None: it does not happen within the horizon), and the months themselves."""

    shock: Shock
    lowest: int
    lowest_in: int
    out_of_cash: int | None
    breach: int | None
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class Chance:
    """How many of so many drawings ended in a breach, the share with its 95 % interval, and the seed that draws them again."""

    shock: Shock
    breaches: int
    runs: int
    share: Decimal
    low: Decimal
    high: Decimal
    seed: int


def path(firm: Firm, shock: Shock | None = None, *, months: int = 12) -> list[Month]:
    """The cash book of a firm under a shock, from its first day on."""
    return _book(firm, shock or Shock(), [(1.0, 1.0)] * _sensible(months))


def run(firm: Firm, shock: Shock, *, months: int = 12) -> Outcome:
    """What a shock comes to without chance."""
    book = path(firm, shock, months=months)
    worst = min(book, key=lambda month: (month.closing, month.number))
    return Outcome(
        shock,
        worst.closing,
        worst.number,
        next((month.number for month in book if month.closing < 0), None),
        next((month.number for month in book if month.closing + firm.line < 0), None),
        tuple(book),
    )


def chance(
    firm: Firm,
    shock: Shock,
    *,
    seed: int,
    runs: int = 1000,
    months: int = 12,
    demand_spread: Decimal = Decimal("0.15"),
    price_spread: Decimal = Decimal("0.03"),
) -> Chance:
    """How likely money and lines are used up within `months`. The spreads are standard deviations of the logarithm of a month's
    factor. The same seed draws the same. Raises ValueError beyond 20,000 runs or 60 months."""
    if not 1 <= runs <= MOST_RUNS:
        raise ValueError(f"1 to {MOST_RUNS} runs")
    draw, wide, narrow = Random(seed), float(demand_spread), float(price_spread)  # noqa: S311 - repeatable on purpose
    months, breaches = _sensible(months), 0
    for _run in range(runs):
        factors = [(_around(draw, wide), _around(draw, narrow)) for _month in range(months)]
        breaches += any(month.closing + firm.line < 0 for month in _book(firm, shock, factors))
    share = Decimal(breaches) / runs
    return Chance(shock, breaches, runs, share.quantize(Decimal("0.0001")), *wilson(breaches, runs), seed)


def _around(draw: Random, spread: float) -> float:
    """A log-normal factor whose mean is 1."""
    return exp(draw.gauss(-spread * spread / 2, spread)) if spread else 1.0


def wilson(hits: int, count: int, z: float = 1.96) -> tuple[Decimal, Decimal]:
    """The 95 % interval of a share, with four places.

    >>> wilson(0, 100)
    (Decimal('0.0000'), Decimal('0.0370'))
    """
    share, wide = hits / count, z * z / count
    middle = (share + wide / 2) / (1 + wide)
    half = z * sqrt(share * (1 - share) / count + wide / (4 * count)) / (1 + wide)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Decimal(f"{low:.4f}"), Decimal(f"{high:.4f}")


def breaking(firm: Firm, *, months: int = 12) -> dict[str, Decimal | None]:
    """The mildest shock of each kind that uses up money and lines, in steps of one per cent (one day for `later`): by how much
    price or demand falls, how many days later customers pay. None: not even the utmost (−95 %, 365 days) does.

    A price that falls further, or money that comes later, never leaves more; demand may, for a smaller stock frees money, so
    that its first breaking point from above is told.
    """
    found: dict[str, Decimal | None] = {}
    steps = [Decimal(step) / 100 for step in range(96)]
    found["demand"] = next((fall for fall in steps if _breaks(firm, Shock(demand=ONE - fall), months)), None)
    found["price"] = next((fall for fall in steps if _breaks(firm, Shock(price=ONE - fall), months)), None)
    days = (day for day in range(366) if _breaks(firm, Shock("late", later=day), months))
    late = next(days, None)
    found["later"] = None if late is None else Decimal(late)
    return found


def _breaks(firm: Firm, shock: Shock, months: int) -> bool:
    return run(firm, shock, months=months).breach is not None


def _book(firm: Firm, shock: Shock, factors: Sequence[tuple[float, float]]) -> list[Month]:
    """The months one by one: what is due comes from the months in which it was sold and bought."""
    count = len(factors)
    income, outgo = [0] * count, [0] * count
    opening = firm.receivables if firm.receivables is not None else _round(firm.revenue * firm.dso / MONTH)
    owed = firm.payables if firm.payables is not None else _round(firm.cost * firm.dpo / MONTH)
    stock = firm.stock if firm.stock is not None else _round(firm.cost * firm.dio / MONTH)
    _opening(income, opening, firm.dso, shock.later)
    _opening(outgo, owed, firm.dpo, 0)
    demand, price, cash, book = float(shock.demand), float(shock.price), firm.cash, []
    for place, (more, dearer) in enumerate(factors):
        season = float(firm.season[place % len(firm.season)]) if firm.season else 1.0
        cost = _round(firm.cost * demand * more * season)
        sold = _round(firm.revenue * demand * more * season * price * dearer)
        bought = max(0, cost + _round(cost * firm.dio / MONTH) - stock)
        stock += bought - cost
        _later(income, place, sold, firm.dso + shock.later)
        _later(outgo, place, bought, firm.dpo)
        cash += income[place] - outgo[place] - firm.fixed
        book.append(Month(place + 1, sold, income[place], outgo[place], firm.fixed, cash, stock))
    return book


def _later(due: list[int], month: int, amount: int, days: int) -> None:
    """Put an amount into the months in which it falls due: those on either side of `days` later, split by their distance."""
    whole, rest = divmod(days, MONTH)
    second = amount * rest // MONTH
    for place, part in ((month + whole, amount - second), (month + whole + 1, second)):
        if place < len(due):
            due[place] += part


def _opening(due: list[int], amount: int, days: int, later: int) -> None:
    """What was open before the first month falls due as even sales of the months before would, `later` days more."""
    if days <= 0:
        _later(due, 0, amount, later)
        return
    whole, rest = divmod(days, MONTH)
    weights = [MONTH] * whole + ([rest] if rest else [])
    left, weight = amount, days
    for month, each in enumerate(weights):
        part = left * each // weight
        left, weight = left - part, weight - each
        _later(due, month, part, later)


def _round(value: float) -> int:
    """To whole minor units, half up."""
    return floor(value + 0.5)


def _sensible(months: int) -> int:
    if not 1 <= months <= MOST_MONTHS:
        raise ValueError(f"1 to {MOST_MONTHS} months")
    return months


def with_line(firm: Firm, line: int) -> Firm:
    """The same firm with another undrawn line: what a credit limit of ours would change."""
    return replace(firm, line=line)
