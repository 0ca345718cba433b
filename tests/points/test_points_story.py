"""Points from the figure to the reward (C133, C134, C135): awarded once, trued up, used first-to-expire first, given back."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from purse import BUY, DIRECTOR, OUTLETS, PLANNER, TARGET, awarded, catalogue, owner, programme

from gongying.areas.points import actions, queries
from gongying.areas.points.models import Award, Earning, Move, PointLot, Redemption
from gongying.books.money import read as money
from gongying.books.parties import post as parties
from gongying.books.plans import post as plans
from gongying.books.trade import read as trade
from gongying.books.trade.post import LineIn
from gongying.core import soundness
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db
ON = date(2026, 10, 10)


@action(needs="tests.points", roles=("admin",), name="tests.points", exposed=False)
def _post(actor, *, targets=None, links=(), levels=None):
    if targets:
        plans.targets(actor, targets, source="test")
    for above, below in links:
        parties.link(actor, parent_id=above, child_id=below, valid_from=date(2025, 1, 1))
    if levels:
        parties.set_levels(actor, levels, since=date(2026, 1, 1), document="test")


ACTIONS.pop("tests.points", None)


def sound():
    """Every question of points and of the ledger."""
    found = {
        name: list(each.ask())
        for name, each in soundness.SOUND.items()
        if name.split(".")[0] in ("points", "money")
    }
    assert not any(found.values()), found


@pytest.fixture
def world(network):
    network.sell(
        network.line(yuan=50_000, on=date(2026, 8, 1)), network.line("D2", 9_999, doc="B1", on=date(2026, 8, 2))
    )
    return network


def test_an_award_waits_for_a_second_person_and_becomes_a_lot(world):
    programme(method="quarter", protect_days=0)
    made = actions.award(PLANNER, period="2026Q3", as_of=ON)
    assert (made.earnings, made.points) == (2, 599)
    assert queries.balance(SYSTEM, world.ids["D1"]) == 0
    with pytest.raises(Refused) as no:
        actions.approve(PLANNER, award_id=made.award_id)
    assert no.value.code == "four_eyes"
    assert actions.approve(DIRECTOR, award_id=made.award_id) == 599
    lot = PointLot.objects.unscoped("test").get(party_id=world.ids["D1"])
    assert (lot.amount, lot.open, lot.earned_on, lot.expires_on) == (500, 500, ON, date(2026, 12, 31))
    assert queries.balance(SYSTEM, world.ids["D1"]) == 500
    assert money.accounts(SYSTEM, kind="points").get(holder_id=world.ids["D1"]).floor_minor == 0
    sound()


def test_repeating_an_award_pays_nothing_twice_and_trues_up_what_was_corrected(world):
    programme()
    awarded("2026Q3", ON)
    assert awarded("2026Q3", ON) is None
    world.sell(world.line(yuan=1_000, doc="A9", on=date(2026, 9, 1)))
    awarded("2026Q3", ON)
    assert queries.balance(SYSTEM, world.ids["D1"]) == 510
    world.sell(world.line(yuan=-20_000, qty=-1, doc="R1", on=date(2026, 9, 2)))
    awarded("2026Q3", ON)
    assert queries.balance(SYSTEM, world.ids["D1"]) == 310
    sound()


def test_what_is_taken_back_is_at_most_what_is_there_and_is_remembered(world):
    programme()
    catalogue()
    awarded("2026Q3", ON)
    actions.redeem(owner(world), party_id=world.ids["D1"], reward="FUND", quantity=2)
    world.sell(world.line(yuan=-20_000, qty=-1, doc="R1", on=date(2026, 9, 2)))
    awarded("2026Q3", ON)
    row = Earning.objects.unscoped("test").filter(party_id=world.ids["D1"]).last()
    assert (row.due, row.posted) == (-200, -100)
    assert queries.balance(SYSTEM, world.ids["D1"]) == 0
    world.sell(world.line(yuan=10_000, doc="A7", on=date(2026, 10, 3)))
    awarded("2026Q4", ON)
    awarded("2026Q3", ON)  # the hundred that were short are taken when there is something again
    assert queries.balance(SYSTEM, world.ids["D1"]) == 0
    sound()


def test_a_rejected_award_leaves_nothing_behind(world):
    programme()
    made = actions.award(PLANNER, period="2026Q3", as_of=ON)
    with pytest.raises(Refused) as no:
        actions.award(PLANNER, period="2026Q3", as_of=ON)
    assert no.value.code == "pending"
    actions.void(DIRECTOR, award_id=made.award_id)
    assert not PointLot.objects.unscoped("test").exists()
    assert awarded("2026Q3", ON) is not None
    sound()


@pytest.mark.parametrize(
    ("period", "code"), [("2026", "period_kind"), ("2027Q1", "period_not_begun"), ("x", "period")]
)
def test_only_periods_of_the_programme_are_awarded(world, period, code):
    programme()
    with pytest.raises(Refused) as no:
        actions.award(PLANNER, period=period, as_of=ON)
    assert no.value.code == code


def test_without_a_programme_nothing_is_awarded(world):
    with pytest.raises(Missing):
        actions.award(PLANNER, period="2026Q3", as_of=ON)


def test_several_dimensions_count_in_their_order_with_weights_caps_and_levels(world):
    """C134: purchases, target reached, new outlets; gold gets half as much again."""
    months = [
        plans.TargetIn(f"2026-{month:02d}", world.ids["D1"], seller="", amount_minor=1_500_000)
        for month in (7, 8, 9)
    ]
    _post(SYSTEM, targets=months, levels={world.ids["D1"]: "gold"})
    for number, day in enumerate((date(2026, 5, 1), date(2026, 8, 5), date(2026, 8, 6), date(2026, 9, 1))):
        buyer = f"店{number % 3}"  # 店0 was sold to in May already
        out = LineIn(
            "sell_out", day, world.ids["D1"], world.skus["P1"], 1, "CNY", 900, 0, f"O{number}", counterparty=buyer
        )
        world.sell(out)
    programme(
        rules=[BUY | {"weight": "0.5"}, TARGET, OUTLETS],
        multipliers=[{"level": "gold", "factor": "1.5"}],
        cap=1_000,
    )
    awarded("2026Q3", ON)
    row = Earning.objects.unscoped("test").get(party_id=world.ids["D1"])
    said = {each.code: (each.points, each.value) for each in queries.told(row)}
    assert said["buy"][0] == 375  # 50,000 / 100 x 50 % x 1.5
    assert said["target"][0] == 600  # 111 % of 500 x 1.5 is above the cap of the rule
    assert said["outlets"] == (25, "2")  # 60, of which the cap of the whole leaves 25
    assert row.entitled == 1_000
    assert [name for name, _day in queries_first(row)] == ["店1", "店2"]


def queries_first(row):
    start, end = queries.window_of(row)
    return trade.first_sales(SYSTEM, start=start, end=end, party_id=row.party_id)


def test_the_lines_behind_a_rule_are_those_the_award_knew(world):
    programme()
    awarded("2026Q3", ON)
    world.sell(world.line(yuan=70, doc="LATE", on=date(2026, 9, 9)))
    row = Earning.objects.unscoped("test").get(party_id=world.ids["D1"])
    assert [line.document for line in queries.lines_behind(SYSTEM, row, "buy")] == ["A1"]


def test_points_are_used_first_to_expire_first_and_come_back_to_their_lots(world):
    """C135: a redemption that is called off gives the points back to the very lots they came from."""
    programme(method="rolling", months=12)
    catalogue()
    awarded("2026Q3", ON)
    world.sell(world.line(yuan=10_000, doc="A2", on=date(2026, 10, 2)))
    awarded("2026Q4", ON + timedelta(days=30))
    first, second = PointLot.objects.unscoped("test").filter(party_id=world.ids["D1"]).order_by("id")
    me = owner(world)
    done = actions.redeem(me, party_id=world.ids["D1"], reward="FUND", quantity=2)
    assert (done.points, done.left) == (400, 200)
    more = actions.redeem(me, party_id=world.ids["D1"], reward="SEAT", quantity=2)
    burnt = [
        (m.lot_id, m.points) for m in Move.objects.unscoped("test").filter(document=more.number).order_by("id")
    ]
    assert burnt == [(first.pk, -100), (second.pk, -100)]
    assert actions.cancel(me, redemption_id=more.id, reason="不需要了") == 200
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.open, second.open) == (100, 100)
    with pytest.raises(Refused) as no:
        actions.cancel(me, redemption_id=more.id, reason="again")
    assert no.value.code == "state"
    sound()


def test_a_redemption_needs_points_stock_its_limit_and_the_budget(world):
    programme(budget="60")
    catalogue()
    awarded("2026Q3", ON)
    me, mine = owner(world), world.ids["D1"]
    for reward, quantity, code in (
        ("NONE", 1, "unknown"),
        ("SEAT", 4, "stock"),
        ("SEAT", 0, "quantity"),
        ("AD", 2, "limit"),
    ):
        with pytest.raises(Refused) as no:
            actions.redeem(me, party_id=mine, reward=reward, quantity=quantity)
        assert no.value.code == code, reward
    actions.redeem(me, party_id=mine, reward="AD")
    with pytest.raises(Refused) as no:
        actions.redeem(me, party_id=mine, reward="AD")
    assert no.value.code == "limit"
    actions.redeem(me, party_id=mine, reward="FUND", quantity=2)
    with pytest.raises(Refused) as no:
        actions.redeem(me, party_id=mine, reward="COOKER", quantity=1)
    assert no.value.code == "points"
    assert Redemption.objects.unscoped("test").count() == 2
    sound()


def test_the_budget_guard_refuses_what_the_period_may_not_cost(world):
    """C137: the budget of the quarter, not the points, ends it."""
    programme(budget="25")
    catalogue()
    awarded("2026Q3", ON)
    me, mine = owner(world), world.ids["D1"]
    actions.redeem(me, party_id=mine, reward="FUND")
    with pytest.raises(Refused) as no:
        actions.redeem(me, party_id=mine, reward="SEAT")
    assert no.value.code == "budget"
    left = queries.budget(queries.programme_on(timezone.localdate()).document, timezone.localdate())
    assert (left.used_minor, left.left_minor) == (2_000, 500)
    assert queries.balance(SYSTEM, mine) == 300


def test_nobody_uses_a_stranger_s_points(world):
    programme()
    catalogue()
    awarded("2026Q3", ON)
    with pytest.raises(Missing):
        actions.redeem(owner(world, "D2"), party_id=world.ids["D1"], reward="SEAT")
    done = actions.redeem(owner(world), party_id=world.ids["D1"], reward="SEAT")
    with pytest.raises(Missing):
        actions.cancel(owner(world, "D2"), redemption_id=done.id, reason="x")
    with pytest.raises(Missing):
        queries.wallet(owner(world, "D2"), party_id=world.ids["D1"])


def test_a_voucher_is_honoured_once_and_a_used_one_is_not_called_off(world):
    programme()
    catalogue(voucher_days=10)
    awarded("2026Q3", ON)
    me = owner(world)
    done = actions.redeem(me, party_id=world.ids["D1"], reward="SEAT")
    number = actions.issue(SYSTEM, redemption_id=done.id, on=timezone.localdate())
    voucher = queries.voucher_of(me, done.id)
    assert voucher.number == number
    assert queries.voucher_state(voucher, timezone.localdate() + timedelta(days=11)) == "expired"
    actions.use(PLANNER, voucher_id=voucher.pk, note="11 月班")
    with pytest.raises(Refused) as no:
        actions.use(PLANNER, voucher_id=voucher.pk)
    assert no.value.code == "honoured"
    with pytest.raises(Refused) as no:
        actions.cancel(me, redemption_id=done.id, reason="x")
    assert no.value.code == "state"
    other = actions.redeem(me, party_id=world.ids["D1"], reward="SEAT")
    actions.issue(SYSTEM, redemption_id=other.id, on=timezone.localdate())
    actions.cancel(me, redemption_id=other.id, reason="改期")  # unused: it is void, and the points are back
    assert queries.voucher_of(me, other.id).state == "void"
    sound()


def test_a_person_fulfils_by_hand_and_says_what_was_given(world):
    programme()
    catalogue()
    awarded("2026Q3", ON)
    done = actions.redeem(owner(world), party_id=world.ids["D1"], reward="AD")
    actions.hold_up(SYSTEM, redemption_id=done.id, problem="x")
    with pytest.raises(Refused) as no:
        actions.fulfil(PLANNER, redemption_id=done.id, ref=" ")
    assert no.value.code == "ref"
    actions.fulfil(PLANNER, redemption_id=done.id, ref="地铁灯箱 12 月")
    row = queries.redemption_row(SYSTEM, done.id)
    assert (row.state, row.ref, row.problem) == ("fulfilled", "地铁灯箱 12 月", "")


def test_points_pass_within_a_group_and_keep_their_last_day(world):
    programme(method="year", transfers=True, protect_days=0)
    awarded("2026Q3", ON)
    me, mine = owner(world), world.ids["D1"]
    with pytest.raises(Refused) as no:
        actions.transfer(me, party_id=mine, taker="D2", points=10, reason="x")
    assert no.value.code == "group"
    world.join(["D3"])
    _post(SYSTEM, links=[(mine, world.ids["D3"])])
    number = actions.transfer(me, party_id=mine, taker="D3", points=120, reason="分店活动")
    lot = PointLot.objects.unscoped("test").get(party_id=world.ids["D3"])
    assert (lot.amount, lot.earned_on, lot.expires_on, lot.document) == (120, ON, date(2026, 12, 31), number)
    assert queries.balance(SYSTEM, mine) == 380
    with pytest.raises(Refused) as no:
        actions.transfer(me, party_id=mine, taker="D3", points=381, reason="x")
    assert no.value.code == "points"
    sound()


def test_where_the_programme_does_not_allow_it_nothing_is_passed_on(world):
    programme()
    awarded("2026Q3", ON)
    with pytest.raises(Refused) as no:
        actions.transfer(owner(world), party_id=world.ids["D1"], taker="D2", points=1, reason="x")
    assert no.value.code == "transfers"


def test_an_adjustment_needs_a_reason_and_a_second_person(world):
    programme()
    awarded("2026Q3", ON)
    with pytest.raises(Refused):
        actions.adjust(PLANNER, party_id=world.ids["D1"], points=50, reason=" ")
    up = actions.adjust(PLANNER, party_id=world.ids["D1"], points=50, reason="补录陈列活动")
    with pytest.raises(Refused) as no:
        actions.decide(PLANNER, adjustment_id=up, grant=True, answer="ok")
    assert no.value.code == "four_eyes"
    assert actions.decide(DIRECTOR, adjustment_id=up, grant=True, answer="同意") == "approved"
    down = actions.adjust(PLANNER, party_id=world.ids["D1"], points=-551, reason="x")
    with pytest.raises(Refused) as no:
        actions.decide(DIRECTOR, adjustment_id=down, grant=True, answer="同意")
    assert no.value.code == "points"
    assert actions.decide(DIRECTOR, adjustment_id=down, grant=False, answer="不足") == "rejected"
    assert queries.balance(SYSTEM, world.ids["D1"]) == 550
    sound()


def test_the_database_itself_keeps_lots_and_movements(world):
    """C133: a lot never falls below nothing and its terms never change; what moved stays written."""
    programme()
    catalogue()
    awarded("2026Q3", ON)
    actions.redeem(owner(world), party_id=world.ids["D1"], reward="SEAT")
    lots, moves = PointLot.objects.unscoped("test"), Move.objects.unscoped("test")
    for change in (
        lambda: lots.update(open=-1),
        lambda: lots.update(amount=10_000),
        lambda: lots.update(expires_on=date(2030, 1, 1)),
        lambda: moves.update(points=-1),
        moves.delete,
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    sound()


def test_a_lot_that_was_tampered_with_is_found(world, tamper):
    programme()
    awarded("2026Q3", ON)
    tamper("points_pointlot")
    PointLot.objects.unscoped("test").filter(party_id=world.ids["D1"]).update(open=499)
    assert list(soundness.SOUND["points.lots"].ask()) == [(world.ids["D1"], 500, 499)]
    assert len(list(soundness.SOUND["points.moves"].ask())) == 1


def test_points_are_never_money(world):
    programme()
    awarded("2026Q3", ON)
    assert ("PTS" in {code for _party, code in money.exposures(SYSTEM)}) is False
    assert list(money.transfers(SYSTEM, start=date(2026, 1, 1), end=date(2027, 1, 1))) == []
    assert Award.objects.get().business_date == ON


def test_a_part_of_the_network_sees_its_own(world):
    programme()
    awarded("2026Q3", ON)
    east = Actor("li", role="regional", may=frozenset({"*"}), parties=frozenset({world.ids["D1"]}))
    assert [row.party_id for row in queries.earnings(east)] == [world.ids["D1"]]
    assert [row.code for row in queries.preview(east, period="2026Q3", as_of=ON)] == ["D1"]
