"""A case from the report to the last ruling: heard before it is ruled on, ruled by others, the reporter never given away."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from gongying.areas.diversion import actions, queries
from gongying.areas.diversion.models import Report, Ruling
from gongying.areas.diversion.rules import DiversionRules, lint, may_be_ruled, was_open
from gongying.core.actor import SYSTEM
from gongying.core.journal.models import Entry
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


def refused(verb, *args, **inputs):
    with pytest.raises(Refused) as no:
        verb(*args, **inputs)
    return no.value.code or no.value.field


def test_a_case_is_heard_ruled_objected_to_and_ruled_again_by_other_people(desk):
    case, owner = desk.opened(), desk.owner["D1"]
    assert desk.row(case).answer_by == desk.today + timedelta(days=10)
    assert refused(actions.rule, desk.director, case_id=case, verdict="upheld", reasons="x") == "state", (
        "not heard yet"
    )
    actions.answer(owner, case_id=case, text="并非我司发出")
    assert refused(actions.rule, desk.regional, case_id=case, verdict="upheld", reasons="x") == "four_eyes"
    assert refused(actions.rule, desk.planner, case_id=case, verdict="upheld", reasons="x") == "four_eyes"
    assert refused(actions.rule, desk.director, case_id=case, verdict="upheld", reasons=" ") == "empty"
    assert actions.rule(desk.director, case_id=case, verdict="upheld", reasons="批次一致") == "ruled"
    assert queries.open_on(SYSTEM, [desk.ids["D1"]], desk.today), "open until the last word"
    actions.object_to(owner, case_id=case, reason="批次曾退货")
    assert refused(actions.rule, desk.director, case_id=case, verdict="dismissed", reasons="x") == "four_eyes"
    assert actions.rule(desk.admin, case_id=case, verdict="dismissed", reasons="退货单属实") == "closed"
    assert not queries.open_on(SYSTEM, [desk.ids["D1"]], desk.today)
    assert refused(actions.object_to, owner, case_id=case, reason="x") == "state"
    assert [(each.round, each.verdict) for each in queries.rulings(SYSTEM, desk.row(case))] == [(1, "upheld"), (2, "dismissed")]  # fmt: skip
    told = Entry.objects.filter(name__startswith="diversion.").order_by("id").values_list("name", flat=True)
    assert [name.removeprefix("diversion.case_") for name in told] == [
        "reported", "opened", "answered", "ruled", "objected", "ruled", "closed",
    ]  # fmt: skip


def test_a_dismissed_case_is_closed_at_once_and_an_accepted_one_too(desk):
    case = desk.answered()
    assert actions.rule(desk.director, case_id=case, verdict="dismissed", reasons="证据不足") == "closed"
    case = desk.upheld()
    actions.accept_ruling(desk.owner["D1"], case_id=case)
    assert (desk.row(case).state, desk.row(case).closed_on) == ("closed", desk.today)


def test_who_does_not_answer_is_ruled_on_after_his_last_day(desk):
    case = desk.opened()
    desk.later(case, opened_on=-20, answer_by=0)
    assert refused(actions.rule, desk.director, case_id=case, verdict="upheld", reasons="x") == "state"
    desk.later(case, opened_on=-20, answer_by=-1)
    assert actions.rule(desk.director, case_id=case, verdict="upheld", reasons="未答复，证据一致") == "ruled"


def test_cases_nobody_objects_to_are_closed_after_the_last_day(desk):
    case = desk.upheld()
    desk.later(case, opened_on=-30, object_by=0)
    assert actions.close_due(SYSTEM) == 0
    desk.later(case, opened_on=-30, object_by=-1)
    assert refused(actions.object_to, desk.owner["D1"], case_id=case, reason="x") == "late"
    assert actions.close_due(SYSTEM) == 1
    assert desk.row(case).state == "closed"


def test_whom_it_is_against_never_learns_who_reported(desk):
    number, case = desk.told(seller="某批发部", file_id=desk.picture(desk.owner["D2"]))
    with pytest.raises(Missing):
        queries.case(desk.owner["D1"], case)
    assert refused(actions.open_case, desk.planner, case_id=case, party_id=desk.ids["D2"], ground="territory", summary="x") == "reporter"  # fmt: skip
    actions.open_case(
        desk.planner, case_id=case, party_id=desk.ids["D1"], ground="territory", summary="发现贵司货物"
    )
    row = queries.case(desk.owner["D1"], case)
    assert queries.report_of(desk.owner["D1"], row) is None
    assert queries.report_of(desk.director, row).number == number
    seen = str(queries.steps(desk.owner["D1"], row))
    for given_away in ("ownerD2", "reporter", "reported", "CNRY", number):
        assert given_away not in seen
    boss = desk.browser("owner", "D1")
    line = queries.evidence(SYSTEM, row).get().pk
    page = boss.get(f"/diversion/{case}/").content.decode()
    assert "某批发部" in page, "the find itself he reads"
    shown = boss.get(f"/diversion/pictures/{line}/")
    for given_away in (b"ownerD2", b"D2", b"CNRY", number.encode()):
        assert given_away not in page.encode() + shown.content + str(shown.headers).encode()
    assert b"CNRY-AUTHOR" in desk.browser("director").get(f"/diversion/pictures/{line}/").content
    assert "party" not in Entry.objects.get(name="diversion.case_reported").payload


def test_the_reporter_sees_what_became_of_it_but_not_the_case(desk):
    number, case = desk.told()
    actions.set_aside(desk.planner, case_id=case, reason="该批货物为我司直发")
    ((row, state),) = queries.reports(desk.owner["D2"])
    assert (row.number, state) == (number, "no_case")
    assert queries.reports(desk.owner["D1"]) == []
    for code in ("D1", "D2"):
        with pytest.raises(Missing):
            queries.case(desk.owner[code], case)
    assert refused(actions.open_case, desk.planner, case_id=case, party_id=desk.ids["D1"], ground="territory", summary="x") == "state"  # fmt: skip


def test_a_stranger_reaches_nothing(desk):
    case = desk.answered()
    stranger = desk.owner["D2"]
    for verb, more in ((actions.answer, {"text": "x"}), (actions.object_to, {"reason": "x"}), (actions.accept_ruling, {})):  # fmt: skip
        with pytest.raises(Missing):
            verb(stranger, case_id=case, **more)
    assert desk.browser("owner", "D2").get(f"/diversion/{case}/").status_code == 404
    assert queries.opened(stranger) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"place": " "}, "place"),
        ({"quantity": 0}, "quantity"),
        ({"found_on": date(2999, 1, 1)}, "found_on"),
        ({"product": "", "code": ""}, "product"),
        ({"product": "NONE"}, "product"),
        ({"region": "NONE"}, "region"),
    ],
)
def test_a_find_that_says_nothing_is_named(desk, change, field):
    with pytest.raises(Refused) as no:
        desk.reported(**change)
    assert no.value.field == field


def test_evidence_is_added_until_it_is_ruled_on(desk):
    case = desk.answered()
    actions.add_evidence(desk.planner, case_id=case, evidence=desk.find(region="HN", code="L-78"))
    assert queries.evidence(SYSTEM, desk.row(case)).count() == 2
    actions.rule(desk.director, case_id=case, verdict="upheld", reasons="x")
    assert refused(actions.add_evidence, desk.planner, case_id=case, evidence=desk.find()) == "state"
    assert refused(actions.answer, desk.owner["D1"], case_id=case, text="x") == "state"


def test_what_was_said_is_never_changed_by_hand(desk):
    desk.told()
    desk.upheld()
    assert Report.objects.unscoped("test").exists() and Ruling.objects.unscoped("test").exists()  # noqa: PT018
    for table in ("report", "evidence", "step", "ruling"):
        for verb in (f"UPDATE diversion_{table} SET id = id", f"DELETE FROM diversion_{table}"):  # noqa: S608
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:  # fmt: skip
                cursor.execute(verb)


def test_a_case_was_open_from_its_opening_until_the_day_it_was_closed(desk):
    case, day = desk.upheld(), desk.today
    desk.later(case, opened_on=-20, object_by=-5)
    actions.close_due(SYSTEM)
    d1 = desk.ids["D1"]
    for shift, open_then in ((-21, False), (-20, True), (-1, True), (0, False)):
        assert bool(queries.open_on(SYSTEM, [d1], day + timedelta(days=shift))) is open_then, shift
        assert was_open(day - timedelta(days=20), day, day + timedelta(days=shift)) is open_then, shift
    assert not was_open(None, None, day)


def test_the_days_are_those_of_the_policy_and_grounds_never_speak_of_prices(desk):
    version = policies.draft(
        SYSTEM, kind="diversion.rules", key="diversion.rules", title="x", effective_from=desk.today,
        document={"answer_days": 15, "objection_days": 7, "grounds": [{"code": "territory", "name": "区域外销售"}]},
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    row = desk.row(desk.upheld())
    assert (row.answer_by, row.object_by, row.version_id) == (desk.today + timedelta(days=15), desk.today + timedelta(days=7), version)  # fmt: skip
    case = desk.reported()
    assert refused(actions.open_case, desk.regional, case_id=case, ground="channel", summary="x") == "ground"
    priced = DiversionRules.model_validate({"answer_days": 5, "grounds": [{"code": "low", "name": "低价倾销"}, {"code": "cut", "name": "x", "name_en": "Price cutting"}]})  # fmt: skip
    assert [(each.level, each.code, each.where) for each in lint(priced)] == [
        ("error", "resale_price", "grounds.0.name"),
        ("error", "resale_price", "grounds.1.name"),
        ("warning", "short", "answer_days"),
    ]
    assert lint(DiversionRules()) == []


def test_when_a_case_may_be_ruled_on():
    day = date(2026, 7, 1)
    assert [may_be_ruled(state, day, day) for state in ("reported", "opened", "answered", "ruled", "objected", "closed")] == [
        False, False, True, False, True, False,
    ]  # fmt: skip
    assert may_be_ruled("opened", day, day + timedelta(days=1))
