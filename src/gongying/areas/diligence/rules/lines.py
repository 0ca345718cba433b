"""The lines of the standard sheet in words, and how a table that was copied from a spreadsheet becomes statements."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.engines.statements import LINES, SIGNED

LINE_WORDS: dict[str, Any] = {
    "cash": _("Cash and bank"), "receivables": _("Receivables"), "inventory": _("Inventory"),
    "other_current_assets": _("Other current assets"), "current_assets": _("Current assets"), "fixed_assets": _("Fixed assets"),
    "other_assets": _("Other assets"), "total_assets": _("Total assets"), "short_debt": _("Short-term debt"),
    "payables": _("Payables"), "other_current_liabilities": _("Other current liabilities"),
    "current_liabilities": _("Current liabilities"), "long_debt": _("Long-term debt"), "other_liabilities": _("Other liabilities"),
    "total_liabilities": _("Total liabilities"), "capital": _("Paid-in capital"), "retained_earnings": _("Retained earnings"),
    "other_equity": _("Other equity"), "total_equity": _("Total equity"), "revenue": _("Revenue"), "cogs": _("Cost of sales"),
    "operating_expenses": _("Operating expenses"), "other_income": _("Other income, net"),
    "operating_profit": _("Operating profit (EBIT)"), "interest": _("Interest expense"),
    "profit_before_tax": _("Profit before tax"), "income_tax": _("Income tax"), "net_income": _("Net income"),
    "vat_sales": _("Sales in VAT returns"), "tax_paid": _("Income tax in returns"), "bank_opening": _("Bank, opening balance"),
    "bank_in": _("Bank, inflows"), "bank_out": _("Bank, outflows"), "bank_closing": _("Bank, closing balance"),
    "dividends": _("Dividends paid"), "credit_line": _("Undrawn credit lines"), "working_capital": _("Working capital"),
    "retained_earnings_before": _("Retained earnings, year before"), "receivables_before": _("Receivables, year before"),
}  # fmt: skip
# As statements of this country print them.
SPELLED = {
    "货币资金": "cash", "应收账款": "receivables", "存货": "inventory", "其他流动资产": "other_current_assets",
    "流动资产合计": "current_assets", "固定资产": "fixed_assets", "其他资产": "other_assets", "其他非流动资产": "other_assets",
    "资产总计": "total_assets", "资产合计": "total_assets", "短期借款": "short_debt", "应付账款": "payables",
    "其他流动负债": "other_current_liabilities", "流动负债合计": "current_liabilities", "长期借款": "long_debt",
    "其他负债": "other_liabilities", "其他非流动负债": "other_liabilities", "负债合计": "total_liabilities", "实收资本": "capital",
    "股本": "capital", "未分配利润": "retained_earnings", "其他权益": "other_equity", "盈余公积": "other_equity",
    "所有者权益合计": "total_equity", "股东权益合计": "total_equity", "营业收入": "revenue", "营业成本": "cogs",
    "期间费用": "operating_expenses", "营业费用": "operating_expenses", "其他收益": "other_income", "营业利润": "operating_profit",
    "财务费用": "interest", "利息支出": "interest", "利润总额": "profit_before_tax", "所得税费用": "income_tax",
    "净利润": "net_income", "增值税申报销售额": "vat_sales", "所得税申报额": "tax_paid", "银行期初余额": "bank_opening",
    "银行流入": "bank_in", "银行流出": "bank_out", "银行期末余额": "bank_closing", "已付股利": "dividends",
    "未用授信额度": "credit_line",
}  # fmt: skip
UNITS = (("1", _("yuan")), ("1000", _("thousand yuan")), ("10000", _("ten thousand yuan")))
MOST_ROWS, MOST_YEARS, LARGEST = 80, 3, 10**15


@dataclass(frozen=True)
class Pasted:
    """What a copied table says: minor units by year and line, and what could not be read (row, text, code)."""

    years: dict[int, dict[str, int]]
    faults: tuple[tuple[int, str, str], ...]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _line(text: str) -> str:
    """The line a title means, or an empty text."""
    key = _plain(text).strip(":：").replace(" ", "")
    low = _plain(text).lower().replace(" ", "_")
    for mark in ("其中", "加", "减"):
        key = key.removeprefix(mark + ":").removeprefix(mark + "：").removeprefix(mark + "、")
    return SPELLED.get(key, low if low in LINES else "")


def _amount(text: str, factor: Decimal) -> int | None:
    """A typed amount in minor units; (12) and -12 are below nothing. None for nothing. Raises ValueError."""
    clean = _plain(text).replace(",", "").replace("¥", "").replace(" ", "")
    if clean in ("", "-", "–", "—"):
        return None
    below = clean.startswith("(") and clean.endswith(")")
    try:
        number = Decimal(clean.strip("()")) * factor * 100
    except InvalidOperation as fault:
        raise ValueError(text) from fault
    if not number.is_finite() or abs(number) > LARGEST or number != number.to_integral_value():
        raise ValueError(text)
    return -int(number) if below else int(number)


def paste(text: str, unit: str = "1") -> Pasted:
    """A table as it is copied from a spreadsheet: a row with the years, then a line a row, cells apart by tabs.

    >>> paste("项目\\t2025\\t2024\\n货币资金\\t1,200\\t(3)\\n商誉\\t5\\t6")
    Pasted(years={2025: {'cash': 120000}, 2024: {'cash': -300}}, faults=((3, '商誉', 'line'),))
    """
    factor = Decimal(unit if unit in dict(UNITS) else "1")
    rows = [row.split("\t") for row in text.replace("\r", "").split("\n")][:MOST_ROWS]
    years: list[int | None] = []
    found: dict[int, dict[str, int]] = {}
    faults: list[tuple[int, str, str]] = []
    for place, row in enumerate(rows, 1):
        if not any(cell.strip() for cell in row):
            continue
        if not years:
            years = [_year(cell) for cell in row[1:]]
            if not any(years):
                return Pasted({}, ((place, row[0][:40], "years"),))
            continue
        line = _line(row[0])
        if not line:
            faults.append((place, row[0].strip()[:40], "line"))
            continue
        for year, cell in zip(years, row[1:], strict=False):
            if year is None:
                continue
            try:
                amount = _amount(cell, factor)
            except ValueError:
                faults.append((place, cell.strip()[:40], "amount"))
                continue
            if amount is not None and amount < 0 and line not in SIGNED:
                faults.append((place, cell.strip()[:40], "negative"))
            elif amount is not None:
                found.setdefault(year, {})[line] = amount
    kept = dict(sorted(found.items(), reverse=True)[:MOST_YEARS])
    return Pasted(kept, tuple(faults))


def _year(text: str) -> int | None:
    digits = "".join(mark for mark in _plain(text) if mark.isdigit())[:4]
    return int(digits) if len(digits) == 4 and 1990 <= int(digits) <= 2100 else None
