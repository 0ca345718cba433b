"""Where the money of funds comes from and what the house bears (C153, C160, C163, C169, X29)."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from gongying.areas.funds import actions, queries
from gongying.areas.funds.models import Budget, Grant
from gongying.books.plans import post as plans
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


@action(needs="tests.aims", roles=("admin",), name="tests.aims", exposed=False)
def _aims(actor: Actor, *, rows: list[plans.TargetIn]) -> None:
    """Post targets."""
    plans.targets(actor, rows, source="test")


ACTIONS.pop("tests.aims", None)


def refused(call, *args, **inputs):
    with pytest.raises(Refused) as no:
        call(*args, **inputs)
    return no.value.code


def grant(funds, code="D1", fund="growth", amount=500_00, **more):
    given = {
        "currency": "CNY",
        "source": "over_target",
        "reason": "above the target of 2026",
        "on": funds.today,
    } | more
    return actions.grant(SYSTEM, fund=fund, party_id=funds.ids[code], amount_minor=amount, **given)


def test_a_grant_is_an_earmarked_allotment_of_one_distributor(funds):
    """C163, C169: reinvestment and development grants are claimed as any activity, by him alone."""
    assert Grant.objects.unscoped("test").get(pk=grant(funds)).source == "over_target"
    found = queries.allotments(funds.owner["D1"], party_id=funds.ids["D1"])
    assert [(each.fund, each.granted_minor, each.free_minor) for each in found] == [("growth", 500_00, 500_00)]
    assert queries.mine(funds.owner["D1"]) == found
    assert queries.mine(funds.owner["D2"]) == []
    with pytest.raises(Missing):
        queries.allotments(funds.owner["D2"], party_id=funds.ids["D1"])
    assert refused(funds.ask, "D2", fund="growth", cost_minor=100_00) == "budget"
    assert refused(funds.ask, "D1", fund="growth", cost_minor=500_01) == "budget"
    made = funds.ask("D1", fund="growth", cost_minor=500_00, kind="training")
    assert queries.commitment(SYSTEM, made).amount_minor == 500_00
    grant(funds, amount=100_00, source="points")
    assert queries.allotments(SYSTEM, party_id=funds.ids["D1"])[0].granted_minor == 600_00


def test_what_a_grant_refuses(funds):
    assert refused(grant, funds, fund="market") == "common"
    assert refused(grant, funds, currency="USD") == "currency"
    assert refused(grant, funds, amount=0) == "refused"
    assert refused(grant, funds, reason=" ") == "reason"
    assert refused(actions.budget, SYSTEM, fund="growth", on=funds.today, reason="x") == "own"


def test_a_fixed_budget_is_put_in_once_and_trued_up_when_the_policy_is_raised(funds):
    again = {"fund": "market", "on": funds.today, "reason": "again"}
    assert refused(actions.budget, SYSTEM, **again) == "nothing"
    funds.publish("market", since=funds.today, budget="130000")
    actions.budget(SYSTEM, **again)
    assert funds.bar().granted == 130_000_00
    actions.budget(SYSTEM, amount_minor=5_00, **again)
    assert funds.bar().granted == 130_005_00
    assert Budget.objects.unscoped("test").filter(fund="market").count() == 1


def test_a_fund_accrues_a_share_of_net_sell_in_and_nothing_twice(funds):
    """X29: MDF accrual, a % of net sell-in."""
    year = funds.today.year
    funds.publish("coop", source="sell_in", rate="0.02", own=True)
    day = date(year, 3, 3)
    funds.sell(funds.line(yuan=10_000, on=day, doc="S1"), funds.line("D2", 5_000, on=day, doc="S2"))
    assert actions.accrue(SYSTEM, fund="coop", on=date(year, 3, 31)) == 2
    assert actions.accrue(SYSTEM, fund="coop", on=date(year, 3, 31)) == 0
    funds.sell(funds.line(yuan=1_000, on=date(year, 4, 2), doc="S3"))
    assert actions.accrue(SYSTEM, fund="coop", on=date(year, 3, 31)) == 0
    assert actions.accrue(SYSTEM, fund="coop", on=date(year, 4, 30)) == 1
    assert queries.allotments(SYSTEM, party_id=funds.ids["D1"])[0].granted_minor == 220_00
    assert queries.allotments(SYSTEM, party_id=funds.ids["D2"])[0].granted_minor == 100_00


def test_what_is_bought_above_the_target_goes_back_into_his_market(funds):
    """C163: over-target reinvestment."""
    year = funds.today.year
    funds.publish("reinvest", source="over_target", rate="0.1")
    aims = [
        plans.TargetIn(f"{year}-03", funds.ids[code], seller="", amount_minor=aim)
        for code, aim in (("D1", 800_00), ("D2", 9_000_00))
    ]
    _aims(SYSTEM, rows=aims)
    day = date(year, 3, 3)
    funds.sell(funds.line(yuan=1_000, on=day, doc="S1"), funds.line("D2", 5_000, on=day, doc="S2"))
    assert actions.accrue(SYSTEM, fund="reinvest", on=date(year, 3, 31)) == 1
    assert queries.allotments(SYSTEM, party_id=funds.ids["D1"])[0].granted_minor == 20_00
    assert queries.allotments(SYSTEM, party_id=funds.ids["D2"]) == []


def test_the_share_steps_with_the_cost_over_several_claims(funds):
    """C160: 60 % of the first 50,000, 40 % of what is above; claims of one activity go up the same steps."""
    made = funds.committed(cost_minor=80_000_00)
    assert queries.commitment(SYSTEM, made).amount_minor == 42_000_00
    first = funds.claim(made, 40_000_00)
    second = funds.claim(made, 40_000_00, seed=1)
    shares = [queries.claim(SYSTEM, pk).claimed_minor for pk in (first, second)]
    assert shares == [24_000_00, 18_000_00]  # 60 % of 40,000; 60 % of 10,000 and 40 % of 30,000


def test_the_share_grows_with_the_agreed_goal(funds):
    """C153: stepped compensation."""
    today = funds.today
    steps = [{"start": "0", "share": "0.3"}, {"start": "0.9", "share": "0.5"}, {"start": "1.1", "share": "0.7"}]
    funds.publish("joint", budget="50000", step_by="goal", steps=steps)
    actions.budget(SYSTEM, fund="joint", on=today, reason="x")
    term = {"fund": "joint", "goal_minor": 1_000_00}
    with pytest.raises(Refused) as no:
        funds.ask(fund="joint")
    assert no.value.field == "goal"
    made = funds.committed(**term)
    assert queries.commitment(SYSTEM, made).amount_minor == 700_00  # what it may come to at most
    low = queries.claim(SYSTEM, funds.claim(made, 100_00))
    assert low.claimed_minor == 30_00
    line = funds.line(yuan=950, on=today, doc="OUT1")._replace(level="sell_out")
    funds.sell(line)
    mid = queries.claim(SYSTEM, funds.claim(made, 100_00, seed=1))
    assert mid.claimed_minor == 50_00
    assert '"attained": "0.9500"' in mid.derivation


def test_the_linter_of_a_fund():
    """Every policy is linted: faults are found before anybody is paid."""

    def faults(**document):
        from gongying.areas.funds.rules import FUND

        return {each.code for each in FUND.lint(FUND.schema.model_validate(document)) if each.level == "error"}

    assert faults(budget="1") == set()
    assert faults() == {"budget"}
    assert faults(source="sell_in") == {"rate"}
    assert faults(budget="1", own=True) == {"own"}
    assert faults(budget="1", submit_days=90) == {"expire_days"}
    assert faults(budget="1", steps=[{"start": "5", "share": "1"}]) == {"steps"}
    assert faults(budget="1", steps=[{"start": "0", "share": "1"}, {"start": "0", "share": "0.5"}]) == {"steps"}


def test_the_linter_of_claim_types():
    from gongying.areas.funds.rules import TYPES

    def faults(**document):
        return {each.code for each in TYPES.lint(TYPES.schema.model_validate(document))}

    assert faults() == set()
    kind = {"code": "a", "name": "A"}
    assert faults(types=[kind, kind]) == {"twice"}
    assert faults(types=[kind | {"proofs": ["selfie"], "photos": 0}]) == {"proofs"}
    assert faults(points=[{"code": "mood", "points": 3}]) == {"points"}
    assert faults(bands=[{"level": "low", "score": 5, "rate": "1"}]) == {"bands"}
    assert faults(bands=[{"level": "low", "score": 0, "rate": "0.5"}]) == {"unseen"}
    assert faults(ages=[60, 30]) == {"ages"}


def test_a_policy_is_written_in_a_form(funds):
    from gongying.core.policies import forms

    for kind in ("funds.fund", "funds.claim_types", "funds.protection"):
        schema = policies.kind_of(kind).schema
        held = schema().model_dump(mode="json")
        assert forms.document(kind, forms.shown(kind, held), held) == held, kind
        assert {ask.name for ask in forms.asked(kind)} == set(schema.model_fields), kind


def test_funds_of_a_period_that_is_over_stay_theirs(funds):
    assert timezone.localdate() == funds.today
    assert (
        refused(funds.ask, start=funds.today + timedelta(days=370), end=funds.today + timedelta(days=371))
        == "budget"
    )
