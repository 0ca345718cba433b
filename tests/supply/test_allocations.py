"""Scarce goods are shared out by a rule everybody can read, tried before it holds, applied by somebody else."""

import json

import pytest
from supplies import DIRECTOR, ON, PLANNER

from gongying.areas.supply import actions, queries
from gongying.areas.supply.models import AllocationLine, AllocationRun
from gongying.books.parties import post as parties
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.journal.models import Entry
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


@action(needs="tests.level", roles=("admin",), name="tests.level", exposed=False)
def _level(actor: Actor, *, party_id: int, level: str) -> None:
    """A level of a distributor from the beginning of 2026 on."""
    parties.set_levels(actor, {party_id: level}, since=ON.replace(month=1), document="T-1")


ACTIONS.pop("tests.level", None)


@pytest.fixture
def scarce(house):
    """100 P1 in the house; D1 wants 90 and D2 60 of them."""

    def draw(actor=PLANNER, **more):
        wishes = [
            actions.WishIn("SO-1/1", house.ids["D1"], house.p1, 90, "SO-1"),
            actions.WishIn("SO-2/1", house.ids["D2"], house.p1, 60, "SO-2"),
        ]
        return actions.draft_allocation(actor, **{"site_id": house.site, "wishes": wishes, "on": ON} | more)

    house.draw = draw
    return house


def given(pk):
    return dict(AllocationLine.objects.unscoped("test").filter(run_id=pk).values_list("need", "given"))


def test_a_run_is_drawn_tried_and_applied_by_somebody_else(scarce):
    """C036: rule, supply, wishes, results and shortfall stand in one document; the flow gets what to promise by need."""
    pk = scarce.draw(rule="max_min")
    assert given(pk) == {"SO-1/1": 50, "SO-2/1": 50}
    run = queries.run_row(PLANNER, pk)
    assert (run.number, run.wished, run.given, run.distributors) == ("PH-202607-0001", 150, 100, 2)
    tried = {trial.rule: trial.given for trial in queries.trials(run)}
    assert tried == {"proportional": {"SO-1/1": 60, "SO-2/1": 40}, "max_min": {"SO-1/1": 50, "SO-2/1": 50}}
    assert given(pk) == {"SO-1/1": 50, "SO-2/1": 50}, "trying writes nothing"
    actions.change_allocation(PLANNER, allocation_id=pk, rule="proportional", reason="按需求比例")
    with pytest.raises(Refused) as no:
        actions.apply(PLANNER, allocation_id=pk)
    assert no.value.code == "four_eyes"
    assert actions.apply(DIRECTOR, allocation_id=pk) == {"SO-1/1": 60, "SO-2/1": 40}
    why = json.loads(AllocationLine.objects.unscoped("test").get(need="SO-1/1").why)
    assert why == {"why": "share", "quota": "60", "turn": 0, "there": 100}
    assert Entry.objects.filter(name="supply.allocation_applied").count() == 1
    for verb in (actions.apply, actions.void_allocation):
        with pytest.raises(Refused):
            verb(DIRECTOR, allocation_id=pk)
    with pytest.raises(Refused):
        actions.change_allocation(PLANNER, allocation_id=pk, rule="max_min")


def test_priority_serves_the_higher_level_first(scarce):
    """C036: in a crisis the core distributors are served first; within a class the rest is shared fairly."""
    _level(SYSTEM, party_id=scarce.ids["D2"], level="gold")
    pk = scarce.draw(rule="priority", classes=["gold", "silver"])
    assert given(pk) == {"SO-1/1": 40, "SO-2/1": 60}
    assert {trial.rule for trial in queries.trials(queries.run_row(PLANNER, pk))} == {
        "proportional",
        "max_min",
        "priority",
    }
    why = json.loads(AllocationLine.objects.unscoped("test").get(need="SO-1/1").why)
    assert (why["turn"], why["there"]) == (1, 40)


def test_the_rule_and_the_classes_come_from_the_policy(scarce):
    document = {"rule": "priority", "classes": ["gold"]}
    said = {"kind": "supply.rules", "key": "supply.rules", "title": "供货", "effective_from": ON}
    version = policies.draft(SYSTEM, **said, document=document)
    policies.publish(SYSTEM, version_id=version)
    run = AllocationRun.objects.unscoped("test").get(pk=scarce.draw())
    assert (run.rule, run.classes) == ("priority", "gold")
    for bad in ({"rule": "priority"}, {"rule": "eye"}, {"classes": ["a", "a"]}):
        wrong = policies.draft(SYSTEM, **said, document=bad)
        with pytest.raises(Refused):
            policies.publish(SYSTEM, version_id=wrong)


def test_packs_lots_and_a_supply_that_is_to_come(scarce):
    """The supply may be what will be there; shares are whole cases, and a share below the smallest lot is given up."""
    supply = actions.SupplyIn(scarce.p1, 50, step=12, smallest=24)
    pk = scarce.draw(rule="proportional", supplies=[supply])
    assert given(pk) == {"SO-1/1": 24, "SO-2/1": 24}
    actions.change_allocation(
        PLANNER, allocation_id=pk, rule="proportional", supplies=[actions.SupplyIn(scarce.p1, 40, 12, 24)]
    )
    assert given(pk) == {"SO-1/1": 36, "SO-2/1": 0}
    with pytest.raises(Refused):
        actions.change_allocation(
            PLANNER, allocation_id=pk, rule="max_min", supplies=[actions.SupplyIn(scarce.p2, 1)]
        )
    actions.void_allocation(PLANNER, allocation_id=pk)


def test_what_is_no_run_is_refused(scarce):
    wish = actions.WishIn("a", scarce.ids["D1"], scarce.p1, 1)
    for bad in (
        {"wishes": []},
        {"wishes": [wish, wish]},
        {"wishes": [actions.WishIn("a", scarce.ids["D1"], scarce.p1, 0)]},
        {"wishes": [actions.WishIn("a", 10**6, scarce.p1, 1)]},
        {"wishes": [actions.WishIn("a", scarce.ids["D1"], 10**6, 1)]},
        {"rule": "eye"},
        {"rule": "priority"},
        {"inside": "priority"},
        {"rule": "priority", "classes": ["a", "a"]},
        {"supplies": [actions.SupplyIn(scarce.p1, -1)]},
        {"supplies": [actions.SupplyIn(scarce.p1, 1, 0)]},
    ):
        with pytest.raises(Refused):
            scarce.draw(**bad)
    with pytest.raises(Missing):
        scarce.draw(site_id=10**6)
    assert not AllocationRun.objects.unscoped("test").exists()


def test_a_distributor_sees_his_line_and_the_rule_and_may_object(scarce):
    """C036: transparent to everybody, without the names of the others; a draft is nobody's but head office's."""
    pk = scarce.draw(rule="max_min")
    with pytest.raises(Missing):
        queries.allocation(scarce.d1, allocation_id=pk)
    actions.apply(DIRECTOR, allocation_id=pk)
    told = queries.allocation(scarce.d1, allocation_id=pk)
    assert (told.rule, told.available, told.wished, told.given) == ("max_min", 100, 150, 100)
    assert [(line["party"], line["given"]) for line in told.lines] == [("D1", 50)]
    mine = AllocationLine.objects.unscoped("test").get(need="SO-1/1").pk
    with pytest.raises(Missing):
        actions.object_allocation(scarce.d2, share_id=mine, reason="x")
    with pytest.raises(Refused):
        actions.answer_objection(DIRECTOR, share_id=mine, answer="x")
    with pytest.raises(Refused):
        actions.object_allocation(scarce.d1, share_id=mine, reason=" ")
    actions.object_allocation(scarce.d1, share_id=mine, reason="合同约定优先")
    with pytest.raises(Refused):
        actions.object_allocation(scarce.d1, share_id=mine, reason="again")
    actions.answer_objection(DIRECTOR, share_id=mine, answer="下次优先")
    assert queries.shares(scarce.d1).get().answer == "下次优先"
