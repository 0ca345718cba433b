"""The kernel beyond plain ladders: F2, references, over-achievement, guarantees that run, gates, stacking, and its laws."""

from decimal import Decimal as D
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongying.engines.ladders import Tier
from gongying.engines.rebates import Given, Terms, derive, derive_periods, guaranteed, pays
from gongying.engines.stacking import circle, order, stack


def flat(rate):
    return Terms("slab", (Tier(D(0), D(rate)),))


def tiers(*rows):
    return tuple(Tier(D(start), D(rate)) for start, rate in rows)


def test_F2_four_deals_do_not_depend_on_the_order_they_are_entered_in():
    """10, 15, 20 and 25 % on 1,000; the second stands outside the net-of set. D365 gives 610 to 650, by order."""
    deals = {"1": flat("0.10"), "2": flat("0.15"), "3": flat("0.20"), "4": flat("0.25")}
    net_of = {"1": [], "2": [], "3": ["1"], "4": ["1", "3"]}
    found = {
        tuple(sorted((name, part.entitled) for name, part in stack(1000_00, dict(each), dict(net_of)).items()))
        for each in permutations(deals.items())
    }
    # 100; 150 on the whole; 20 % of 900; 25 % of 900 - 180
    assert found == {(("1", 100_00), ("2", 150_00), ("3", 180_00), ("4", 180_00))}


def test_a_circle_of_programmes_is_named_and_refused():
    net_of = {"a": ["b"], "b": ["c"], "c": ["a"], "d": []}
    assert set(circle(net_of)) == {"a", "b", "c"}
    with pytest.raises(ValueError, match="circle"):
        order(net_of)


def test_growth_has_both_readings():
    """(a) r on what lies above last year plus 10 %; (b) r on everything once last year plus 10 % is reached."""
    above = Terms("marginal", tiers(("1.1", "0.05")), measure="previous")
    whole = Terms("slab", tiers(("1.1", "0.05")), measure="previous")
    last_year = Given(reference=1000_00)
    assert derive(1300_00, above, given=last_year).entitled == 10_00  # 5 % of 1,300 - 1,100
    assert derive(1300_00, whole, given=last_year).entitled == 65_00  # 5 % of 1,300
    assert derive(1099_99, whole, given=last_year).entitled == 0
    assert derive(1100_00, whole, given=last_year).entitled == 55_00  # the boundary belongs to the upper tier
    assert derive(1300_00, whole, given=Given()).entitled == 0  # nothing to compare with


def test_over_achievement_pays_on_what_lies_above_with_an_accelerator():
    steps = tiers(("1", "0.02"), ("1.1", "0.03"), ("1.2", "0.05"))
    target = Given(reference=100_000_00)
    excess = Terms("excess", steps, measure="target")
    assert [derive(base, excess, given=target).entitled for base in (99_999_99, 105_000_00, 130_000_00)] == [
        0,
        100_00,
        1500_00,
    ]
    by_parts = Terms("marginal", steps, measure="target")
    assert derive(130_000_00, by_parts, given=target).entitled == 10_000 * 2 + 10_000 * 3 + 10_000 * 5


def test_a_share_a_range_and_a_figure_choose_the_tier_and_the_base_is_paid_on():
    mix = Terms("slab", tiers(("0.3", "0.01"), ("0.5", "0.02")), measure="share")
    assert derive(1000_00, mix, given=Given(stated=D("0.5"))).entitled == 20_00
    assert derive(1000_00, mix, given=Given(stated=D("0.4999"))).entitled == 10_00
    width = Terms("fixed", tiers((5, 100), (10, 250)), measure="range")
    assert [derive(1, width, given=Given(stated=D(n))).entitled for n in (4, 5, 12)] == [0, 100_00, 250_00]
    assert derive(1000_00, mix).parts[0].code == "no_reference"


def test_a_guarantee_that_runs_is_lowered_by_what_was_earned_above_it():
    """10,000 a period; the first earns 12,000, so 8,000 are left of the second."""
    terms = Terms("slab", tiers((0, "0.1")), guarantee=10_000_00, guarantee_runs=True)
    assert guaranteed(terms, [12_000_00]) == 8_000_00
    found = derive_periods([("Q1", 120_000_00, Given()), ("Q2", 10_000_00, Given())], terms, runs=True)
    assert [part.amount for part in found.parts] == [12_000_00, 8_000_00]


def test_one_closed_gate_pays_nothing_and_takes_back_what_was_paid():
    found = derive(1000_00, flat("0.1"), 50_00, Given(closed=("overdue_below=12",)))
    assert (found.entitled, found.due) == (0, -50_00)
    assert [(part.code, part.amount) for part in found.parts] == [("ladder", 100_00), ("gate", -100_00)]


def test_a_cap_before_the_rate_is_not_a_cap_after_it():
    before = Terms("slab", tiers((0, "0.1")), base_cap=D(500))
    after = Terms("slab", tiers((0, "0.1")), payout_cap=40_00)
    assert (derive(1000_00, before).entitled, derive(1000_00, after).entitled) == (50_00, 40_00)


def test_turnover_multiplies_what_the_ladder_pays_and_the_guarantee_still_holds():
    found = derive(1000_00, Terms("slab", tiers((0, "0.1")), guarantee=95_00), given=Given(factor=D("0.9")))
    assert [(p.code, p.amount) for p in found.parts] == [
        ("ladder", 100_00),
        ("factor", -10_00),
        ("guarantee", 5_00),
    ]


rates = st.integers(0, 400).map(lambda n: D(n) / 1000)
rising = st.lists(st.tuples(st.integers(0, 50_000), rates), min_size=1, max_size=6, unique_by=lambda t: t[0]).map(
    lambda rows: tuple(
        Tier(D(start), rate) for (start, _r), rate in zip(sorted(rows), sorted(r for _s, r in rows), strict=True)
    )
)
methods = st.sampled_from(["slab", "marginal", "rolling", "total", "fixed"])
limits = st.fixed_dictionaries(
    {},
    optional={
        "base_cap": st.integers(1, 60_000).map(D),
        "payout_cap": st.integers(0, 900_000),
        "guarantee": st.integers(0, 90_000),
    },
)
knowns = st.builds(
    Given,
    reference=st.one_of(st.none(), st.integers(-1000, 3_000_000)),
    deducted=st.integers(0, 500_000),
    factor=st.integers(0, 30).map(lambda n: D(n) / 10),
    closed=st.sampled_from([(), (), (), ("gate",)]),
)


@settings(max_examples=2500, deadline=None)
@given(rising, methods, limits, knowns, st.integers(-500_000, 6_000_000), st.integers(0, 400_000))
def test_parts_sum_and_what_is_paid_and_due_is_what_is_entitled(steps, method, limit, known, base, settled):
    found = derive(base, Terms(method, steps, **limit), settled, known)
    assert sum(part.amount for part in found.parts) == found.entitled
    assert found.entitled - settled == found.due
    assert pays(base, Terms(method, steps, **limit), known) == found.entitled
    for part in found.parts:
        assert not part.children or sum(child.amount for child in part.children) == part.amount


@settings(max_examples=2500, deadline=None)
@given(rising, methods, limits, knowns, st.integers(0, 6_000_000), st.integers(0, 500_000))
def test_more_is_never_less_where_rates_rise(steps, method, limit, known, base, more):
    terms = Terms(method, steps, **limit)
    assert derive(base + more, terms, given=known).entitled >= derive(base, terms, given=known).entitled


@settings(max_examples=2500, deadline=None)
@given(rising, methods, limits, st.lists(st.integers(-300_000, 900_000), min_size=1, max_size=8), st.randoms())
def test_any_split_of_the_history_pays_what_the_whole_pays(steps, method, limit, history, chance):
    """Settling after every line pays in total what one settlement at the end pays, in any order of the lines."""
    terms, paid, base = Terms(method, steps, **limit), 0, 0
    chance.shuffle(history)
    for each in history:
        base += each
        paid += derive(base, terms, paid).due
    assert paid == derive(sum(history), terms).entitled


@settings(max_examples=2500, deadline=None)
@given(
    st.lists(rising, min_size=1, max_size=5),
    st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4))),
    st.integers(0, 6_000_000),
    st.randoms(),
)
def test_stacking_never_depends_on_the_order_of_entry(ladders, edges, base, chance):
    names = [str(number) for number in range(len(ladders))]
    net_of = {
        name: [str(a) for a, b in sorted(edges) if str(b) == name and a < b and str(a) in names] for name in names
    }
    terms = {name: Terms("slab", ladder) for name, ladder in zip(names, ladders, strict=True)}
    once = {name: part.entitled for name, part in stack(base, terms, net_of).items()}
    chance.shuffle(names)
    shuffled = {name: terms[name] for name in names}
    assert {name: part.entitled for name, part in stack(base, shuffled, net_of).items()} == once
    for name in names:
        above = sum(once[each] for each in net_of[name])
        assert once[name] == derive(base, terms[name], given=Given(deducted=above)).entitled
