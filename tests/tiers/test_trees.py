"""The laws of trees of criteria: more never undoes, the cheapest way is the cheapest, a soft landing drops one level."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.criteria import Group, Need, cheapest, least, see, ways
from gongying.engines.levels import Gate, Level, decide, place

values = st.dictionaries(st.sampled_from("abc"), st.decimals(0, 20, places=1), max_size=3)
leaves = st.builds(Need, st.sampled_from("abc"), st.decimals("0.1", 20, places=1))


def grouped(parts):
    return st.lists(parts, min_size=1, max_size=3).flatmap(
        lambda held: st.builds(Group, st.just(tuple(held)), st.integers(0, len(held)))
    )


trees = grouped(st.one_of(leaves, grouped(leaves)))


@given(trees, values, st.sampled_from("abc"), st.decimals(0, 20, places=1))
def test_more_of_any_figure_never_undoes_a_tree(tree, known, name, more):
    richer = known | {name: known.get(name, Decimal(0)) + more}
    before, after = see(tree, known), see(tree, richer)
    assert not before.met or after.met
    assert after.share >= before.share or after.met
    assert cheapest(after).effort <= cheapest(before).effort


@given(trees, values)
def test_the_cheapest_way_leads_there_and_no_other_is_cheaper(tree, known):
    seen = see(tree, known)
    best = cheapest(seen)
    reached = known | {check.metric: check.at_least for check in best.checks}
    assert see(tree, reached).met
    assert all(best.effort <= way.effort for way in ways(seen))
    assert all(see(tree, figures).met for figures in least(tree))


@given(st.lists(trees, min_size=1, max_size=4), values, st.integers(0, 3), st.booleans(), st.booleans())
def test_a_soft_landing_never_drops_two_and_nothing_falls_that_holds(found, known, held, over, gated):
    levels = [Level(f"l{n}", tree.parts) for n, tree in enumerate(found)]
    code = f"l{min(held, len(levels) - 1)}"
    gates = [Gate("a", Decimal(5), "l0")] if gated else []
    placed = place(known, levels, gates)
    decided = decide(placed, levels, code, None, date(2026, 1, 1), 0, closed=over, soft=True)
    order = {"": -1} | {each.code: n for n, each in enumerate(levels)}
    assert order[decided.level] >= order[code] - 1
    assert order[decided.level] >= min(order[code], order[placed.level])
    again = decide(placed, levels, decided.level, None, date(2026, 1, 1), 0, closed=over, soft=True, lowered=True)
    assert order[again.level] >= order[decided.level]
    assert order[placed.level] <= order[placed.reached]
