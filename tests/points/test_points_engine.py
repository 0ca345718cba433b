"""Laws of points on anything one can think of: lots conserve, nothing falls below nothing, the order of rules counts (C133, C134)."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from gongying.engines.points import Lot, Method, Rule, burn, earn, expire, expiry, in_order, true_up
from gongying.engines.points_expiry import Event, gini, replay
from gongying.engines.points_worth import Cohort, Flow, breakage, entries, movements

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
LOTS = st.lists(st.tuples(DAYS, st.one_of(st.none(), DAYS), st.integers(1, 5_000)), max_size=12).map(
    lambda rows: [Lot(key, earned, expires, held) for key, (earned, expires, held) in enumerate(rows)]
)
METHODS = st.builds(
    Method, st.sampled_from(("none", "rolling", "quarter", "year")), st.integers(1, 36), st.integers(0, 90)
)
NUMBERS = st.decimals(0, 10_000, places=2)
RULES = st.lists(
    st.builds(
        Rule, st.uuids().map(str), NUMBERS, st.decimals("0.01", 1_000, places=2), NUMBERS, st.decimals(0, 3, places=2),
        st.one_of(st.none(), st.integers(0, 500)), st.booleans(),
    ),
    max_size=6,
)  # fmt: skip


@given(LOTS, st.integers(1, 20_000))
def test_burning_takes_exactly_what_is_asked_from_what_is_there(lots, points):
    there = sum(lot.open for lot in lots)
    if points > there:
        try:
            burn(lots, points)
        except ValueError:
            return
        raise AssertionError("more was burnt than was there")
    taken = dict(burn(lots, points))
    held = {lot.key: lot for lot in lots}
    assert sum(taken.values()) == points
    assert all(0 < part <= held[key].open for key, part in taken.items())
    order = [lot.key for lot in in_order(lots)]
    used = [key for key in order if key in taken]
    assert used == order[: len(used)]  # nothing later is touched while something earlier is left
    assert all(taken[key] == held[key].open for key in used[:-1])


@given(LOTS, DAYS, st.integers(0, 20_000))
def test_expiry_takes_only_what_is_over_and_leaves_the_minimum(lots, day, keep):
    gone, held = dict(expire(lots, day, keep)), {lot.key: lot for lot in lots}
    assert all(0 < part <= held[key].open for key, part in gone.items())
    assert all(held[key].expires is not None and held[key].expires <= day for key in gone)
    there = sum(lot.open for lot in lots)
    assert there - sum(gone.values()) >= min(keep, there)
    if not keep:
        assert sum(gone.values()) == sum(lot.open for lot in lots if lot.expires is not None and lot.expires <= day)


@given(DAYS, METHODS)
def test_points_never_expire_before_they_are_earned_and_protected_ones_have_their_days(earned, method):
    last = expiry(earned, method)
    if method.code == "none":
        assert last is None
        return
    assert last >= earned
    assert (last + timedelta(days=1)).day == 1  # the end of a month
    if method.code in ("quarter", "year"):
        assert (last - earned).days >= min(method.protect_days, 88)


@given(RULES, st.data())
def test_earning_is_the_sum_of_its_parts_and_keeps_every_cap(rules, data):
    values = {rule.code: data.draw(st.one_of(st.none(), st.decimals(-500, 50_000, places=2))) for rule in rules}
    cap = data.draw(st.one_of(st.none(), st.integers(0, 2_000)))
    found = earn(rules, values, cap=cap, multiplier=data.draw(st.decimals("0.5", 3, places=1)))
    assert found.points == sum(part.points for part in found.parts)
    assert [part.code for part in found.parts] == [rule.code for rule in rules]
    assert all(part.points >= 0 for part in found.parts)
    assert cap is None or found.points <= cap
    assert all(rule.cap is None or part.points <= rule.cap for rule, part in zip(rules, found.parts, strict=True))


def test_the_order_of_rules_is_the_order_they_are_written_in():
    """Of two rules that both count the first ends the list: the other way round is another programme."""
    values = {"a": Decimal(100), "b": Decimal(100)}
    first, second = Rule("a", Decimal(1), Decimal(1), stop=True), Rule("b", Decimal(5), Decimal(1))
    assert earn([first, second], values).points == 100
    assert earn([second, first], values).points == 600
    capped = earn([second, first], values, cap=520)
    assert [(part.points, part.why) for part in capped.parts] == [(500, "earned"), (20, "full")]


@given(st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 1_000)), max_size=20))
def test_true_up_never_goes_below_nothing_and_ends_where_it_should(rounds):
    """Award after award with uses between: what was posted is what is entitled, less what could not be taken back yet."""
    posted = balance = 0
    for entitled, used in rounds:
        found = true_up(entitled, posted, balance)
        posted += found.due
        balance += found.due
        assert balance >= 0
        assert posted == entitled + found.short
        balance -= min(balance, used)


EVENTS = st.lists(st.builds(Event, DAYS, st.integers(1, 4), st.integers(-800, 800).filter(bool)), max_size=30)


@given(EVENTS, METHODS, DAYS)
def test_replayed_history_conserves_points(events, method, until):
    found = replay(events, method, until)
    assert found.earned == found.burnt + found.lost + found.open
    wanted = -sum(event.points for event in events if event.points < 0 and event.on <= until)
    assert found.burnt + found.missed == wanted
    assert min([found.burnt, found.missed, found.open, *found.expired.values()]) >= 0
    if method.code == "none":
        assert not found.lost


@given(st.lists(st.integers(0, 10_000), max_size=30))
def test_gini_lies_between_alike_and_one_alone(values):
    found = gini(values)
    assert 0 <= found < 1
    assert gini([*values, *values]) == found  # twice as many of the same are as uneven


@given(
    st.lists(
        st.tuples(
            *[st.integers(0, 5_000)] * 3,
            st.integers(-500, 500),
            st.decimals(1, 50, places=2),
            st.decimals(0, 1, places=4),
        ),
        max_size=12,
    ),
    st.integers(0, 100_000),
    st.integers(0, 1_000_000),
)
def test_movements_add_up_and_their_vouchers_balance(rows, points, opening):
    flows = [Flow(f"{n:02d}", *row) for n, row in enumerate(rows)]
    before = opening
    for month in movements(flows, points, opening):
        assert month.opening == before
        assert (
            month.closing
            == month.opening + month.earned - month.burnt - month.expired + month.other + month.revaluation
        )
        held = entries(month)
        assert sum(each.debit for each in held) == sum(each.credit for each in held)
        release = sum(each.credit - each.debit for each in held if each.account == "liability")
        assert release == month.closing - month.opening
        before = month.closing


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 5_000), st.integers(0, 200)), max_size=8))
def test_breakage_is_a_share_and_counts_decided_cohorts_only(rows):
    held = [Cohort(str(n), used + gone + rest, used, gone) for n, (used, gone, rest) in enumerate(rows)]
    found = breakage(held, "history", Decimal("0.05"), 1)
    assert 0 <= found.rate <= 1
    ripe = [each for each in held if each.ripe]
    assert found.decided == sum(each.used + each.expired for each in ripe)
    assert found.source == ("history" if found.decided else "fixed")
