"""Statements of several years on one standard sheet, and the checks that hold them against themselves, tax and bank.

Amounts are whole minor units of one currency. A check names the line, what it should be, what it is, and the difference
(found − expected); what a statement does not say is not checked. Sources: the accounting identities (assets = liabilities +
equity; CAS 30 for the order of the lines); the tie-out of revenue to VAT returns and bank receipts is the practice of audit
(substantive analytical procedures), its tolerances are the caller's.

>>> year = {"cash": 40, "receivables": 30, "inventory": 30, "total_assets": 100, "payables": 60, "capital": 30,
...         "retained_earnings": 15}
>>> [(c.code, c.line, c.expected, c.found, c.difference) for c in check({2025: year}) if not c.holds]
[('balance', 'total_assets', 105, 100, -5)]
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CURRENT_ASSETS = ("cash", "receivables", "inventory", "other_current_assets")
FIXED_ASSETS = ("fixed_assets", "other_assets")
CURRENT_DEBT = ("short_debt", "payables", "other_current_liabilities")
LONG_DEBT = ("long_debt", "other_liabilities")
EQUITY = ("capital", "retained_earnings", "other_equity")
INCOME = ("revenue", "cogs", "operating_expenses", "other_income", "interest", "income_tax")
TAX = ("vat_sales", "tax_paid")
BANK = ("bank_opening", "bank_in", "bank_out", "bank_closing")
TOTALS: dict[str, tuple[str, ...]] = {
    "current_assets": CURRENT_ASSETS,
    "total_assets": (*CURRENT_ASSETS, *FIXED_ASSETS),
    "current_liabilities": CURRENT_DEBT,
    "total_liabilities": (*CURRENT_DEBT, *LONG_DEBT),
    "total_equity": EQUITY,
}
BELOW = {"total_assets": "current_assets", "total_liabilities": "current_liabilities"}
RESULTS = ("operating_profit", "profit_before_tax", "net_income")
EXTRA = ("dividends", "credit_line")  # paid out in the year; the part of bank lines that is not drawn
LINES = (
    *CURRENT_ASSETS, "current_assets", *FIXED_ASSETS, "total_assets", *CURRENT_DEBT, "current_liabilities", *LONG_DEBT,
    "total_liabilities", *EQUITY, "total_equity", *INCOME[:4], "operating_profit", "interest", "profit_before_tax",
    "income_tax", "net_income", *TAX, *BANK, *EXTRA,
)  # fmt: skip
SIGNED = {
    "retained_earnings", "interest", "other_equity", "other_income", "total_equity", "operating_profit", "profit_before_tax",
    "net_income", "income_tax", "cash", "bank_opening", "bank_closing",
}  # fmt: skip
Year = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Check:
    """One check of one year. `level` is error (the sheet contradicts itself) or warning (two sources differ); it `holds` when
    the difference is within the tolerance. `parts` are the lines of which the expected amount is made."""

    code: str
    year: int
    line: str
    expected: int
    found: int
    tolerance: int
    level: str
    parts: tuple[tuple[str, int], ...] = ()

    @property
    def difference(self) -> int:
        """Found less expected."""
        return self.found - self.expected

    @property
    def holds(self) -> bool:
        """Whether the difference is within the tolerance."""
        return abs(self.difference) <= self.tolerance


def total(year: Year, name: str) -> int:
    """A total: as the sheet says, or else the sum of its lines."""
    return year[name] if name in year else sum(amount for _line, amount in _lines(year, name))


def _lines(year: Year, name: str) -> tuple[tuple[str, int], ...]:
    """The lines of a total that the sheet has; a subtotal stands for its own lines where those are not given."""
    lines, below = TOTALS[name], BELOW.get(name, "")
    if below in year and not any(line in year for line in TOTALS[below]):
        lines = (below, *(line for line in lines if line not in TOTALS[below]))
    return tuple((line, year[line]) for line in lines if line in year)


def result(year: Year, name: str) -> int:
    """A result of the income statement: as the sheet says, or else reckoned from its lines.

    operating profit (EBIT) = revenue − cost of sales − operating expenses + other income; before tax = EBIT − interest;
    net income = before tax − income tax.
    """
    return year[name] if name in year else sum(amount for _line, amount in _made_of(year, name))


def _made_of(year: Year, name: str) -> tuple[tuple[str, int], ...]:
    """The summands of a result, signs included."""
    if name == "operating_profit":
        signs = {"revenue": 1, "cogs": -1, "operating_expenses": -1, "other_income": 1}
        return tuple((line, sign * year.get(line, 0)) for line, sign in signs.items())
    above, taken = {
        "profit_before_tax": ("operating_profit", "interest"),
        "net_income": ("profit_before_tax", "income_tax"),
    }[name]
    return (above, result(year, above)), (taken, -year.get(taken, 0))


def check(
    years: Mapping[int, Year],
    *,
    tolerance: Decimal = Decimal("0.05"),
    vat_rate: Decimal = Decimal("0.13"),
    rounding: int = 0,
) -> list[Check]:
    """Every check the sheet allows, year by year, also those that hold. `tolerance` is the share by which statement, tax
    returns and bank may differ, `rounding` what sums may be out by (minor units: a sheet in thousands rounds).

    Raises ValueError for a line that does not occur on the sheet.
    """
    for year, sheet in years.items():
        strange = set(sheet) - set(LINES)
        if strange:
            raise ValueError(f"{year}: no line {sorted(strange)[0]}")
    found: list[Check] = []
    for year in sorted(years):
        sheet, before = years[year], years.get(year - 1)
        found += _sums(year, sheet, rounding)
        found += _ties(year, sheet, before, tolerance, vat_rate, rounding)
        if before is not None:
            found += _rolls(year, sheet, before, rounding)
    return found


def _sums(year: int, sheet: Year, rounding: int) -> Iterable[Check]:
    for name in TOTALS:
        parts = _lines(sheet, name)
        if name in sheet and parts:  # a total may stand without its lines; where some are given, they are all of it
            yield Check(
                "sum", year, name, sum(amount for _l, amount in parts), sheet[name], rounding, "error", parts
            )
    if any(line in sheet for line in (*TOTALS["total_assets"], "total_assets")):
        parts = tuple((name, total(sheet, name)) for name in ("total_liabilities", "total_equity"))
        owed = sum(amount for _line, amount in parts)
        yield Check("balance", year, "total_assets", owed, total(sheet, "total_assets"), rounding, "error", parts)
    for name in RESULTS:
        if name in sheet and "revenue" in sheet:
            parts = _made_of(sheet, name)
            wanted = sum(amount for _line, amount in parts)
            yield Check("result", year, name, wanted, sheet[name], rounding, "error", parts)


def _ties(
    year: int, sheet: Year, before: Year | None, tolerance: Decimal, vat_rate: Decimal, rounding: int
) -> Iterable[Check]:
    """Statement against tax returns and bank."""
    if {"revenue", "vat_sales"} <= sheet.keys():
        near = _share(sheet["revenue"], tolerance)
        yield Check("vat", year, "vat_sales", sheet["revenue"], sheet["vat_sales"], near, "warning")
    if {"income_tax", "tax_paid"} <= sheet.keys():
        near = _share(sheet["income_tax"], tolerance)
        yield Check("tax", year, "tax_paid", sheet["income_tax"], sheet["tax_paid"], near, "warning")
    if set(BANK) <= sheet.keys():
        parts = (
            ("bank_opening", sheet["bank_opening"]),
            ("bank_in", sheet["bank_in"]),
            ("bank_out", -sheet["bank_out"]),
        )
        due = sum(amount for _line, amount in parts)
        yield Check("bank_sum", year, "bank_closing", due, sheet["bank_closing"], rounding, "error", parts)
    if {"cash", "bank_closing"} <= sheet.keys():
        near = _share(sheet["cash"], tolerance)
        yield Check("bank_cash", year, "bank_closing", sheet["cash"], sheet["bank_closing"], near, "warning")
    if before is not None and {"revenue", "bank_in", "receivables"} <= sheet.keys() and "receivables" in before:
        gross = int((sheet["revenue"] * (1 + vat_rate)).to_integral_value(ROUND_HALF_UP))
        parts = (
            ("revenue", gross),
            ("receivables_before", before["receivables"]),
            ("receivables", -sheet["receivables"]),
        )
        due = sum(amount for _line, amount in parts)
        yield Check("bank_in", year, "bank_in", due, sheet["bank_in"], _share(due, tolerance), "warning", parts)


def _rolls(year: int, sheet: Year, before: Year, rounding: int) -> Iterable[Check]:
    """What one year hands to the next."""
    if "bank_opening" in sheet and "bank_closing" in before:
        held = before["bank_closing"]
        yield Check("bank_roll", year, "bank_opening", held, sheet["bank_opening"], rounding, "error")
    if "retained_earnings" in sheet and "retained_earnings" in before and "revenue" in sheet:
        parts = (
            ("retained_earnings_before", before["retained_earnings"]),
            ("net_income", result(sheet, "net_income")),
            ("dividends", -sheet.get("dividends", 0)),
        )
        due = sum(amount for _line, amount in parts)
        yield Check(
            "retained", year, "retained_earnings", due, sheet["retained_earnings"], rounding, "warning", parts
        )


def _share(amount: int, share: Decimal) -> int:
    """A share of an amount, rounded half up, never negative."""
    return int((abs(amount) * share).to_integral_value(ROUND_HALF_UP))


def flags(years: Mapping[int, Year], *, gap: Decimal = Decimal("0.10")) -> list[tuple[str, int, Decimal]]:
    """What an experienced eye would ask about: (code, year, by how much). `receivables` grew faster than sales by more than
    `gap`, `inventory` likewise, the gross `margin` moved by more than `gap`. The practice of analytical review."""
    found = []
    for year in sorted(years):
        sheet, before = years[year], years.get(year - 1)
        if before is None or not before.get("revenue") or not sheet.get("revenue"):
            continue
        grown = Decimal(sheet["revenue"]) / before["revenue"] - 1
        for line in ("receivables", "inventory"):
            if before.get(line, 0) > 0 and line in sheet:
                faster = Decimal(sheet[line]) / before[line] - 1 - grown
                if faster > gap:
                    found.append((line, year, faster.quantize(Decimal("0.0001"), ROUND_HALF_UP)))
        if "cogs" in sheet and "cogs" in before:
            moved = Decimal(before["cogs"]) / before["revenue"] - Decimal(sheet["cogs"]) / sheet["revenue"]
            if abs(moved) > gap:
                found.append(("margin", year, moved.quantize(Decimal("0.0001"), ROUND_HALF_UP)))
    return found
