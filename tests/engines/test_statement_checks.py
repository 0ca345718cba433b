"""Statements held against themselves, tax and bank: a sound sheet holds in every check, one wrong line is named with its amount."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.statements import (
    CURRENT_ASSETS,
    CURRENT_DEBT,
    EQUITY,
    FIXED_ASSETS,
    LONG_DEBT,
    TOTALS,
    check,
    flags,
    result,
    total,
)

MINOR = st.integers(0, 10**11)


@st.composite
def sheets(draw):
    """A sheet that adds up, balances, and ends with the results its lines give."""
    sheet = {line: draw(MINOR) for line in (*CURRENT_ASSETS, *FIXED_ASSETS, *CURRENT_DEBT, *LONG_DEBT)}
    sheet |= {
        line: draw(MINOR)
        for line in ("revenue", "cogs", "operating_expenses", "other_income", "interest", "income_tax")
    }
    sheet |= {"capital": draw(MINOR), "other_equity": draw(MINOR)}
    assets = sum(sheet[line] for line in TOTALS["total_assets"])
    sheet["retained_earnings"] = assets - sum(sheet.get(x, 0) for x in (*TOTALS["total_liabilities"], *EQUITY))
    for name in (*TOTALS, "operating_profit", "profit_before_tax", "net_income"):
        sheet[name] = total(sheet, name) if name in TOTALS else result(sheet, name)
    sheet |= {"vat_sales": sheet["revenue"], "tax_paid": sheet["income_tax"], "bank_opening": 0, "bank_in": sheet["cash"],
              "bank_out": 0, "bank_closing": sheet["cash"]}  # fmt: skip
    return sheet


@given(sheets())
def test_a_sound_sheet_holds_in_every_check(sheet):
    found = check({2025: sheet}, tolerance=Decimal(0))
    assert {each.code for each in found} == {"sum", "balance", "result", "vat", "tax", "bank_sum", "bank_cash"}
    assert all(each.holds for each in found)


@given(
    sheets(),
    st.sampled_from(["total_assets", "net_income", "bank_closing", "vat_sales", "tax_paid"]),
    st.integers(1, 10**9),
)
def test_one_wrong_line_is_named_with_its_difference(sheet, line, off):
    wrong = sheet | {line: sheet[line] + off}
    broken = [each for each in check({2025: wrong}, tolerance=Decimal(0)) if not each.holds]
    assert any(each.line == line and each.difference == off for each in broken)


@given(sheets(), st.integers(1, 1000))
def test_a_sheet_in_thousands_may_be_out_by_its_rounding(sheet, off):
    wrong = sheet | {"current_assets": sheet["current_assets"] + off}
    within = [each for each in check({2025: wrong}, rounding=1000) if each.line == "current_assets"]
    assert all(each.holds for each in within)


YEAR = {
    "cash": 100, "receivables": 300, "inventory": 200, "fixed_assets": 100, "payables": 300, "capital": 200,
    "retained_earnings": 200, "revenue": 1000, "cogs": 700, "operating_expenses": 200, "interest": 10, "income_tax": 20,
}  # fmt: skip


def test_the_expected_amount_is_made_of_named_lines():
    worse = YEAR | {"total_liabilities": 310}
    one = next(each for each in check({2025: worse}) if each.code == "sum")
    assert (one.line, one.expected, one.found, one.difference, one.parts) == (
        "total_liabilities", 300, 310, 10, (("payables", 300),),
    )  # fmt: skip
    balance = next(each for each in check({2025: worse}) if each.code == "balance")
    assert (balance.expected, balance.found, dict(balance.parts)) == (
        710, 700, {"total_liabilities": 310, "total_equity": 400},
    )  # fmt: skip


def test_years_hand_over_to_each_other():
    before = YEAR | {"retained_earnings": 130, "payables": 370, "bank_closing": 90}
    after = YEAR | {"bank_opening": 80, "bank_in": 1130, "bank_out": 1110, "bank_closing": 100, "dividends": 5}
    by_code = {each.code: each for each in check({2024: before, 2025: after}) if each.year == 2025}
    assert (by_code["bank_roll"].expected, by_code["bank_roll"].found) == (90, 80)
    assert by_code["retained"].expected == 130 + 70 - 5
    assert by_code["retained"].difference == 5
    assert by_code["bank_in"].holds  # 1,000 with 13 % VAT, and receivables as they were
    short = {each.code: each for each in check({2024: before, 2025: after | {"bank_in": 1000, "bank_out": 980}})}
    assert short["bank_in"].difference == -130
    assert not short["bank_in"].holds
    assert short["bank_in"].level == "warning"


def test_what_is_not_on_the_sheet_is_not_checked_and_a_strange_line_is_named():
    assert check({2025: {"revenue": 10}}) == []
    with pytest.raises(ValueError, match="2025: no line goodwill"):
        check({2025: {"goodwill": 1}})


def test_a_subtotal_stands_for_its_lines_where_they_are_not_given():
    short = {
        "current_assets": 600,
        "fixed_assets": 100,
        "total_assets": 700,
        "current_liabilities": 300,
        "total_equity": 400,
    }
    assert all(each.holds for each in check({2025: short}))
    assert total(short, "total_liabilities") == 300


def test_flags_say_what_an_experienced_eye_would_ask():
    before = YEAR
    after = YEAR | {"revenue": 1100, "receivables": 450, "inventory": 230, "cogs": 650}
    assert flags({2024: before, 2025: after}) == [
        ("receivables", 2025, Decimal("0.4000")),
        ("margin", 2025, Decimal("0.1091")),
    ]
