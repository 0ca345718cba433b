"""The trust grade of what a distributor reports: every part moves when what it judges goes wrong, and says in which rows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gongying.areas.channel import actions, jobs, queries
from gongying.areas.channel.models import Difference, TrustGrade
from gongying.core.actor import SYSTEM
from gongying.core.jobs import queue
from gongying.core.journal.models import Entry
from gongying.core.policies import actions as policies
from gongying.core.refusal import Forbidden, Missing, Refused
from gongying.core.ui import badges

pytestmark = pytest.mark.django_db
LATER = date(2026, 8, 12)


def parts(shop, month="2026-07", on=LATER):
    found = queries.weighed(shop.ids["D1"], month, on)
    return {part.code: part for part in found.whole.parts}


def test_an_honest_month_is_an_a(shop):
    shop.sell(shop.sale(75, on="2026-07-30", document="R1", outlet="西湖店"))
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    actions.fill(shop.clerk, declaration_id=made, counts=[actions.CountedIn("P1", 105)])
    actions.submit(shop.clerk, declaration_id=made)
    shop.today(LATER)
    assert actions.grade(shop.planner, party_id=shop.ids["D1"], month="2026-07") == "A"
    row = TrustGrade.objects.unscoped("test").get(feed="")
    assert (row.score, row.policy_hash) == (Decimal("100.0"), "")
    assert {each.feed: each.grade for each in TrustGrade.objects.unscoped("test")} == {
        "": "A",
        "stock": "A",
        "sales": "A",
    }


def test_a_part_says_what_was_seen_and_where(declared):
    found = parts(declared)
    identity = found["identity"]
    assert identity.score == Decimal("88.9"), "2 of 180 pieces, nothing is left at 10 %"
    assert [(each.name, each.value, each.of) for each in identity.seen] == [("units_apart", 2, 180)]
    assert identity.rows == (f"declaration|{declared.declaration_id}|KD-202608-0001 P1",)


def test_a_difference_that_is_excused_does_not_weigh(declared):
    row = Difference.objects.unscoped("test").get()
    actions.close(declared.planner, difference_id=row.pk, excused=True, text="送货单已核实")
    assert parts(declared)["identity"].score == Decimal("100.0")


def test_a_declaration_that_is_late_or_never_comes_weighs_on_two_parts(shop):
    shop.sell(shop.sale(75, on="2026-07-30", document="R1", outlet="西湖店"))
    missing = parts(shop)
    assert missing["completeness"].seen[0].value == 0
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    actions.fill(shop.clerk, declaration_id=made, counts=[actions.CountedIn("P1", 105)])
    shop.today(date(2026, 8, 8))
    actions.submit(shop.clerk, declaration_id=made)
    late = queries.weighed(shop.ids["D1"], "2026-07", LATER).feeds["stock"]
    of = {part.code: part for part in late.parts}
    assert of["timeliness"].score == Decimal("80.0"), "three of fifteen days"
    assert of["completeness"].score == Decimal("100.0")
    assert missing["completeness"].score < parts(shop)["completeness"].score


def test_lines_left_uncounted_weigh_on_completeness(shop):
    shop.receive(10, product="P2")
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    actions.fill(shop.clerk, declaration_id=made, counts=[actions.CountedIn("P1", 180)])
    assert actions.submit(shop.clerk, declaration_id=made).uncounted == 1
    of = {part.code: part for part in queries.weighed(shop.ids["D1"], "2026-07", LATER).feeds["stock"].parts}
    assert of["completeness"].score == Decimal("50.0")


def test_sales_that_name_nobody_and_sales_without_receipt(shop):
    shop.sell(
        shop.sale(100, on="2026-07-30", document="R1"),
        shop.sale(20, on="2026-07-30", document="R2", product="P2", outlet="x"),
    )
    found = parts(shop, on=date(2026, 8, 3))
    named = next(each for each in found["completeness"].seen if each.name == "lines_named")
    assert (named.value, named.of) == (1, 2)
    bare = found["receipts"]
    assert [(each.value, each.of) for each in bare.seen] == [(20, 120)], "P2 was never there"
    assert bare.score == Decimal("16.7"), "a sixth, nothing is left at a fifth"
    assert bare.rows == ("product|P2|P2: 20",)


def test_an_impossible_jump(shop):
    for month, units in ((3, 10), (4, 12), (5, 11), (7, 150)):
        shop.sell(shop.sale(units, on=f"2026-{month:02d}-20", document=f"R{month}", outlet="x"))
    found = parts(shop)["jumps"]
    assert found.rows == ("product|P1|P1: 11 → 150",)
    assert found.score == Decimal("0.0")


def test_sales_entered_late_and_history_that_is_not_judged(shop):
    shop.sell(shop.sale(5, on="2026-07-01", document="R1", outlet="x"))
    late = parts(shop)["timeliness"]
    assert next(each for each in late.seen if each.name == "lines_late").value == 1
    shop.today(date(2026, 12, 20))
    shop.sell(shop.sale(5, on="2026-06-01", document="R0", outlet="x"))
    old = queries.weighed(shop.ids["D1"], "2026-06", LATER).feeds["sales"]
    assert next(part for part in old.parts if part.code == "timeliness").score is None


def test_a_spot_count_weighs_by_worth(declared):
    sample = actions.draw(declared.planner, declaration_id=declared.declaration_id, duty="zhao")
    (line,) = queries.sample_lines(SYSTEM, queries.sample_row(SYSTEM, sample))
    actions.count(declared.planner, sample_id=sample, counts=[actions.SpotIn(line.pk, 95)])
    found = parts(declared)["spot"]
    assert found.score == Decimal("50.0"), "5 of 100, nothing is left at 10 %"
    assert found.rows == (f"sample|{sample}|CP-202608-0001 P1",)


def test_digit_tests_are_a_hint_of_at_most_one_grade(shop):
    for n in range(60):
        shop.sell(shop.sale(10, on="2026-07-30", document=f"R{n}", amount=f"{500 + n}", outlet="x"))
        shop.sell(shop.sale(10, on="2026-06-30", document=f"Q{n}", amount=f"{500 + n}", outlet="x"))
    found = queries.weighed(shop.ids["D1"], "2026-07", LATER)
    assert [(hint.test.which, hint.odd, hint.points) for hint in found.hints] == [
        ("first", True, Decimal("2.5")),
        ("last", True, Decimal("2.5")),
    ]
    assert 0 < found.whole.hint <= 5


def test_the_policy_weighs(declared):
    version = policies.draft(
        SYSTEM, kind="channel.trust", key="trust", title="信任", document={"identity_zero": "0.02"},
        effective_from=date(2026, 1, 1),
    )  # fmt: skip
    digest = policies.publish(SYSTEM, version_id=version)
    assert parts(declared)["identity"].score == Decimal("44.4")
    assert queries.weighed(declared.ids["D1"], "2026-07", LATER).policy_hash == digest


@pytest.mark.parametrize(
    "document",
    [
        {"cut_offs": [80, 90, 65, 50]},
        dict.fromkeys(("completeness", "timeliness", "identity", "jumps", "receipts", "spot"), 0),
    ],
)
def test_a_policy_that_says_nothing_is_not_taken(db, document):
    with pytest.raises(Refused):
        policies.draft(
            SYSTEM, kind="channel.trust", key="trust", title="x", document=document, effective_from=date(2026, 1, 1)
        )


def test_trust_is_what_is_kept_or_weighed_on_demand(declared):
    declared.today(LATER)
    now = queries.trust(declared.clerk, party_id=declared.ids["D1"], on=LATER)
    assert (now.month, TrustGrade.objects.unscoped("test").count()) == ("2026-07", 0)
    actions.grade(declared.planner, party_id=declared.ids["D1"], month="2026-07")
    kept = queries.trust(declared.clerk, party_id=declared.ids["D1"], on=LATER)
    assert (kept.grade, kept.score, kept.feeds) == (now.grade, now.score, now.feeds)
    assert [(p.code, p.score, p.seen, p.rows) for p in kept.parts] == [
        (p.code, p.score, p.seen, p.rows) for p in now.parts
    ]
    actions.grade(declared.planner, party_id=declared.ids["D1"], month="2026-07")
    assert Entry.objects.filter(name="channel.graded").count() == 1, "told when it changes"


def test_only_a_month_that_is_over_is_graded(shop):
    for month in ("2026-08", "2026Q3"):
        with pytest.raises(Refused):
            actions.grade(shop.planner, party_id=shop.ids["D1"], month=month)


def test_a_stranger_sees_no_grade(declared):
    with pytest.raises(Missing):
        queries.trust(declared.other, party_id=declared.ids["D1"], on=LATER)
    with pytest.raises(Forbidden):
        actions.grade(declared.clerk, party_id=declared.ids["D1"], month="2026-07")
    actions.grade(declared.planner, party_id=declared.ids["D1"], month="2026-07")
    assert not queries.grades(declared.other)


def test_what_a_stranger_does_changes_no_grade(declared):
    before = queries.weighed(declared.ids["D1"], "2026-07", LATER)
    declared.sell(declared.sale(999, document="R1", outlet="x"), party="D2")
    declared.counted(5, party="D2", on=date(2026, 7, 31))
    assert queries.weighed(declared.ids["D1"], "2026-07", LATER) == before


def test_the_grade_stands_beside_the_distributor_wherever_he_is_shown(declared):
    declared.today(LATER)
    assert badges.of(declared.planner, "party", declared.ids["D1"]) == []
    actions.grade(declared.planner, party_id=declared.ids["D1"], month="2026-07")
    (badge,) = badges.of(declared.planner, "party", declared.ids["D1"])
    assert badge.href == f"/channel/trust/{declared.ids['D1']}/"
    assert str(badge.text).endswith(TrustGrade.objects.unscoped("test").get(feed="").grade)
    assert badges.of(declared.other, "party", declared.ids["D1"]) == []


def test_a_month_is_graded_for_everybody_in_the_background(declared):
    declared.today(LATER)
    job = queue.run(queue.start(SYSTEM, "channel.grade_month", title="x"))
    assert (job.state, job.result["month"]) == ("done", "2026-07"), job.error
    assert TrustGrade.objects.unscoped("test").filter(feed="").count() == 1
    assert jobs.grade_month is not None


def test_reminders_are_sent_once_before_and_once_after(shop):
    shop.today(date(2026, 8, 1))
    assert actions.remind(shop.planner) == 0, "four days are left: not yet"
    shop.today(date(2026, 8, 3))
    assert actions.remind(shop.planner) == 1
    assert actions.remind(shop.planner) == 0
    shop.today(date(2026, 8, 7))
    assert actions.remind(shop.planner) == 1
    assert actions.remind(shop.planner, party_ids=[shop.ids["D2"]]) == 0
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    actions.fill(shop.clerk, declaration_id=made, counts=[actions.CountedIn("P1", 1)])
    actions.submit(shop.clerk, declaration_id=made)
    shop.today(date(2026, 8, 7) + timedelta(days=1))
    assert actions.remind(shop.planner) == 0
