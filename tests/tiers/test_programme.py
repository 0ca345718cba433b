"""Criteria in groups, gates, soft landing, protection, the calendar, benefits, the way up, simulation; old documents keep their hash."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from gongying.areas.tiers import actions, queries
from gongying.areas.tiers.models import Announcement, Entitlement, Review, Simulation
from gongying.areas.tiers.rules import TierProgramme, dues, lint
from gongying.books.metrics.read import METRICS
from gongying.books.stock import post as stock
from gongying.books.trade import post as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action, permissions
from gongying.core.doors.registry import ACTIONS
from gongying.core.journal.models import Entry
from gongying.core.policies import actions as policies
from gongying.core.policies import forms
from gongying.core.policies.kinds import canonical
from gongying.core.refusal import Missing, Refused
from gongying.engines import chain
from gongying.engines.criteria import Group, Need
from gongying.engines.levels import Level

DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
OLD = (
    '{"currency":"CNY","grace_months":6,"levels":[{"benefits":[{"name":"账期 30 天","name_en":"30 days"}],"code":"bronze",'
    '"name":"铜牌","name_en":"","needs":[{"at_least":"1000","metric":"sell_in"}]}],"period":"year"}'
)
FUND = {"kind": "fund", "name": "推广基金", "key": "promo", "amount": "5000"}
SEATS = {"kind": "seats", "name": "培训", "count": 3, "value": "900"}
BRONZE = {
    "code": "bronze",
    "name": "铜牌",
    "needs": [{"metric": "sell_in", "at_least": "1000"}],
    "benefits": [{"name": "账期", "value": "100"}],
}
GOLD = {
    "code": "gold",
    "name": "金牌",
    "needs": [{"metric": "sell_in", "at_least": "3000"}],
    "benefits": [FUND, SEATS],
}
TOP = {"code": "top", "name": "钻石", "needs": [{"metric": "sell_in", "at_least": "9000"}], "benefits": [FUND]}


@action(needs="tests.shelf", roles=("admin",), name="tests.shelf", exposed=False)
def _shelf(actor: Actor, *, party_id: int, product_id: int, stocked: int, sold: int) -> None:
    """A declared stock, and what went out of it."""
    stock.counts(actor, [stock.CountIn(party_id, product_id, date(2026, 12, 1), stocked)], source="test")
    out = trade.LineIn("sell_out", date(2026, 12, 10), party_id, product_id, sold, "CNY", sold * 100, 0, "OUT")
    trade.lines(actor, [out], source="test")


ACTIONS.pop("tests.shelf", None)


def draft(levels=(BRONZE, GOLD, TOP), start=date(2025, 1, 1), **more):
    return policies.draft(
        SYSTEM, kind="tiers.programme", key="tiers", title="等级", document={"levels": list(levels)} | more, effective_from=start
    )  # fmt: skip


def publish(levels=(BRONZE, GOLD, TOP), start=date(2025, 1, 1), **more):
    version = draft(levels, start, **more)
    actions.simulate(SYSTEM, version_id=version, period="2026", as_of=date(2026, 12, 31))
    policies.publish(SYSTEM, version_id=version)
    return version


def reviewed(period, as_of):
    done = actions.review(SYSTEM, programme="tiers", period=period, as_of=as_of)
    if done.review_id:
        actions.approve(DIRECTOR, review_id=done.review_id)
    return done


def level(network, code="D1", at=date(2030, 1, 1)):
    found = queries.current(SYSTEM, at).get(network.ids[code])
    return (found.level, found.reason) if found else None


def owner(network, code="D1"):
    may = frozenset(n for n, roles in permissions().items() if "owner" in roles)
    return Actor(f"owner-{code}", 1, "owner", may, frozenset({network.ids[code]}))


def test_a_document_from_before_groups_and_gates_keeps_its_text_and_its_hash():
    """C125: what was published names its hash on statements; a schema that grew must read it and say it alike."""
    text, digest = canonical(TierProgramme.model_validate_json(OLD))
    assert text == OLD
    assert digest == chain.digest(json.loads(OLD))
    again = TierProgramme.model_validate(
        json.loads(OLD) | {"gates": [], "soft_landing": False, "cover_weeks": None}
    )
    assert canonical(again)[1] == digest
    fuller = TierProgramme.model_validate(json.loads(OLD) | {"soft_landing": True})
    assert canonical(fuller)[1] != digest


def test_an_old_document_goes_through_the_form_untouched():
    held = json.loads(OLD)
    typed = forms.shown("tiers.programme", held)
    assert typed["needs"] == [{"level": "bronze", "group": "", "metric": "sell_in", "at_least": "1000"}]
    back = forms.document("tiers.programme", typed, held)
    forms.check("tiers.programme", back)
    assert canonical(TierProgramme.model_validate(back))[0] == OLD


def test_the_form_writes_groups_and_names_the_row_that_is_wrong():
    held = json.loads(OLD)
    typed = forms.shown("tiers.programme", held)
    typed["levels"].append({"code": "gold", "name": "金牌", "name_en": ""})
    need = {"level": "gold", "group": "g", "metric": "sell_in", "at_least": "5000"}
    typed["needs"] += [need, need | {"metric": "coverage", "at_least": "0.8"}]
    typed["groups"] = [{"level": "gold", "code": "g", "hold": "1", "inside": ""}]
    made = TierProgramme.model_validate(forms.document("tiers.programme", typed, held))
    assert made.ladder()[1] == Level(
        "gold", (Group((Need("sell_in", Decimal(5000)), Need("coverage", Decimal("0.8"))), 1, "g"),)
    )
    typed["needs"][2]["at_least"] = "-1"
    with pytest.raises(Refused) as no:
        forms.check("tiers.programme", forms.document("tiers.programme", typed, held))
    assert no.value.field == "needs.2.at_least"
    typed["needs"][2] |= {"level": "silver", "at_least": "1"}
    with pytest.raises(Refused) as no:
        forms.document("tiers.programme", typed, held)
    assert (no.value.code, no.value.field) == ("choice", "needs.2.level")


@pytest.mark.parametrize(
    ("groups", "group"),
    [
        ([{"code": "a", "inside": "b"}, {"code": "b", "inside": "a"}], "a"),
        ([{"code": "a", "hold": 3}], "a"),
        ([{"code": "a"}], "z"),
        ([{"code": n, "inside": i} for n, i in ("a ", "ba", "cb", "dc")], "d"),
    ],
)
def test_a_tree_that_is_none_is_refused(groups, group):
    rows = [{k: v.strip() if isinstance(v, str) else v for k, v in row.items()} for row in groups]
    step = BRONZE | {"groups": rows, "needs": [{"metric": "sell_in", "at_least": "1", "group": group}]}
    with pytest.raises(ValueError, match=r"deep|hold more|no such group"):
        TierProgramme.model_validate({"levels": [step]})


def test_the_linter_knows_that_a_way_around_the_level_below_is_open():
    either = {
        "needs": [
            {"metric": "sell_in", "at_least": "5000", "group": "g"},
            {"metric": "coverage", "at_least": "1", "group": "g"},
        ]
    }
    around = GOLD | either | {"groups": [{"code": "g", "hold": 1}]}
    codes = {finding.code for finding in lint(TierProgramme.model_validate({"levels": [BRONZE, around]}), METRICS)}
    assert "falling" in codes
    gate = {"gates": [{"metric": "charm", "at_most": "1", "cap": "bronze"}]}
    found = lint(TierProgramme.model_validate({"levels": [BRONZE]} | gate), METRICS)
    assert [f.where for f in found if f.code == "unknown_figure"] == ["charm"]


@pytest.mark.django_db
def test_either_of_two_ways_leads_up_and_a_gate_holds_down(network):
    """C125: all of, any of; and while a figure is too high the level is capped, and says so."""
    wide = GOLD | {
        "needs": [
            {"metric": "sell_in", "at_least": "1000"},
            {"metric": "sell_in", "at_least": "9000", "group": "g"},
            {"metric": "coverage", "at_least": "1", "group": "g"},
        ],
        "groups": [{"code": "g", "hold": 1}],
    }
    publish([BRONZE, wide], gates=[{"metric": "returns_rate", "at_most": "0.1", "cap": "bronze"}])
    network.sell(
        network.line(yuan=1500), network.line(yuan=10, doc="A2", product="P2"),
        network.line("D2", 12000, doc="B1"), network.line("D2", -2000, doc="B2", qty=-1),
    )  # fmt: skip
    reviewed("2026", date(2026, 12, 31))
    assert level(network) == ("gold", "first")
    assert level(network, "D2") == ("bronze", "first")
    row = queries.current(SYSTEM, date(2030, 1, 1))[network.ids["D2"]]
    view = queries.explained(row)
    assert [(b.unit, b.value > b.at_most, b.cap) for b in view.barriers] == [("ratio", True, "铜牌")]
    assert view.placement.reached == "gold"
    nodes = queries.explained(queries.current(SYSTEM, date(2030, 1, 1))[network.ids["D1"]]).nodes(1)
    assert [(n.depth, n.gap is None, n.met) for n in nodes] == [(0, False, True), (0, True, True), (1, False, False), (1, False, True)]  # fmt: skip


@pytest.mark.django_db
def test_a_soft_landing_falls_one_level_a_period(network):
    publish(grace_months=0, soft_landing=True)
    network.sell(network.line(yuan=9500, on=date(2025, 6, 1)), network.line(yuan=1, doc="A2", on=date(2026, 6, 1)))
    reviewed("2025", date(2025, 12, 31))
    assert level(network) == ("top", "first")
    reviewed("2026", date(2026, 12, 31))
    assert level(network) == ("gold", "down")
    assert reviewed("2026", date(2027, 1, 5)).review_id is None, "again for the period: nothing falls twice"
    network.sell(network.line(yuan=2, doc="A3", on=date(2026, 7, 1)))
    reviewed("2026", date(2027, 1, 6))
    assert level(network) == ("gold", "soft")
    reviewed("2027", date(2027, 12, 31))
    assert level(network) == ("bronze", "down")


@pytest.mark.django_db
def test_who_is_new_is_not_lowered(network):
    from gongying.books.parties.models import Party

    publish(grace_months=0, protect_months=24)
    network.sell(
        network.line(yuan=2000, on=date(2025, 6, 1)), network.line("D2", 2000, doc="B1", on=date(2025, 6, 1))
    )
    Party.objects.unscoped("test").filter(code="D1").update(opened_on=date(2025, 5, 1))
    reviewed("2025", date(2025, 12, 31))
    reviewed("2026", date(2026, 12, 31))
    assert level(network) == ("bronze", "new")
    assert level(network, "D2") == ("", "down")


def test_the_calendar_says_when_reviews_fall_due():
    document = TierProgramme.model_validate(
        {"levels": [BRONZE], "review_after_days": 20, "interim": "quarter", "announce_days": 14}
    )
    found = [
        (due.on, due.period, due.interim, due.announced_on)
        for due in dues(document, date(2026, 1, 1), date(2026, 12, 31))
    ]
    assert found == [
        (date(2026, 1, 20), "2025", False, date(2026, 1, 6)),
        (date(2026, 4, 20), "2026", True, date(2026, 4, 6)),
        (date(2026, 7, 20), "2026", True, date(2026, 7, 6)),
        (date(2026, 10, 20), "2026", True, date(2026, 10, 6)),
    ]
    assert dues(TierProgramme.model_validate({"levels": [BRONZE]}), date(2026, 1, 1), date(2026, 12, 31)) == []


@pytest.mark.django_db
def test_the_clock_announces_and_submits_each_review_once_and_an_interim_one_only_raises(network):
    publish(review_after_days=20, interim="quarter", announce_days=14, grace_months=0)
    network.sell(
        network.line(yuan=3500, on=date(2025, 6, 1)), network.line("D2", 1200, doc="B1", on=date(2026, 2, 1))
    )
    reviewed("2025", date(2026, 1, 25))
    assert actions.keep_calendar(SYSTEM, on=date(2026, 4, 6)).announced == 1
    assert actions.keep_calendar(SYSTEM, on=date(2026, 4, 7)).announced == 0
    assert Announcement.objects.get().due_on == date(2026, 4, 20)
    assert actions.keep_calendar(SYSTEM, on=date(2026, 4, 19)).submitted == []
    made = actions.keep_calendar(SYSTEM, on=date(2026, 4, 21)).submitted
    assert len(made) == 1
    assert actions.keep_calendar(SYSTEM, on=date(2026, 4, 22)).submitted == [], "it waits for a second person"
    actions.approve(DIRECTOR, review_id=Review.objects.get(number=made[0]).pk)
    assert actions.keep_calendar(SYSTEM, on=date(2026, 4, 23)).submitted == []
    assert level(network) == ("gold", "open"), "an interim review lowers nobody"
    assert level(network, "D2") == ("bronze", "first")
    assert Entry.objects.filter(name="tiers.review_announced").count() == 1


@pytest.mark.django_db
def test_levels_entitle_and_what_is_lost_says_because_of_what(network):
    """C131: a fund for each period; ended because a figure was so much of so much."""
    publish(grace_months=0, soft_landing=True)
    network.sell(
        network.line(yuan=3500, on=date(2025, 6, 1)), network.line(yuan=1200, doc="A2", on=date(2026, 6, 1))
    )
    reviewed("2025", date(2025, 12, 31))
    mine = owner(network)
    held = queries.entitled(mine, party_id=network.ids["D1"], on=date(2026, 1, 1))
    assert [(e.kind, e.key, e.period, e.value_minor) for e in held] == [
        ("seats", "", "2026", 900_00), ("fund", "promo", "2026", 5000_00),
    ]  # fmt: skip
    with pytest.raises(Missing):
        queries.entitled(owner(network, "D2"), party_id=network.ids["D1"], on=date(2026, 1, 1))
    reviewed("2026", date(2026, 12, 31))
    rows = queries.lines_of(queries.entitlements(mine, network.ids["D1"]), {"gold": "金牌", "bronze": "铜牌"})
    ended = {e.kind: e.because for e in rows if e.ended_on}
    assert set(ended) == {"fund", "seats"}
    for part in ("金牌", "铜牌", "1,200", "3,000"):
        assert part in ended["fund"]
    assert [e.kind for e in rows if not e.ended_on] == ["text"]
    told = {e.name for e in Entry.objects.all()}
    assert {"tiers.entitlements_granted", "tiers.entitlements_ended"} <= told
    with pytest.raises(DatabaseError), transaction.atomic():
        Entitlement.objects.unscoped("test").update(level="x")


@pytest.mark.django_db
def test_a_level_that_is_kept_gets_the_fund_of_the_next_period_and_keeps_the_rest(network):
    publish([BRONZE, GOLD | {"benefits": [FUND, {"name": "账期", "value": "300"}]}])
    network.sell(
        network.line(yuan=3500, on=date(2025, 6, 1)), network.line(yuan=3500, doc="A2", on=date(2026, 6, 1))
    )
    reviewed("2025", date(2025, 12, 31))
    reviewed("2026", date(2026, 12, 31))
    rows = queries.lines_of(queries.entitlements(SYSTEM, network.ids["D1"]), {})
    assert sorted((e.kind, e.period, e.ended_on) for e in rows if e.kind == "fund") == [
        ("fund", "2026", date(2026, 12, 31)), ("fund", "2027", None),
    ]  # fmt: skip
    assert [e.ended_on for e in rows if e.kind == "text"] == [None]


@pytest.mark.django_db
def test_the_way_up_names_cases_and_money_and_does_not_nudge_when_the_shelf_is_full(network):
    """C132: 'next n cases = +money' for whoever has room; plain words for whoever has not."""
    publish(cover_weeks="8")
    network.sell(network.line(yuan=1600, on=date(2026, 11, 1), product="P2", qty=16))  # 4 cases of 400
    view = queries.growth(owner(network), party_id=network.ids["D1"], on=date(2026, 12, 20))
    assert (view.name, view.cases, view.value_minor, view.loaded) == ("金牌", 4, 5800_00, False)
    assert view.cover_weeks is None
    assert [(g.metric, g.gap) for g in view.missing] == [("sell_in", 1400_00)]
    _shelf(SYSTEM, party_id=network.ids["D1"], product_id=network.skus["P2"], stocked=14, sold=2)
    view = queries.growth(owner(network), party_id=network.ids["D1"], on=date(2026, 12, 20))
    assert view.cover_weeks > 8
    assert (view.loaded, view.cases) == (True, None)
    with pytest.raises(Missing):
        queries.growth(owner(network, "D2"), party_id=network.ids["D1"], on=date(2026, 12, 20))


@pytest.mark.django_db
def test_a_draft_is_tried_on_the_whole_network_before_it_is_published(network):
    """C125: who moves and why, counts and money before and after; guarded by the very text."""
    publish(start=date(2025, 1, 1))
    network.sell(network.line(yuan=3500), network.line("D2", 1200, doc="B1"))
    reviewed("2026", date(2026, 12, 31))
    harder = [
        BRONZE | {"needs": [{"metric": "sell_in", "at_least": "1100"}]},
        GOLD | {"needs": [{"metric": "sell_in", "at_least": "4000"}]},
    ]
    version = draft(harder, date(2027, 1, 1))
    with pytest.raises(Refused) as no:
        policies.publish(SYSTEM, version_id=version)
    assert no.value.code == "not_simulated"
    row = queries.version_row(version)
    rows = {r.code: r for r in queries.simulated(SYSTEM, row, "2026", date(2026, 12, 31))}
    assert (rows["D1"].before, rows["D1"].after, rows["D1"].move, rows["D1"].change_minor) == (
        "gold",
        "bronze",
        -1,
        -5800_00,
    )
    assert "3,500" in rows["D1"].why
    assert "4,000" in rows["D1"].why
    assert (rows["D2"].before, rows["D2"].after, rows["D2"].move) == ("bronze", "bronze", 0)
    assert actions.simulate(DIRECTOR, version_id=version, period="2026", as_of=date(2026, 12, 31)) == 1
    kept = Simulation.objects.get(version_id=version)
    assert (kept.up, kept.down, kept.before_minor, kept.after_minor) == (0, 1, 6000_00, 200_00)
    policies.revise(SYSTEM, version_id=version, document={"levels": [BRONZE]})
    with pytest.raises(Refused) as no:
        policies.publish(SYSTEM, version_id=version)
    assert no.value.code == "not_simulated", "another text was tried"
    actions.simulate(SYSTEM, version_id=version, period="2026", as_of=date(2026, 12, 31))
    policies.publish(DIRECTOR, version_id=version)
    assert Entry.objects.filter(name="tiers.programme_simulated").count() == 3
