"""Packs and pieces are exact; an amount is rounded once."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.fault import Fault
from gongying.engines.money import Rounding
from gongying.engines.packs import amount, exactly, pieces, split

FACTORS = st.integers(1, 500)
PRICES = st.decimals(0, 10**6, places=6)


def test_f7_a_price_of_a_pack_is_not_rounded_by_the_piece():
    price, packs, each = Decimal("182193.74"), 5, 4
    assert amount(price, each, pieces(packs, each)).minor == 910_968_70
    by_the_piece = (price / each).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert by_the_piece * 20 == Decimal("910968.80"), "the twin: what it must not be"


@given(st.integers(-(10**9), 10**9), FACTORS)
def test_nothing_is_lost_between_packs_and_pieces(count, factor):
    packs, rest = split(count, factor)
    assert pieces(packs, factor) + rest == count
    assert abs(rest) < factor
    assert packs * count >= 0
    assert exactly(pieces(packs, factor), factor) == packs


@given(PRICES, FACTORS, st.integers(-(10**6), 10**6))
def test_an_amount_is_within_half_a_cent_of_the_exact_one_and_turns_round_with_its_count(price, per, count):
    exact = Fraction(price) * count / per * 100
    assert abs(amount(price, per, count).minor - exact) <= Fraction(1, 2)
    assert amount(price, per, -count).minor == -amount(price, per, count).minor


@given(PRICES, FACTORS, st.integers(-1000, 1000))
def test_whole_packs_cost_their_price(price, per, packs):
    alone = amount(price, 1, packs)
    assert amount(price, per, pieces(packs, per)) == alone


def test_named_roundings_at_the_half_and_beside_it():
    assert [amount(Decimal("0.005"), 1, 1, rounding=way).minor for way in Rounding] == [1, 0, 0]
    assert [amount(Decimal("0.01"), 3, 2, rounding=way).minor for way in Rounding] == [1, 1, 0]
    assert amount(Decimal("100"), 3, 1, "JPY").minor == 33


def test_pieces_that_fill_no_pack_and_packs_of_nothing_are_faults():
    with pytest.raises(Fault) as fault:
        exactly(7, 4)
    assert (fault.value.code, fault.value.values) == ("packs.inexact", {"units": 7, "factor": 4})
    for wrong in (lambda: pieces(1, 0), lambda: split(1, -1), lambda: amount(Decimal(1), 0, 1)):
        with pytest.raises(Fault):
            wrong()
