"""Engines of funds: co-funding, risk, uplift, protection, ship and debit, likeness of pictures; by example and by property."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongying.engines import funding, likeness, protection
from gongying.engines.ladders import Tier
from gongying.engines.protection import Layer, Receipt

DAY = date(2026, 7, 1)
STEPS = [
    Tier(Decimal(0), Decimal("0.6")),
    Tier(Decimal(5_000_000), Decimal("0.4")),
    Tier(Decimal(9_000_000), Decimal(0)),
]
cents = st.integers(0, 20_000_000)


@given(cents, cents)
def test_a_cost_claimed_in_two_parts_is_borne_as_one(first, second):
    """C160: whoever splits a claim gets neither more nor less."""
    whole = funding.cofund(first + second, STEPS).house_minor
    parts = funding.cofund(first, STEPS).house_minor + funding.cofund(second, STEPS, before_minor=first).house_minor
    assert parts == whole


@given(cents, cents, st.sampled_from(["marginal", "slab"]))
def test_the_parts_of_house_and_distributor_are_the_cost(cost, before, method):
    done = funding.cofund(cost, STEPS, method, before)
    assert done.house_minor + done.own_minor == cost
    assert 0 <= done.house_minor <= cost
    if method == "marginal":
        assert sum(part.cost_minor for part in done.parts) == cost


@given(st.integers(0, 3_000), st.integers(1, 1_000))
def test_the_share_of_a_goal_never_falls_when_more_is_sold(sold, goal):
    """C153."""
    steps = [
        Tier(Decimal(0), Decimal("0.3")),
        Tier(Decimal("0.9"), Decimal("0.5")),
        Tier(Decimal(1), Decimal("0.7")),
    ]
    assert funding.goal_share(sold, goal, steps)[1] <= funding.goal_share(sold + 1, goal, steps)[1]


@given(st.integers(-(10**9), 10**9), st.decimals(0, 1, places=4), st.integers(0, 10**8))
def test_accrual_never_takes_back_and_never_gives_twice(base, rate, before):
    first = funding.accrual(base, rate, before)
    assert first.due_minor >= 0
    assert funding.accrual(base, rate, before + first.due_minor).due_minor == 0


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=30))
def test_risk_is_within_bounds_whatever_is_found_and_in_whatever_order(found):
    points, bands = {"a": 10, "b": 35, "c": 70}, [("low", 0), ("medium", 20), ("high", 60)]
    one = funding.risk(found, points, bands)
    assert one == funding.risk(list(reversed(found)), points, bands)
    assert 0 <= one.score <= 100
    assert one.level


@given(
    st.integers(0, 10**7), st.lists(st.integers(0, 10**6), min_size=2, max_size=12), st.integers(0, 10**7),
    st.lists(st.integers(0, 10**6), min_size=2, max_size=12),
)  # fmt: skip
def test_the_parts_of_an_uplift_add_up(actual, weeks, control, others):
    u = funding.uplift(
        actual, weeks, Decimal(3), control_actual=control, control_weeks=others, controls=4, cost_minor=100
    )
    assert u.baseline_minor + u.trend_minor + u.uplift_minor == u.actual_minor


def test_a_market_that_grows_by_itself_is_no_uplift():
    """C021: without the control group it would look like one."""
    weeks = [100_00] * 8
    with_group = funding.uplift(
        120_00, weeks, Decimal(1), control_actual=960_00, control_weeks=[800_00] * 8, controls=8
    )
    alone = funding.uplift(120_00, weeks, Decimal(1))
    assert (with_group.uplift_minor, alone.uplift_minor) == (0, 20_00)
    with pytest.raises(ValueError, match="weeks"):
        funding.uplift(1, [], Decimal(1))


receipts = st.lists(st.tuples(st.integers(1, 400), st.integers(1, 500)), max_size=12)


@given(st.integers(0, 3_000), receipts)
def test_layers_are_what_is_on_hand_and_never_more_than_came(on_hand, came):
    """X37: the newest receipts are what is left."""
    rows = [Receipt(f"L{n}", DAY - timedelta(days=days), units) for n, (days, units) in enumerate(came)]
    found = protection.layers(on_hand, rows)
    assert sum(layer.units for layer in found) == on_hand
    known = [layer for layer in found if layer.on is not None]
    assert known == sorted(known, key=lambda layer: (layer.on, layer.lot), reverse=True)
    assert sum(layer.units for layer in known) == min(on_hand, sum(units for _days, units in came))


@given(
    receipts,
    st.integers(0, 365),
    st.one_of(st.none(), st.integers(0, 300)),
    st.integers(0, 100),
    st.integers(0, 100),
)
def test_protection_is_bounded_by_what_is_eligible_the_cap_and_the_fall(came, window, cap, old, new):
    held = [Layer(f"L{n % 3}", DAY - timedelta(days=days), units) for n, (days, units) in enumerate(came)]
    found = protection.protect(held, on=DAY, window_days=window, cap=cap, old=Decimal(old), new=Decimal(new))
    for line in found:
        assert 0 <= line.units <= line.eligible <= line.on_hand
        assert line.amount_minor == line.units * max(0, old - new) * 100
        assert (line.eligible == 0) == (line.on < DAY - timedelta(days=window))
    if cap is not None:
        for lot in {line.lot for line in found}:
            assert sum(line.units for line in found if line.lot == lot) <= cap


def test_a_price_that_rises_or_stays_protects_nothing():
    held = [Layer("", DAY - timedelta(days=1), 10)]
    for new in (100, 120):
        line = protection.protect(held, on=DAY, window_days=30, cap=None, old=Decimal(100), new=Decimal(new))[0]
        assert line.amount_minor == 0
    with pytest.raises(ValueError, match="negative"):
        protection.protect(held, on=DAY, window_days=-1, cap=None, old=Decimal(1), new=Decimal(0))


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(-20, 80)), max_size=15), st.integers(0, 400))
def test_ship_and_debit_never_pays_for_more_than_the_pool(sales, room):
    """C111."""
    rows = [(f"S{n}", DAY + timedelta(days=days), units) for n, (days, units) in enumerate(sales)]
    found = protection.ship_and_debit(rows, acquisition=Decimal(100), agreed=Decimal("92.5"), room=room)
    running = 0
    for line in found:
        running += line.paid_units
        assert line.paid_units <= line.units
        assert running <= room
        assert line.amount_minor == line.paid_units * 750


def test_the_pool_is_what_can_have_been_sold():
    assert protection.Pool(40, 100, 25).room == 115
    assert protection.Pool(0, 10, 25).room == 0


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.decimals(0, 1, places=3), st.integers(0, 10**8))
def test_rotation_is_a_limit(bought, returned, rate, used):
    found = protection.rotation(bought, returned, rate, used)
    assert 0 <= found.left_minor <= found.allowed_minor <= found.net_minor * rate


def noise(seed):
    rng = random.Random(seed)  # noqa: S311 - a test wants the same picture again
    return [[rng.randrange(256) for _x in range(9)] for _y in range(8)]


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_a_picture_that_is_brighter_has_the_same_hash(seed, more):
    rows = [[value // 2 for value in row] for row in noise(seed)]
    lighter = [[value + more for value in row] for row in rows]
    assert likeness.dhash(rows) == likeness.dhash(lighter)


def test_other_pictures_are_about_half_the_bits_apart():
    hashes = [likeness.dhash(noise(seed)) for seed in range(60)]
    apart = [likeness.distance(a, b) for n, a in enumerate(hashes) for b in hashes[n + 1 :]]
    assert min(apart) > 10
    assert 28 < sum(apart) / len(apart) < 36


def test_a_plain_page_has_no_hash_and_another_shape_is_refused():
    assert likeness.dhash([[250] * 9] * 8) is None
    with pytest.raises(ValueError, match="9"):
        likeness.dhash([[1] * 8] * 8)


@given(st.floats(-80, 80), st.floats(-179, 179), st.floats(-80, 80), st.floats(-179, 179))
def test_distance_is_symmetric_and_at_most_half_around_the_earth(a, b, c, d):
    one, other = likeness.metres(a, b, c, d), likeness.metres(c, d, a, b)
    assert abs(one - other) <= 1
    assert 0 <= one <= 20_020_000
