"""The pure part of due diligence: pasted tables, registry answers, what a decision wants, weights that contradict each other."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.areas.diligence.rules import (
    LINE_WORDS,
    Pair,
    Standing,
    changes,
    default_rules,
    lacks,
    paste,
    severity,
    suggested,
    verdict_of,
)
from gongying.areas.diligence.rules.policies import lint
from gongying.engines.statements import LINES, SIGNED

FULL = Standing(years=3, interviews=1, risks=2, worst_left=6, score=Decimal("4"), named=True)
BOUNDS = {"accept_from": Decimal("3.5"), "condition_from": Decimal("2.5"), "worst": 15}


def test_every_line_has_words():
    assert set(LINES) <= set(LINE_WORDS)


@given(st.dictionaries(st.sampled_from(LINES), st.integers(0, 10**9), min_size=1))
def test_what_is_copied_is_read_back_to_the_last_fen(lines):
    text = "item\t2025\n" + "\n".join(f"{line}\t{amount / 100:,.2f}" for line, amount in lines.items())
    found = paste(text)
    assert (found.years, found.faults) == ({2025: lines}, ())


def test_a_pasted_table_is_understood_as_statements_print_it():
    found = paste(
        "单位：元\t2025年\t2024年末\n货币资金\t1,234.50\t(12)\n应收账款：\t－\t8\n其中：存货\t3\t4\n", unit="10000"
    )
    assert found.years == {
        2025: {"cash": 1_234_500_000, "inventory": 3_000_000},
        2024: {"cash": -12_000_000, "receivables": 8_000_000, "inventory": 4_000_000},
    }
    assert found.faults == ()


def test_what_cannot_be_read_is_told_by_row():
    found = paste("x\t2025\n货币资金\tmuch\n商誉\t3\n存货\t-4\n")
    assert found.faults == ((2, "much", "amount"), (3, "商誉", "line"), (4, "-4", "negative"))
    assert paste("no years here\n").faults == ((1, "no years here", "years"),)
    assert "inventory" not in SIGNED


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text):
    found = paste(text)
    assert all(line in LINES for lines in found.years.values() for line in lines)


def test_registry_answers_speak_for_themselves():
    assert verdict_of("status", {"status": "存续（在营、开业、在册）"}) == "clear"
    assert verdict_of("status", {}) == "look"
    assert verdict_of("abnormal", {"entries": "1"}) == "bad"
    assert verdict_of("litigation", {"as_defendant": "3"}) == "look"
    assert verdict_of("penalty", {"entries": "several"}) == "look"
    assert changes(None, {"a": "1"}) == []
    assert changes({"a": "1", "b": "2"}, {"a": "1", "c": "3"}) == [("b", "2", ""), ("c", "", "3")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"papers_missing": 1}, "papers"), ({"papers_expired": 1}, "expired"), ({"checks_missing": 1}, "checks"),
        ({"checks_bad": 1}, "bad"), ({"years": 2}, "statements"), ({"wrong": 1}, "wrong"), ({"unrated": 1}, "ratings"),
        ({"apart": 1}, "talks"), ({"interviews": 0}, "interview"), ({"risks": 0}, "risks"), ({"worst_left": 15}, "grave"),
        ({"score": Decimal("3.49")}, "score"), ({"score": None}, "score"),
    ],
)  # fmt: skip
def test_nobody_is_accepted_while_something_lacks_and_it_is_named(change, code):
    assert lacks("accepted", FULL, **BOUNDS) == []
    assert lacks("accepted", replace(FULL, **change), **BOUNDS) == [code]
    assert lacks("rejected", replace(FULL, **change), **BOUNDS) == []


def test_on_conditions_less_is_wanted_but_a_condition():
    shaky = replace(FULL, checks_bad=1, wrong=2, score=Decimal("2.5"))
    assert lacks("conditional", shaky, **BOUNDS) == []
    assert lacks("conditional", replace(shaky, named=False), **BOUNDS) == ["deposit"]
    assert lacks("conditional", replace(shaky, score=Decimal("2.49")), **BOUNDS) == ["score"]


@given(st.integers(1, 5), st.integers(1, 5))
def test_a_risk_is_never_less_grave_when_it_is_likelier(likelihood, impact):
    order = ["low", "medium", "high"]
    assert order.index(severity(min(5, likelihood + 1), impact)) >= order.index(severity(likelihood, impact))


def test_a_limit_follows_from_equity_and_purchases():
    assert suggested(5_000_000_00, 300_000_00, share=Decimal("0.1"), deposit_share=Decimal("0.3")) == (
        300_000_00,
        90_000_00,
    )
    assert suggested(-5, 10, share=Decimal("0.1"), deposit_share=Decimal("0.3")) == (0, 0)


def test_the_house_rules_are_sound_and_contradictions_are_not_published():
    rules = default_rules()
    assert lint(rules) == []
    twisted = rules.model_copy(deep=True)
    twisted.pairs[0] = Pair(one="finance", other="market", times=Decimal("0.1112"))
    assert [(f.level, f.code) for f in lint(twisted)] == [("error", "consistency")]
    short = rules.model_copy(update={"pairs": rules.pairs[1:]})
    assert [(f.level, f.code) for f in lint(short)] == [("error", "pairs")]
    bare = rules.model_copy(deep=True)
    bare.criteria[1].low = ""
    bare.accept_from = Decimal(2)
    assert {f.code for f in lint(bare)} == {"anchors", "bounds"}
