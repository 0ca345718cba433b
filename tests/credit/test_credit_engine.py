"""The arithmetic of credit: what is left is its parts, more money never hurts, a paid order needs only its money."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.credit import Late, Measure, Position, judge, left

MINOR = st.integers(0, 10**12)
POSITIONS = st.builds(
    Position, MINOR, MINOR, st.integers(-(10**12), 10**12), MINOR, MINOR, MINOR, st.integers(-(10**9), 10**12)
)
LATE = st.builds(Late, MINOR, st.integers(0, 900))
MEASURES = st.builds(Measure, st.booleans(), st.booleans(), MINOR, st.integers(0, 90))


@given(POSITIONS, MEASURES)
def test_what_is_left_is_the_sum_of_its_parts(position, measure):
    found = left(position, measure)
    assert found.amount == sum(part.amount for part in found.parts)


@given(POSITIONS, LATE, MEASURES, st.integers(1, 10**12))
def test_an_order_fits_exactly_up_to_what_is_left(position, late, measure, amount):
    over = [short for short in judge(position, late, measure, amount) if short.code == "limit"]
    room = left(position, measure).amount
    assert bool(over) == (amount > room)
    assert all(short.amount == amount - room for short in over)


@given(POSITIONS, LATE, MEASURES, st.integers(1, 10**12))
def test_F14_a_paid_order_is_measured_against_the_money_alone(position, late, measure, amount):
    found = judge(position, late, measure, amount, prepaid=True)
    assert bool(found) == (amount > position.prepaid)
    assert {short.code for short in found} <= {"advance"}


@given(POSITIONS, LATE, MEASURES, st.integers(1, 10**12), st.integers(1, 10**6))
def test_money_that_comes_in_never_stops_an_order(position, late, measure, amount, more):
    before = judge(position, late, measure, amount)
    richer = replace(position, prepaid=position.prepaid + more)
    assert len(judge(richer, late, measure, amount)) <= len(before)


def test_lateness_counts_only_beyond_both_the_days_and_the_amount():
    measure = Measure(forgiven_amount=100, forgiven_days=5)
    seen = [
        bool(judge(Position(limit=1000), Late(amount, days), measure, 1))
        for amount, days in ((100, 90), (101, 5), (101, 6))
    ]
    assert seen == [False, False, True]
