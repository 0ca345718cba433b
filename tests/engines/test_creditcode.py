"""Unified social credit codes: those of the standard and of well-known companies, every slip of one mark, another's reckoning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from gongying.engines.creditcode import ALPHABET, check, check_mark, inner_mark, plain

# The example of the standard, and codes that companies print on their own pages.
LEGAL = ("91350100M000100Y43", "91110000600037341L", "914403001922038216", "91330100799655058B")
MARKS = st.sampled_from(ALPHABET)


def built(head, division, organisation):
    inner = organisation + inner_mark(organisation)
    first = head + division + inner
    return first + check_mark(first) if inner[-1] in ALPHABET else None


CODES = st.builds(
    built,
    st.sampled_from(["91", "92", "93", "11", "51"]),
    st.from_regex(r"[1-6][0-9]{5}", fullmatch=True),
    st.text(MARKS, min_size=8, max_size=8),
)


@pytest.mark.parametrize("code", LEGAL)
def test_the_codes_of_the_standard_and_of_companies_are_sound(code):
    assert check(code).sound
    assert check(code).kind == "company"


@given(CODES)
def test_what_is_built_by_the_rule_is_sound_and_another_reckoning_says_so_too(code):
    assert check(code).sound
    assert uscc.calc_check_digit(code[:-1]) == code[-1]


@given(CODES, st.integers(0, 17), MARKS)
def test_one_wrong_mark_is_always_found(code, place, mark):
    wrong = code[:place] + mark + code[place + 1 :]
    assert check(wrong).sound == (wrong == code)


@given(CODES, st.integers(0, 16))
def test_two_neighbours_that_changed_places_are_found(code, place):
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert check(wrong).sound == (wrong == code)


@given(st.text(max_size=40))
def test_nothing_that_is_typed_raises(text):
    found = check(text)
    assert found.sound or found.faults


def test_a_fault_says_where_and_what_is_wanted():
    assert [(f.code, f.found, f.wanted) for f in check("9135").faults] == [("length", "4", "18")]
    letter = check("91350100MO00100Y43").faults[0]
    assert (letter.code, letter.place, letter.found, letter.wanted) == ("mark", 10, "O", "0")
    assert [(f.code, f.place, f.wanted) for f in check("91350100M000100Y53").faults] == [
        ("inner", 17, "4"),
        ("check", 18, check_mark("91350100M000100Y5")),
    ]
    assert check("91AB0100M000100Y4" + check_mark("91AB0100M000100Y4")).faults[0].code == "division"
    assert plain("９１３５ 0100-M000100Y43") == LEGAL[0]
    for wrong in ("1" * 16, "I" * 17):
        with pytest.raises(ValueError, match="seventeen"):
            check_mark(wrong)
    with pytest.raises(ValueError, match="eight"):
        inner_mark("m000100y")
