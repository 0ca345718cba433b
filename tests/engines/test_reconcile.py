"""Two ledgers, document by document (X10, C171): every round by example, and the laws that hold for all ledgers."""

import random
import time
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongying.engines.reconcile import Line, Outcome, Terms, bridge, reconcile
from gongying.engines.reconcile_keys import named, spell
from gongying.engines.reconcile_sums import choices

START, END = date(2026, 10, 1), date(2026, 11, 1)
TERMS = Terms(END, days=3, near_days=30, tolerance=Decimal("0.02"), transit_days=7, prefixes=("发票",))


def line(key, amount, number="", day=5, text="", account="receivable", currency="CNY"):
    return Line(key, START + timedelta(days=day - 1), number, amount, account, currency, text)


def told(ours, theirs, terms=TERMS):
    """Outcomes as (kind, reason, keys of ours, keys of theirs)."""
    return {
        (o.kind, o.reason, "".join(sorted(e.key for e in o.ours)), "".join(sorted(e.key for e in o.theirs)))
        for o in reconcile(ours, theirs, terms)
    }


@pytest.mark.parametrize(
    ("mine", "his"),
    [
        ("INV-202610-0007", "ＩＮＶ－２０２６１０－０００７"),
        ("INV-202610-0007", "inv202610 7"),
        ("INV-202610-0007", "INV2026100007"),
        ("0007", "7"),
        ("发票0007", "7"),
        ("INV-202610-0007", "202610-0007"),  # the letters left out: only with an equal amount
    ],
)
def test_one_number_in_two_spellings_is_one_document(mine, his):
    assert told([line("1", 100, mine)], [line("a", 100, his)]) == {("matched", "number", "1", "a")}


def test_a_number_is_not_another_number():
    found = told([line("1", 100, "INV-71")], [line("a", 5000, "INV-7-1", day=20)])
    assert ("matched", "number", "1", "a") not in found


def test_amounts_that_differ_under_one_number_are_a_difference_not_two():
    found = reconcile([line("1", 4000, "INV-8")], [line("a", 4500, "INV-8")], TERMS)
    assert [(o.kind, o.difference) for o in found] == [("amount", -500)]


def test_a_tolerated_amount_matches_and_keeps_its_difference_for_the_bridge():
    found = reconcile([line("1", 4001, "INV-8")], [line("a", 4000, "INV-8")], TERMS)
    assert [(o.kind, o.reason, o.difference) for o in found] == [("matched", "number", 1)]


def test_one_number_booked_in_parts():
    ours = [line("1", 700, "INV-8"), line("2", 91, "INV-8")]
    assert told(ours, [line("a", 791, "INV-8")]) == {("matched", "several", "12", "a")}


def test_a_text_that_names_its_documents():
    ours = [
        line("1", 1000, "FP-2026-0001", day=2),
        line("2", -50, "FP-2026-0002", day=3),
        line("3", 950, "XX-9", day=2),
    ]
    theirs = [line("a", 950, "", day=28, text="付 FP-2026-0001、fp-2026-2 货款")]
    assert ("matched", "named", "12", "a") in told(ours, theirs)


def test_a_payment_is_found_by_amount_and_day_though_its_numbers_differ():
    found = told([line("1", -5000, "SK-202610-0003", day=8)], [line("a", -5000, "BANK88121", day=7)])
    assert found == {("matched", "day", "1", "a")}


def test_two_numbers_of_one_series_are_two_documents_even_with_one_amount():
    found = told([line("1", 5000, "INV-101")], [line("a", 5000, "INV-102")])
    assert found == {("proposed", "far", "1", "a")}


def test_one_payment_for_three_invoices():
    ours = [line("1", -600, "SK-1", day=10)]
    theirs = [
        line("a", -100, "P1", day=9),
        line("b", -200, "P2", day=10),
        line("c", -300, "P3", day=11),
        line("d", -777, "P4", day=10),
    ]
    found = told(ours, theirs)
    assert ("matched", "sum", "1", "abc") in found
    assert ("theirs", "missing", "", "d") in found


def test_two_possible_sums_are_left_to_a_person():
    theirs = [line(k, a, f"P{k}", day=10) for k, a in (("a", -100), ("b", -500), ("c", -200), ("d", -400))]
    found = reconcile([line("1", -600, "SK-1", day=10)], theirs, TERMS)
    assert ("proposed", "sums") in {(o.kind, o.reason) for o in found}


def test_a_correction_posted_later_closes_an_amount_that_differed():
    ours = [line("1", 4500, "INV-8", day=3), line("2", -500, "CN-2", day=20)]
    assert told(ours, [line("a", 4000, "INV-8", day=3)]) == {("matched", "made_up", "12", "a")}


def test_what_was_booked_and_taken_back_under_one_number_cancels():
    ours = [line("1", 900, "INV-5"), line("2", -900, "INV-5", day=9)]
    assert told(ours, []) == {("matched", "cancelled", "12", "")}


@pytest.mark.parametrize(
    ("mine", "his", "day", "reason"),
    [(12_300, 13_200, 5, "digits"), (7000, -7000, 5, "side"), (7000, 7000, 25, "far"), (10_000, 10_070, 6, "near")],
)
def test_what_resembles_is_proposed_and_never_matched(mine, his, day, reason):
    assert told([line("1", mine, "A7")], [line("a", his, "B9", day=day)]) == {("proposed", reason, "1", "a")}


def test_what_a_person_told_apart_is_not_proposed_again():
    ours, theirs = [line("1", 12_300, "A7")], [line("a", 13_200, "B9")]
    found = reconcile(ours, theirs, TERMS, frozenset({"1", "a"}))
    assert {(o.kind, o.reason) for o in found} == {("ours", "missing"), ("theirs", "missing")}


def test_a_tolerance_is_an_amount_of_the_currency():
    yen = [line("1", 101, "INV-8", currency="JPY")], [line("a", 100, "INV-8", currency="JPY")]
    assert {o.kind for o in reconcile(*yen, TERMS)} == {"amount"}


def test_an_invoice_and_its_payment_on_one_side_are_not_taken_for_a_reversal():
    found = told([line("1", 900, "INV-5"), line("2", -900, "SK-8", day=9)], [])
    assert found == {("ours", "missing", "1", ""), ("ours", "missing", "2", "")}


def test_near_the_cut_off_a_line_may_be_in_transit():
    found = told([line("1", 900, "INV-5", day=30), line("2", 500, "INV-6", day=12)], [])
    assert found == {("ours", "transit", "1", ""), ("ours", "missing", "2", "")}


def test_another_currency_or_another_account_is_said():
    assert told([line("1", 900, "INV-5")], [line("a", 126, "INV-5", currency="USD")]) == {
        ("ours", "currency", "1", ""),
        ("theirs", "currency", "", "a"),
    }
    assert told([line("1", -900, "SK-5", account="prepaid")], [line("a", -900, "SK-5")]) == {
        ("ours", "account", "1", ""),
        ("theirs", "account", "", "a"),
    }


def test_the_search_for_sums_is_bounded_and_says_nothing_when_cut_off():
    amounts = [2 * n + 1_000_000 for n in range(24)]
    began = time.perf_counter()
    assert choices(amounts, 6_000_301) == []
    assert time.perf_counter() - began < 2


def test_large_ledgers_are_matched_in_bounded_time():
    dice = random.Random(3)  # noqa: S311 - the same ledgers every time
    ours = [line(f"o{n}", dice.randrange(100, 10**7), f"INV-{n}", day=n % 30 + 1) for n in range(4000)]
    theirs = [
        line(f"t{n}", o.amount, o.number.replace("INV-", "inv "), day=n % 30 + 1)
        for n, o in enumerate(ours)
        if n % 40
    ]
    began = time.perf_counter()
    found = reconcile(ours, theirs, TERMS)
    assert time.perf_counter() - began < 10
    assert sum(o.kind == "matched" for o in found) >= 3900


def test_spellings_and_named_numbers():
    assert spell("0000").compact == ""
    assert "JS2026070001" in named("JS-202607-0001 返利")
    assert named("共 12 件 3.5 折") == set()


NUMBERS = st.sampled_from(["", "INV-1", "inv 01", "INV-2", "SK-1", "0001", "CN-1", "INV-12"])
LINES = st.lists(
    st.tuples(
        NUMBERS,
        st.sampled_from([100, 100, 250, -350, -100, 1, 540, 450]) | st.integers(-2000, 2000),
        st.integers(1, 31),
        st.sampled_from(["", "INV-1 INV-2", "SK-0001"]),
        st.sampled_from(["receivable", "receivable", "rebate"]),
        st.sampled_from(["CNY", "CNY", "CNY", "USD"]),
    ),
    max_size=14,
)


def built(rows, side):
    return [
        line(f"{side}{n}", a, number, day, text, account, currency)
        for n, (number, a, day, text, account, currency) in enumerate(rows)
    ]


@settings(max_examples=150, deadline=None)
@given(LINES, LINES)
def test_every_line_is_in_exactly_one_outcome(mine, his):
    ours, theirs = built(mine, "o"), built(his, "t")
    found = reconcile(ours, theirs, TERMS)
    assert sorted(e.key for o in found for e in o.ours) == sorted(e.key for e in ours)
    assert sorted(e.key for o in found for e in o.theirs) == sorted(e.key for e in theirs)
    for each in found:
        assert len({(e.account, e.currency) for e in (*each.ours, *each.theirs)}) == 1
        if each.kind == "matched":
            assert abs(each.difference) <= 2
        if each.kind in ("ours", "theirs"):
            assert len(each.ours) + len(each.theirs) == 1


@settings(max_examples=80, deadline=None)
@given(LINES, LINES, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_decides_nothing(mine, his, dice):
    ours, theirs = built(mine, "o"), built(his, "t")
    before = reconcile(ours, theirs, TERMS)
    dice.shuffle(ours)
    dice.shuffle(theirs)
    assert reconcile(ours, theirs, TERMS) == before


@settings(max_examples=150, deadline=None)
@given(LINES, LINES, st.integers(-5000, 5000), st.integers(-50, 50))
def test_the_bridge_adds_up_exactly(mine, his, opening, apart):
    """Our closing, plus only theirs, less only ours, less what differs, is their closing; what was apart before is named."""
    ours, theirs = built(mine, "o"), built(his, "t")
    found = reconcile(ours, theirs, TERMS)
    for account, currency in {o.account for o in found}:
        here = [o for o in found if o.account == (account, currency)]
        total = [
            sum(e.amount for e in lines if (e.account, e.currency) == (account, currency))
            for lines in (ours, theirs)
        ]
        made = bridge(here, (opening, opening + total[0]), (opening - apart, opening - apart + total[1]))
        assert made.ours + sum(step.amount for step in made.steps) == made.theirs
        assert sum(step.amount for step in made.steps if step.kind == "opening") == -apart


def test_what_was_let_stand_before_is_not_an_unknown_opening():
    made = bridge([], (1000, 1000), (997, 997), settled_before=3)
    assert [(s.kind, s.reason, s.amount) for s in made.steps] == [("opening", "settled", -3)]


def test_a_difference_is_ours_less_theirs():
    assert Outcome("amount", "amount", (line("1", 100),), (line("a", 130),)).difference == -30
