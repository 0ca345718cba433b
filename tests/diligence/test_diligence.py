"""A file from its opening to the approved memo: papers, registries, statements, two raters, risks, four eyes, whose regions."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from examined import CODE, CRITERIA, DIRECTOR, FINANCE, OTHER, year

from gongying.areas.diligence import actions, queries
from gongying.areas.diligence.models import Dossier, Memo, Paper, Snapshot
from gongying.areas.diligence.rules import providers, register_provider
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db


def refused(code):
    return pytest.raises(Refused, check=lambda no: no.code == code)


def test_a_file_is_opened_once_with_a_sound_code(diligence):
    diligence.opened(subject="SQ-1")
    with refused("twice"):
        diligence.opened(subject="SQ-1")
    with refused("code"):
        diligence.opened(CODE[:-1] + "4")
    with pytest.raises(Refused):
        diligence.opened(region="NOWHERE")


def test_the_checklist_is_by_partner_and_region_and_papers_expire(diligence):
    papers = [
        {"code": "licence", "name": "执照", "expires": True, "warn_days": 30},
        {"code": "platform", "name": "平台", "types": ["online"]},
        {"code": "south", "name": "南方", "regions": ["HN"]},
    ]
    diligence.rules(papers=papers)
    row, rules = diligence.opened(), queries.rules(diligence.today)[0]
    assert [item.kind.code for item in queries.checklist(row, rules, diligence.today)] == ["licence"]
    south = diligence.opened(OTHER, "HN", partner_type="online")
    assert [item.kind.code for item in queries.checklist(south, rules, diligence.today)] == [
        "licence",
        "platform",
        "south",
    ]
    with pytest.raises(Refused) as no:
        actions.add_paper(FINANCE, dossier_id=row.pk, kind="licence", file_id=diligence.file())
    assert no.value.field == "expires_on"
    with refused("choice"):
        actions.add_paper(FINANCE, dossier_id=row.pk, kind="platform", file_id=diligence.file())

    def state(on):
        return queries.checklist(row, rules, on)[0].state

    until = diligence.today + timedelta(days=20)
    first = actions.add_paper(
        FINANCE, dossier_id=row.pk, kind="licence", file_id=diligence.file(), expires_on=until
    )
    assert state(diligence.today) == "received"
    actions.check_paper(DIRECTOR, dossier_id=row.pk, paper_id=first, verdict="verified")
    assert [state(until - timedelta(days=31)), state(diligence.today), state(until), state(until + timedelta(days=1))] == [
        "verified", "soon", "soon", "expired",
    ], "usable until the end of its last day"  # fmt: skip
    assert [paper.pk for paper in queries.expiring(DIRECTOR, diligence.today)] == [first]
    newer = actions.add_paper(
        FINANCE, dossier_id=row.pk, kind="licence", file_id=diligence.file(b"%PDF-2"), expires_on=date(2099, 1, 1)
    )
    assert Paper.objects.get(pk=first).state == "replaced"
    with pytest.raises(Missing):
        actions.check_paper(DIRECTOR, dossier_id=row.pk, paper_id=first, verdict="verified")
    with pytest.raises(Refused):
        actions.check_paper(DIRECTOR, dossier_id=row.pk, paper_id=newer, verdict="refused")
    assert len(Paper.objects.get(pk=newer).sha256) == 64


def test_a_registry_is_asked_again_and_what_changed_is_told(diligence):
    row = diligence.opened()
    with refused("evidence"):
        actions.record_check(FINANCE, dossier_id=row.pk, check="status", result={"status": "存续"})
    assert diligence.check(row, "status", status="存续", name="Blue Whale") == []
    assert diligence.check(row, "status", status="注销", name="Blue Whale") == ["status"]
    newest = queries.newest(row)["status"]
    assert newest.verdict == "bad"
    assert json.loads(newest.changes) == [["status", "存续", "注销"]]
    assert len({each.sha256 for each in queries.snapshots(row)}) == 2
    with refused("invalid"):
        diligence.check(row, "status", nonsense="1")


def test_a_snapshot_cannot_be_changed_even_by_hand(diligence):
    row = diligence.opened()
    diligence.check(row, "status", status="存续")
    for statement in ("UPDATE diligence_snapshot SET verdict = 'clear'", "DELETE FROM diligence_snapshot"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Snapshot.objects.count() == 1


def test_a_provider_answers_within_the_budget_of_the_file(diligence):
    class Paid:
        code, label, checks, cost_minor = "paid", "Paid", ("dishonest",), 15_000

        def ask(self, check, uscc, company):
            return {"entries": "0"}

    register_provider(Paid())
    try:
        row = diligence.opened()
        given = {"dossier_id": row.pk, "check": "dishonest", "provider": "paid"}
        actions.record_check(FINANCE, result=providers["paid"].ask("dishonest", row.uscc, row.company), **given)
        with refused("budget"):
            actions.record_check(FINANCE, result={"entries": "0"}, **given)
        with refused("choice"):
            actions.record_check(FINANCE, result={}, **(given | {"provider": "nobody"}))
    finally:
        providers.pop("paid")


def test_statements_that_do_not_hold_are_named_when_they_are_entered(diligence):
    row = diligence.opened()
    assert actions.enter_year(FINANCE, dossier_id=row.pk, year=2025, amounts=year()) == []
    wrong = year() | {"total_assets": year()["cash"]}
    assert actions.enter_year(FINANCE, dossier_id=row.pk, year=2025, amounts=wrong) == ["sum", "balance"]
    for lines, code in (({"goodwill": 1}, "line"), ({"inventory": -1}, "amount")):
        with refused(code):
            actions.enter_year(FINANCE, dossier_id=row.pk, year=2025, amounts=lines)
    for back in (2024, 2023):
        actions.enter_year(FINANCE, dossier_id=row.pk, year=back, amounts=year())
    with refused("years"):
        actions.enter_year(FINANCE, dossier_id=row.pk, year=2022, amounts=year())


def test_the_computed_sheet_explains_itself_and_says_the_same_twice(diligence):
    row = diligence.opened()
    for back, lines in ((2025, year()), (2024, year(revenue=30_000_000))):
        actions.enter_year(FINANCE, dossier_id=row.pk, year=back, amounts=lines)
    rules = queries.rules(diligence.today)[0]
    found, again = queries.sheet(row, rules), queries.sheet(row, rules)
    assert found == again
    assert found.years == (2025, 2024)
    assert found.score.zone == "safe"
    assert round(float(found.ratios[2025]["dso"].value), 1) == 30.4
    assert sum(part for _code, part in found.bridges[0][2].parts) == found.bridges[0][2].change
    assert found.stressed[0].outcome.shock.code == "base"
    assert queries.sheet(row, rules, seed=99).seed == 99
    assert all(peer.found is None for peer in found.peers), "nobody to compare with"
    for n in range(5):
        other = Dossier.objects.create(
            number=f"JD-X{n}", company="x", uscc=f"X{n}", partner_type="distributor", region=row.region, opened_by="x",
            opened_on=diligence.today,
        )  # fmt: skip
        other.years.create(year=2025, lines=json.dumps(year(cash=1_000_000 * (n + 1))), entered_by="x")
    peer = next(each for each in queries.sheet(row, rules).peers if each.code == "current")
    assert (peer.count, peer.quarter) == (5, 2)


def test_two_people_rate_blindly_and_talk_when_they_are_apart(diligence):
    row, rules = diligence.opened(), queries.rules(diligence.today)[0]
    with refused("level"):
        actions.rate(DIRECTOR, dossier_id=row.pk, levels={}, evidence={})
    with refused("evidence"):
        actions.rate(DIRECTOR, dossier_id=row.pk, levels=dict.fromkeys(CRITERIA, 3), evidence={})
    diligence.rated(row, DIRECTOR, 4, market=5)
    diligence.rated(row, FINANCE, 4, market=2)
    with refused("two"):
        diligence.rated(row, diligence.person("admin").actor)
    marks, agreement = queries.rated(row, rules, queries.sheet(row, rules))
    by_code = {each.criterion.code: each for each in marks}
    assert by_code["market"].apart
    assert by_code["market"].level is None
    assert by_code["people"].level == 4
    assert [talk.name for talk in agreement.talks] == ["market"]
    given = {"dossier_id": row.pk, "criterion": "market", "text": "seen the outlets together"}
    with refused("level"):
        actions.agree(DIRECTOR, level=1, **given)
    with refused("rater"):
        actions.agree(diligence.person("director", key="2").actor, level=3, **given)
    actions.agree(DIRECTOR, level=3, **given)
    marks, _agreement = queries.rated(row, rules, queries.sheet(row, rules))
    assert next(each.level for each in marks if each.criterion.code == "market") == 3


def test_what_lacks_is_named_until_a_second_person_approves(diligence):
    row = diligence.opened()
    with refused("papers"):
        diligence.propose(row)
    diligence.whole(row)
    made = diligence.propose(row, deposit_minor=90_000_00, limit_minor=300_000_00)
    held = Memo.objects.get(pk=made)
    figures = queries.figures_of(held)
    assert Decimal(figures["score"]) >= Decimal("3.5")
    assert figures["zones"]["altman"] == "safe"
    assert set(figures["stress"]) == {"base", "demand_20", "demand_40", "price_10", "late_30", "together"}
    assert len(figures["papers"]) == 7
    with refused("state"):
        diligence.rated(row, DIRECTOR)
    with refused("same"):
        actions.decide(FINANCE, memo_id=made, approve=True)
    with pytest.raises(Refused):
        actions.decide(DIRECTOR, memo_id=made, approve=False)
    assert actions.decide(DIRECTOR, memo_id=made, approve=False, answer="ask about the customer") == ""
    again = diligence.propose(row)
    assert actions.decide(DIRECTOR, memo_id=again, approve=True) == "accepted"
    assert queries.approved(row).pk == again
    with refused("state"):
        diligence.propose(row)
    with pytest.raises(Forbidden):
        actions.decide(diligence.person("finance").actor, memo_id=again, approve=True)


def test_a_bad_registry_a_grave_risk_and_old_answers_stop_acceptance(diligence):
    row = diligence.whole(diligence.opened())
    diligence.check(row, "dishonest", entries="1")
    with refused("bad"):
        diligence.propose(row)
    diligence.check(row, "dishonest", entries="0")
    risk = actions.add_risk(FINANCE, dossier_id=row.pk, category="legal", title="lawsuit", likelihood=5, impact=4)
    with refused("grave"):
        diligence.propose(row)
    with pytest.raises(Refused):
        actions.add_risk(
            FINANCE,
            dossier_id=row.pk,
            category="legal",
            title="lawsuit",
            likelihood=5,
            impact=4,
            likelihood_after=1,
        )
    more = {"likelihood": 5, "impact": 4, "likelihood_after": 2, "answer": "paid by escrow"}
    assert actions.add_risk(FINANCE, dossier_id=row.pk, category="legal", title="lawsuit", **more) == risk
    rules = queries.rules(diligence.today)[0]
    later = queries.standing(row, rules, diligence.today + timedelta(days=rules.recheck_days + 1))
    assert later.checks_missing == 5
    actions.drop_risk(FINANCE, dossier_id=row.pk, risk_id=risk)
    assert diligence.propose(row)


def test_an_interview_counts_when_a_second_person_signed_it_and_asks_about_gaps(diligence):
    row = diligence.opened()
    said = {"strategy": "a", "team": "b", "money": "c"}
    with pytest.raises(Refused):
        actions.interview(DIRECTOR, dossier_id=row.pk, held_on=diligence.today, sections={"team": "x"})
    made = actions.interview(DIRECTOR, dossier_id=row.pk, held_on=diligence.today, sections=said)
    with refused("same"):
        actions.sign(DIRECTOR, dossier_id=row.pk, interview_id=made)
    rules = queries.rules(diligence.today)[0]
    assert queries.standing(row, rules, diligence.today).interviews == 0
    actions.sign(FINANCE, dossier_id=row.pk, interview_id=made)
    assert queries.standing(row, rules, diligence.today).interviews == 1
    actions.enter_year(FINANCE, dossier_id=row.pk, year=2025, amounts=year(cash=1))
    assert {"papers", "wrong"} <= set(queries.gaps(row, rules, diligence.today, queries.sheet(row, rules)))


def test_the_order_of_companies_is_tried_with_other_weights(diligence):
    first = diligence.whole(diligence.opened(), 5)
    diligence.propose(first)
    second = diligence.whole(diligence.opened(OTHER), 3)
    rules = queries.rules(diligence.today)[0]
    marks, _agreement = queries.rated(second, rules, queries.sheet(second, rules))
    found = queries.weighed(second, rules, marks)
    assert found.compared == 2
    assert found.stability.order[0] == first.number
    assert found.stability.same_first == found.stability.tried
    assert found.entropy["finance"] < 1e-9, "where both are alike nothing is told apart"


def test_a_regional_manager_sees_and_works_his_own_regions_only(diligence):
    here, there = diligence.opened(), diligence.opened(OTHER, "HN")
    manager = diligence.person("regional", "region", "HD").actor
    assert [row.pk for row in queries.dossiers(manager)] == [here.pk]
    for verb, more in (
        (actions.enter_year, {"year": 2025, "amounts": year()}),
        (actions.add_risk, {"category": "legal", "title": "xxx", "likelihood": 1, "impact": 1}),
        (actions.propose, {"verdict": "rejected", "reason": "because of debts", "told": "no thanks"}),
    ):
        with pytest.raises(Missing):
            verb(manager, dossier_id=there.pk, **more)
    with pytest.raises(Refused):
        actions.open_file(manager, company="X Ltd", uscc=CODE, region="HN", partner_type="city")
    assert timezone.localdate() == diligence.today
