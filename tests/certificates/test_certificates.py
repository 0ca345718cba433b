"""Certificates: entered by one person and accepted by another, never edited, good on their days, reminded of in time."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from gongying.areas.certificates import actions, queries
from gongying.areas.certificates.rules import CertificateKinds, lint, stands, step_due
from gongying.core.actor import SYSTEM
from gongying.core.journal.models import Entry
from gongying.core.notices.models import Notice
from gongying.core.people.models import User
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


def test_who_enters_a_certificate_does_not_accept_it(held):
    for who in (held.planner, held.owner["D1"]):
        made = held.enter(actor=who, serial=who.name, accepted=False)
        assert queries.held(SYSTEM, party_id=held.ids["D1"])[0].stands == "submitted"
        assert not queries.held_on(SYSTEM, [held.ids["D1"]], "LIC", held.today)
        if who is held.planner:
            with pytest.raises(Refused) as no:
                actions.accept(held.planner, certificate_id=made)
            assert no.value.code == "four_eyes"
        actions.accept(held.director, certificate_id=made)
        assert queries.held_on(SYSTEM, [held.ids["D1"]], "LIC", held.today)
        actions.withdraw(held.director, certificate_id=made, reason="录错")
    names = list(
        Entry.objects.filter(name__startswith="certificates.").order_by("id").values_list("name", flat=True)
    )
    assert names == ["certificates.submitted", "certificates.accepted", "certificates.withdrawn"] * 2
    assert "planner" not in str(Entry.objects.filter(name__startswith="certificates.").values_list("payload"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "NONE"}, "kind"),
        ({"serial": " "}, "serial"),
        ({"serial": "x" * 61}, "serial"),
        ({"file_id": None}, "file"),
        ({"holder": "张工"}, "holder"),
        ({"days": -200}, "valid_to"),
        ({"kind": "TECH"}, "holder"),
    ],
)
def test_what_is_wrong_is_named(held, change, field):
    with pytest.raises(Refused) as no:
        held.enter(**change)
    assert no.value.field == field


def test_the_same_certificate_twice_and_a_strangers(held):
    made = held.enter(accepted=False)
    with pytest.raises(Refused) as no:
        held.enter()
    assert no.value.code == "twice"
    with pytest.raises(Missing):
        queries.certificate(held.owner["D2"], made)
    with pytest.raises(Missing):
        actions.submit(
            held.owner["D2"], party_id=held.ids["D1"], kind="TECH", serial="1", issuer="x", holder="x", valid_from=held.today
        )  # fmt: skip
    actions.reject(held.director, certificate_id=made, answer="看不清")
    assert held.enter() != made, "what was turned down may be entered again"
    with pytest.raises(Refused):
        actions.accept(held.director, certificate_id=made)


def test_it_is_good_from_its_first_to_the_end_of_its_last_day(held):
    d1, day = held.ids["D1"], held.today
    held.enter(days=10, since=-10)
    for shift, good in ((-11, False), (-10, True), (10, True), (11, False)):
        assert bool(queries.held_on(SYSTEM, [d1], "LIC", day + timedelta(days=shift))) is good, shift
    assert queries.last_day_of(SYSTEM, [d1], "LIC", day + timedelta(days=11)) == {d1: day + timedelta(days=10)}
    held.enter("D2", None, serial="B")
    assert queries.held_on(SYSTEM, list(held.ids.values()), "LIC", day + timedelta(days=900)) == {held.ids["D2"]}


def test_what_is_withdrawn_counted_until_then_and_needs_a_reason(held):
    d1, made = held.ids["D1"], held.enter()
    with pytest.raises(Refused) as no:
        actions.withdraw(held.planner, certificate_id=made, reason=" ")
    assert no.value.field == "reason"
    actions.withdraw(held.planner, certificate_id=made, reason="系伪造")
    assert not queries.held_on(SYSTEM, [d1], "LIC", held.today)
    assert queries.held_on(SYSTEM, [d1], "LIC", held.today - timedelta(days=1)) == {d1}
    with pytest.raises(Refused):
        actions.withdraw(held.planner, certificate_id=made, reason="again")


def test_what_was_entered_is_never_edited_even_by_hand(held):
    held.enter()
    for verb in (
        "UPDATE certificates_certificate SET valid_to = '2099-01-01'",
        "UPDATE certificates_certificate SET holder = 'x'",
        "DELETE FROM certificates_certificate",
    ):
        with pytest.raises(DatabaseError, match="never edited"), transaction.atomic(), connection.cursor() as cursor:  # fmt: skip
            cursor.execute(verb)


def test_reminders_are_sent_once_at_each_step_and_not_when_the_next_one_is_there(held):
    User.objects.create_user("boss", "x", name="x", role="owner", party_id=held.ids["D1"])
    held.enter(days=25)
    held.enter("D2", 25, serial="B")
    held.enter("D2", 400, serial="B2")
    assert actions.remind(SYSTEM) == 1
    assert actions.remind(SYSTEM) == 0
    told = Notice.objects.filter(title__contains="到期").get()
    assert "还有 25 天" in told.title
    assert "Business licence" in told.title_en


def test_F_reminder_steps():
    assert [step_due([60, 30, 7], sent, left) for sent, left in (([], 61), ([], 60), ([60], 45), ([60], 30), ([60, 30], 7), ([7], 3), ([], -1))] == [
        None, 60, None, 30, 7, None, None,
    ]  # fmt: skip


def test_what_a_certificate_is_on_a_day():
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    said = [stands("accepted", first, last, None, day, 60) for day in (date(2025, 12, 31), first, date(2026, 11, 1), last, date(2027, 1, 1))]  # fmt: skip
    assert said == ["to come", "valid", "expiring", "expiring", "expired"]
    assert stands("accepted", first, None, None, last, 60) == "valid"
    assert stands("withdrawn", first, last, date(2026, 6, 1), date(2026, 5, 31), 60) == "valid"
    assert stands("withdrawn", first, last, date(2026, 6, 1), date(2026, 6, 1), 60) == "withdrawn"


def test_what_is_missing_follows_from_who_needs_it(held):
    lacks = {(each.party.code, each.kind.code) for each in queries.missing(SYSTEM, held.today)}
    assert lacks == {("D1", "LIC"), ("D2", "LIC"), ("D1", "TECH")}
    held.enter("D1", -5)
    held.enter("D2", 5)
    rows = queries.missing(SYSTEM, held.today)
    assert {(each.party.code, each.kind.code, each.ended) for each in rows} == {
        ("D1", "LIC", held.today - timedelta(days=5)),
        ("D1", "TECH", None),
    }
    assert queries.missing(held.owner["D2"], held.today) == []


def test_the_linter_and_the_guards_name_the_kind(held):
    document = CertificateKinds.model_validate(
        {"kinds": [{"code": "A", "name": "甲", "needed": "levels"}, {"code": "B", "name": "乙", "whom": ["x"], "reminders": []}]}
    )  # fmt: skip
    assert {(each.level, each.code, each.where) for each in lint(document)} == {
        ("error", "nobody", "kinds.0.whom"),
        ("warning", "unread", "kinds.1.whom"),
        ("warning", "silent", "kinds.1.reminders"),
    }
    version = policies.draft(
        SYSTEM, kind="certificates.kinds", key="certificates.kinds", title="x", effective_from=held.today,
        document={"kinds": [{"code": "A", "name": "甲", "needed": "regions", "whom": ["NOWHERE"]}]},
    )  # fmt: skip
    with pytest.raises(Refused) as no:
        policies.publish(SYSTEM, version_id=version)
    assert "NOWHERE" in str(no.value)
