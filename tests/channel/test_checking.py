"""Differences, objections and spot counts: who says what, who decides, what it changes (C099)."""

from datetime import date

import pytest

from gongying.areas.channel import actions, queries
from gongying.areas.channel.models import Difference, Objection, Sample
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf
from gongying.core.journal.models import Entry
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def difference(declared):
    return Difference.objects.unscoped("test").get()


def again(row):
    row.refresh_from_db()
    return row


def test_a_difference_is_explained_by_him_and_closed_by_head_office(declared, difference):
    actions.explain(declared.clerk, difference_id=difference.pk, reason="theft", text="展厅丢失")
    assert (again(difference).state, difference.reason) == ("explained", "theft")
    with pytest.raises(Forbidden):
        actions.close(declared.clerk, difference_id=difference.pk)
    assert actions.assign(declared.planner, difference_ids=[difference.pk], owner="Li") == 1
    actions.close(declared.planner, difference_id=difference.pk)
    row = again(difference)
    assert (row.state, row.owner, row.excused, row.closed_on) == ("closed", "li", False, date(2026, 8, 3))
    with pytest.raises(Refused):
        actions.explain(declared.clerk, difference_id=difference.pk, reason="theft", text="x")


def test_a_reason_is_one_of_the_calendar_and_wants_a_word(declared, difference):
    for reason, text, field in (("mystery", "x", "reason"), ("theft", " ", "text")):
        with pytest.raises(Refused) as no:
            actions.explain(declared.clerk, difference_id=difference.pk, reason=reason, text=text)
        assert no.value.field == field
    with pytest.raises(Refused) as no:
        actions.close(declared.planner, difference_id=difference.pk, excused=True)
    assert no.value.field == "text"


def test_an_objection_that_is_upheld_excuses_the_difference(declared, difference):
    made = actions.object_to(
        declared.clerk,
        party_id=declared.ids["D1"],
        about="difference",
        about_id=difference.pk,
        text="到货单漏记 2 件",
    )
    row = Objection.objects.unscoped("test").get(pk=made)
    assert (row.side, row.subject, row.due_on) == ("distributor", "KD-202608-0001 P1", date(2026, 8, 13))
    with pytest.raises(Refused) as no:
        actions.object_to(
            declared.planner, party_id=declared.ids["D1"], about="difference", about_id=difference.pk, text="x"
        )
    assert no.value.code == "open"
    actions.say(declared.planner, objection_id=made, text="请补送货单")
    with pytest.raises(Forbidden):
        actions.rule(declared.clerk, objection_id=made, verdict="upheld", answer="x")
    actions.rule(declared.director, objection_id=made, verdict="upheld", answer="送货单已核实")
    assert (again(difference).state, difference.excused) == ("closed", True)
    assert again(row).state == "upheld"
    with pytest.raises(Refused):
        actions.say(declared.clerk, objection_id=made, text="x")
    assert Entry.objects.filter(name="channel.objection_ruled").count() == 1


def test_nobody_rules_on_what_he_objects_to_and_only_the_side_takes_it_back(declared, difference):
    made = actions.object_to(
        declared.director, party_id=declared.ids["D1"], about="difference", about_id=difference.pk, text="x"
    )
    with pytest.raises(Refused) as no:
        actions.rule(declared.director, objection_id=made, verdict="upheld", answer="x")
    assert no.value.code == "four_eyes"
    with pytest.raises(Refused) as no:
        actions.withdraw(declared.clerk, objection_id=made)
    assert no.value.code == "side"
    actions.withdraw(declared.planner, objection_id=made)
    assert Objection.objects.unscoped("test").get().state == "withdrawn"
    assert again(difference).state == "open"


def test_sales_are_objected_to_by_name(declared):
    with pytest.raises(Refused) as no:
        actions.object_to(declared.planner, party_id=declared.ids["D1"], about="sales", text="x")
    assert no.value.field == "subject"
    actions.object_to(declared.planner, party_id=declared.ids["D1"], about="sales", subject="R1", text="x")
    assert queries.waiting(declared.clerk, date(2026, 8, 20)).objections == 1


def test_a_spot_count_is_drawn_again_by_its_seed_and_compared_with_what_must_be_there(declared):
    actions.accept(declared.planner, declaration_id=declared.declaration_id)
    made = actions.draw(declared.planner, declaration_id=declared.declaration_id, size=3, duty="Zhao", seed="s1")
    (line,) = queries.sample_lines(SYSTEM, queries.sample_row(SYSTEM, made))
    assert (line.declared, line.unit_minor, line.weight_minor) == (100, 100_00, 100 * 100_00)
    declared.today(date(2026, 8, 6))
    declared.receive(20, on=date(2026, 8, 5))
    declared.sell(declared.sale(15, on="2026-08-05", document="R8"))
    assert actions.count(declared.planner, sample_id=made, counts=[actions.SpotIn(line.pk, 101)]) == 0
    row = queries.sample_row(SYSTEM, made)
    (line,) = queries.sample_lines(SYSTEM, row)
    assert (row.state, queries.expected(line), queries.off(line)) == ("checked", 105, -4)
    with pytest.raises(Refused):
        actions.count(declared.planner, sample_id=made, counts=[])
    twice = actions.draw(declared.planner, declaration_id=declared.declaration_id, size=3, seed="s1")
    assert [each.product_id for each in queries.sample_lines(SYSTEM, queries.sample_row(SYSTEM, twice))] == [
        line.product_id
    ]


def test_a_distributor_counts_with_photographs(declared, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    made = actions.draw(declared.planner, declaration_id=declared.declaration_id)
    (line,) = queries.sample_lines(SYSTEM, queries.sample_row(SYSTEM, made))
    with pytest.raises(Refused) as no:
        actions.count(declared.clerk, sample_id=made, counts=[actions.SpotIn(line.pk, 100)])
    assert no.value.field == "file_id"
    photo = shelf.store(declared.clerk, name="a.jpg", chunks=[b"x"], purpose="channel", party_id=declared.ids["D1"])
    stranger = shelf.store(SYSTEM, name="b.jpg", chunks=[b"y"], purpose="channel", party_id=declared.ids["D2"])
    with pytest.raises(Missing):
        actions.count(declared.clerk, sample_id=made, counts=[actions.SpotIn(line.pk, 100, stranger.pk)])
    assert actions.count(declared.clerk, sample_id=made, counts=[actions.SpotIn(line.pk, 100, photo.pk)]) == 0
    duty = actions.draw(declared.planner, declaration_id=declared.declaration_id, duty="zhao")
    with pytest.raises(Refused) as no:
        actions.count(declared.clerk, sample_id=duty, counts=[])
    assert no.value.code == "duty"


def test_an_objection_upheld_annuls_a_spot_count(declared):
    made = actions.draw(declared.planner, declaration_id=declared.declaration_id, duty="zhao")
    (line,) = queries.sample_lines(SYSTEM, queries.sample_row(SYSTEM, made))
    actions.count(declared.planner, sample_id=made, counts=[actions.SpotIn(line.pk, 1)])
    objection = actions.object_to(
        declared.clerk, party_id=declared.ids["D1"], about="sample", about_id=made, text="看错仓位"
    )
    actions.rule(declared.director, objection_id=objection, verdict="upheld", answer="是")
    assert Sample.objects.unscoped("test").get().state == "annulled"


def test_limits_of_a_spot_count(shop):
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    with pytest.raises(Refused) as no:
        actions.draw(shop.planner, declaration_id=made)
    assert no.value.code == "state"
    actions.fill(shop.clerk, declaration_id=made, counts=[actions.CountedIn("P1", 180)])
    actions.submit(shop.clerk, declaration_id=made)
    with pytest.raises(Refused) as no:
        actions.draw(shop.planner, declaration_id=made, size=51)
    assert no.value.field == "size"
    sample = actions.draw(shop.planner, declaration_id=made, duty="x")
    (line,) = queries.sample_lines(SYSTEM, queries.sample_row(SYSTEM, sample))
    for counts, field in (
        ([actions.SpotIn(line.pk + 1, 1)], "line_id"),
        ([actions.SpotIn(line.pk, -1)], "counted"),
    ):
        with pytest.raises(Refused) as no:
            actions.count(shop.planner, sample_id=sample, counts=counts)
        assert no.value.field == field


def test_a_stranger_sees_and_does_nothing(declared, difference):
    sample = actions.draw(declared.planner, declaration_id=declared.declaration_id)
    objection = actions.object_to(
        declared.clerk, party_id=declared.ids["D1"], about="difference", about_id=difference.pk, text="x"
    )
    other, mine = declared.other, declared.ids["D1"]
    for verb, inputs in (
        (actions.explain, {"difference_id": difference.pk, "reason": "theft", "text": "x"}),
        (actions.object_to, {"party_id": mine, "about": "sales", "subject": "x", "text": "x"}),
        (
            actions.object_to,
            {"party_id": declared.ids["D2"], "about": "difference", "about_id": difference.pk, "text": "x"},
        ),
        (actions.say, {"objection_id": objection, "text": "x"}),
        (actions.withdraw, {"objection_id": objection}),
        (actions.count, {"sample_id": sample, "counts": []}),
    ):
        with pytest.raises(Missing):
            verb(other, **inputs)
    for rows in (queries.differences(other), queries.objections(other), queries.samples(other)):
        assert not rows
    waits = queries.waiting(other, date(2026, 9, 30))
    assert (waits.differences, waits.old, waits.objections, waits.samples) == (0, 0, 0, 0)
