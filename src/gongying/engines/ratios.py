"""Ratios of a company's statements, the DuPont tree with its bridge between two years, and quartiles of peers.

Every ratio is an exact fraction with its numerator and denominator; where the denominator is missing or nothing, the value is
None and `why` says which line lacks. Balances are averages of two year ends where the year before is given.

Sources: DSO = receivables / revenue · days, DIO = inventory / cost of sales · days, DPO = payables / cost of sales · days,
CCC = DSO + DIO − DPO; ROE = net income/sales · sales/assets · assets/equity (DuPont, 3 steps), with 5 steps tax burden · interest
burden · EBIT margin · turnover · multiplier. The bridge gives each factor the share ln(f1/f0) / ln(ROE1/ROE0) of the change.

>>> a = {"revenue": 1000, "cogs": 700, "net_income": 50, "profit_before_tax": 80, "operating_profit": 100,
...      "total_assets": 500, "total_equity": 250, "receivables": 100}
>>> tree = dupont(a)
>>> tree.roe, [factor.value for factor in tree.steps3] == [Fraction(1, 20), Fraction(2), Fraction(2)]
(Fraction(1, 5), True)
>>> ratio(a, "dso").value, str(shown(ratio(a, "dso")))
(Fraction(73, 2), '36.500000')
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import factorial, log, prod

from .statements import result, total

Year = Mapping[str, int]
DAYS = 365
MILLION = 10**6


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure with what it is made of: `above` over `below`, times `times`; `unit` is times, share, days or months."""

    code: str
    unit: str
    value: Fraction | None
    above: tuple[tuple[str, Fraction], ...]
    below: tuple[tuple[str, Fraction], ...]
    times: int = 1
    why: str = ""  # the line that lacks, or is nothing
    averaged: bool = False


# code: unit, numerator, denominator (lines with their signs), factor
FORMULAS: dict[str, tuple[str, dict[str, int], dict[str, int], int]] = {
    "current": ("times", {"current_assets": 1}, {"current_liabilities": 1}, 1),
    "quick": ("times", {"current_assets": 1, "inventory": -1}, {"current_liabilities": 1}, 1),
    "cash_ratio": ("times", {"cash": 1}, {"current_liabilities": 1}, 1),
    "debt": ("share", {"total_liabilities": 1}, {"total_assets": 1}, 1),
    "debt_to_equity": ("times", {"total_liabilities": 1}, {"total_equity": 1}, 1),
    "interest_cover": ("times", {"operating_profit": 1}, {"interest": 1}, 1),
    "gross_margin": ("share", {"revenue": 1, "cogs": -1}, {"revenue": 1}, 1),
    "operating_margin": ("share", {"operating_profit": 1}, {"revenue": 1}, 1),
    "net_margin": ("share", {"net_income": 1}, {"revenue": 1}, 1),
    "roe": ("share", {"net_income": 1}, {"total_equity": 1}, 1),
    "asset_turnover": ("times", {"revenue": 1}, {"total_assets": 1}, 1),
    "dso": ("days", {"receivables": 1}, {"revenue": 1}, DAYS),
    "dio": ("days", {"inventory": 1}, {"cogs": 1}, DAYS),
    "dpo": ("days", {"payables": 1}, {"cogs": 1}, DAYS),
}
ORDER = (*FORMULAS, "ccc", "runway")
STATES = {
    "current_assets", "current_liabilities", "total_liabilities", "total_assets", "total_equity", "cash", "receivables",
    "inventory", "payables",
}  # fmt: skip
AVERAGED = {"roe", "asset_turnover", "dso", "dio", "dpo"}
RESULTS = ("operating_profit", "profit_before_tax", "net_income")
TOTALS = ("current_assets", "current_liabilities", "total_liabilities", "total_assets", "total_equity")
HIGH_IS_GOOD = {
    "current", "quick", "cash_ratio", "interest_cover", "gross_margin", "operating_margin", "net_margin", "roe",
    "asset_turnover", "runway",
}  # fmt: skip


def amount(year: Year, line: str) -> int | None:
    """What a line (or a total, or a result) says; None when nothing of it is on the sheet."""
    if line in TOTALS:
        found = total(year, line)
        return found if line in year or found else None
    if line in RESULTS:
        return result(year, line) if line in year or "revenue" in year else None
    return year.get(line)


def ratio(year: Year, code: str, before: Year | None = None) -> Ratio:
    """One ratio of FORMULAS of a year; balances averaged with those of the year `before` where its formula is about a flow."""
    unit, above, below, times = FORMULAS[code]
    averaged = code in AVERAGED and before is not None
    parts: list[list[tuple[str, Fraction]]] = [[], []]
    for place, lines in enumerate((above, below)):
        for line, sign in lines.items():
            value = _line(year, line, before if averaged else None)
            if value is None:
                return Ratio(code, unit, None, (), (), times, line, averaged)
            parts[place].append((line, sign * value))
    over, under = (sum((value for _line, value in side), Fraction(0)) for side in parts)
    if under <= 0:
        return Ratio(code, unit, None, tuple(parts[0]), tuple(parts[1]), times, next(iter(below)), averaged)
    return Ratio(code, unit, over / under * times, tuple(parts[0]), tuple(parts[1]), times, "", averaged)


def _line(year: Year, line: str, before: Year | None) -> Fraction | None:
    now = amount(year, line)
    if now is None:
        return None
    then = amount(before, line) if before is not None and line in STATES else None
    return Fraction(now) if then is None else Fraction(now + then, 2)


def ratios(year: Year, before: Year | None = None) -> list[Ratio]:
    """Every ratio of a year, the cash conversion cycle and the runway among them, in the order of ORDER."""
    found = {code: ratio(year, code, before) for code in FORMULAS}
    found["ccc"] = _cycle(found)
    found["runway"] = runway(year)
    return [found[code] for code in ORDER]


def _cycle(found: Mapping[str, Ratio]) -> Ratio:
    """CCC = DSO + DIO − DPO, in days; the parts stand above the line."""
    parts = []
    for code, sign in (("dso", 1), ("dio", 1), ("dpo", -1)):
        value = found[code].value
        if value is None:
            return Ratio("ccc", "days", None, (), (), 1, found[code].why)
        parts.append((code, sign * value))
    return Ratio("ccc", "days", sum((value for _code, value in parts), Fraction(0)), tuple(parts), ())


def runway(year: Year) -> Ratio:
    """Months for which money and undrawn lines pay for what is bought and spent when nothing comes in: (cash + undrawn lines) /
    ((cost of sales + operating expenses + interest) / 12).

    A worst case on purpose: with money coming in, the stress test says how long it lasts.
    """
    if "cash" not in year or "cogs" not in year:
        return Ratio("runway", "months", None, (), (), 12, "cash" if "cash" not in year else "cogs")
    above = tuple((line, Fraction(year[line])) for line in ("cash", "credit_line") if line in year)
    below = tuple(
        (line, Fraction(year[line])) for line in ("cogs", "operating_expenses", "interest") if line in year
    )
    spent = sum((value for _line, value in below), Fraction(0))
    if spent <= 0:
        return Ratio("runway", "months", None, above, below, 12, "cogs")
    return Ratio("runway", "months", sum((v for _l, v in above), Fraction(0)) / spent * 12, above, below, 12)


def shown(found: Ratio) -> Decimal | None:
    """The value of a ratio with six places, rounded half to even."""
    return None if found.value is None else decimal_of(found.value)


def decimal_of(value: Fraction) -> Decimal:
    """A fraction with six places, rounded half to even."""
    return _six(_units(value))


def _units(value: Fraction) -> int:
    """Millionths, rounded half to even."""
    return round(value * MILLION)


def _six(units: int) -> Decimal:
    """Millionths as a decimal with six places, whatever their size."""
    return Decimal(f"{units}E-6")


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the tree: a fraction of two amounts."""

    code: str
    above: Fraction
    below: Fraction

    @property
    def value(self) -> Fraction:
        """The factor itself."""
        return self.above / self.below


@dataclass(frozen=True, slots=True)
class Tree:
    """Return on equity and its factors; the product of either list is it, exactly. With no profit before tax or EBIT the five
    steps do not exist (`steps5` is empty)."""

    roe: Fraction
    steps3: tuple[Factor, ...]
    steps5: tuple[Factor, ...]


def dupont(year: Year, before: Year | None = None) -> Tree | None:
    """The DuPont tree of a year, on average balances where the year before is given. None without sales, assets or equity."""
    names = ("net_income", "revenue", "total_assets", "total_equity", "profit_before_tax", "operating_profit")
    values = {name: _line(year, name, before) for name in names}
    net, sales, assets, equity, ebt, ebit = (values[name] for name in names)
    if net is None or not sales or not assets or not equity:
        return None
    steps3 = (
        Factor("net_margin", net, sales),
        Factor("turnover", sales, assets),
        Factor("multiplier", assets, equity),
    )
    steps5: tuple[Factor, ...] = ()
    if ebt and ebit:
        steps5 = (
            Factor("tax_burden", net, ebt),
            Factor("interest_burden", ebt, ebit),
            Factor("ebit_margin", ebit, sales),
            *steps3[1:],
        )
    return Tree(net / equity, steps3, steps5)


@dataclass(frozen=True, slots=True)
class Bridge:
    """How a change came about: each factor's part, with six places; the parts add up to the change exactly. `method` is logs
    where all factors are above nothing, otherwise order: the average over every order in which they could have changed."""

    method: str
    change: Decimal
    parts: tuple[tuple[str, Decimal], ...]


def bridge(old: Sequence[Factor], new: Sequence[Factor]) -> Bridge:
    """From one year's product of factors to the next one's. Raises ValueError when the factors are not the same."""
    codes = [factor.code for factor in new]
    if codes != [factor.code for factor in old]:
        raise ValueError("the two years have different factors")
    first, second = ([factor.value for factor in side] for side in (old, new))
    start, end = prod(first, start=Fraction(1)), prod(second, start=Fraction(1))
    change = _units(end) - _units(start)
    raw, method = _in_any_order(first, second), "order"
    if all(value > 0 for value in (*first, *second)) and start != end:
        logs = [Fraction(log(now / then)) for then, now in zip(first, second, strict=True)]
        whole = sum(logs, Fraction(0))
        if whole:
            raw, method = [(end - start) * each / whole for each in logs], "logs"
    parts = [_six(units) for units in _rounded(raw, change)]
    return Bridge(method, _six(change), tuple(zip(codes, parts, strict=True)))


def _in_any_order(first: Sequence[Fraction], second: Sequence[Fraction]) -> list[Fraction]:
    """The Shapley value of each factor's change: exact for any sign, and adds up to the change of the product."""
    count = len(first)
    found = [Fraction(0)] * count
    for place in range(count):
        others = [each for each in range(count) if each != place]
        for size in range(count):
            weight = Fraction(factorial(size) * factorial(count - size - 1), factorial(count))
            for moved in combinations(others, size):
                rest = prod((second[k] if k in moved else first[k] for k in others), start=Fraction(1))
                found[place] += weight * rest * (second[place] - first[place])
    return found


def _rounded(raw: Sequence[Fraction], change: int) -> list[int]:
    """Millionths that add up to the change: floors, then one each to the largest remainders."""
    scaled = [value * MILLION for value in raw]
    floors = [value.numerator // value.denominator for value in scaled]
    missing = change - sum(floors)
    order = sorted(range(len(raw)), key=lambda place: (floors[place] - scaled[place], place))
    step, each = (1, order) if missing >= 0 else (-1, order[::-1])
    for turn in range(
        abs(missing)
    ):  # at most as many as there are parts: the raw ones add up to the change but for its rounding
        floors[each[turn % len(each)]] += step
    return floors


@dataclass(frozen=True, slots=True)
class Quartiles:
    """The quartiles of a group, and how large it is."""

    low: Fraction
    middle: Fraction
    high: Fraction
    count: int


def quartiles(values: Sequence[Fraction], least: int = 5) -> Quartiles | None:
    """The quartiles of a group of at least `least` (so that nobody's own figure can be read out of them), else None.

    By linear interpolation between order statistics (Hyndman & Fan 1996, type 7).

    >>> quartiles([Fraction(n) for n in (1, 2, 3, 4, 5)]).middle, quartiles([Fraction(1)] * 4)
    (Fraction(3, 1), None)
    """
    if len(values) < max(1, least):
        return None
    held = sorted(values)

    def at(share: Fraction) -> Fraction:
        """The value so far up the order."""
        where = share * (len(held) - 1)
        low = where.numerator // where.denominator
        high = min(low + 1, len(held) - 1)
        return held[low] + (where - low) * (held[high] - held[low])

    return Quartiles(at(Fraction(1, 4)), at(Fraction(1, 2)), at(Fraction(3, 4)), len(held))


def standing(value: Fraction, found: Quartiles, *, high_is_good: bool) -> int:
    """In which quarter a value lies: 4 is the best, 1 the weakest. A value on a boundary is in the better quarter."""
    marks = (found.low, found.middle, found.high)
    if high_is_good:
        return 1 + sum(value >= mark for mark in marks)
    return 1 + sum(value <= mark for mark in marks)
