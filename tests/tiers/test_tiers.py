"""Levels by published rules: placed, kept for a while, approved by a second person, explained to the distributor."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from gongying.areas.tiers import actions, queries
from gongying.areas.tiers.models import Standing
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import permissions
from gongying.core.journal.models import Entry
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused
from gongying.engines.levels import Level, Need, decide, falling, place

DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
LEVELS = [
    {"code": "bronze", "name": "铜牌", "needs": [{"metric": "sell_in", "at_least": "1000"}], "benefits": [{"name": "账期 30 天"}]},
    {"code": "gold", "name": "金牌", "needs": [{"metric": "sell_in", "at_least": "5000"}, {"metric": "coverage", "at_least": "1"}], "benefits": [{"name": "账期 60 天"}]},
]  # fmt: skip


def publish(levels=LEVELS, grace=6, start=date(2025, 1, 1)):
    document = {"levels": levels, "grace_months": grace}
    version = policies.draft(
        SYSTEM, kind="tiers.programme", key="tiers", title="等级", document=document, effective_from=start
    )
    policies.publish(SYSTEM, version_id=version)


def reviewed(period="2026", as_of=date(2026, 12, 31), approve=True):
    done = actions.review(SYSTEM, programme="tiers", period=period, as_of=as_of)
    if approve and done.review_id:
        actions.approve(DIRECTOR, review_id=done.review_id)
    return done


def level_of(network, code, at=date(2027, 12, 31)):
    found = queries.current(SYSTEM, at).get(network.ids[code])
    return (found.level, found.reason) if found else None


def owner(network, code="D1"):
    may = frozenset(n for n, roles in permissions().items() if "owner" in roles)
    return Actor(f"owner-{code}", 1, "owner", may, frozenset({network.ids[code]}))


@pytest.mark.django_db
def test_a_level_needs_every_requirement_and_says_what_is_missing(network):
    publish()
    network.sell(
        network.line(yuan=6000), network.line("D2", 6000, doc="B1"), network.line("D2", 10, doc="B2", product="P2")
    )
    reviewed()
    assert level_of(network, "D1") == ("bronze", "first")
    assert level_of(network, "D2") == ("gold", "first")
    view = queries.standing(owner(network), party_id=network.ids["D1"], programme="tiers", on=date(2026, 12, 31))
    assert (view.level, view.next_name, view.benefits) == ("bronze", "金牌", ["账期 30 天"])
    assert [(gap.metric, gap.value, gap.gap) for gap in view.missing] == [
        ("coverage", Decimal("0.5"), Decimal("0.5"))
    ]
    assert (
        queries.standing(
            owner(network, "D2"), party_id=network.ids["D2"], programme="tiers", on=date(2026, 12, 31)
        ).missing
        == []
    )


@pytest.mark.django_db
def test_the_same_review_again_changes_nothing_and_new_sales_do(network):
    publish()
    network.sell(network.line(yuan=900))
    assert reviewed().review_id
    assert level_of(network, "D1") == ("", "none")
    assert reviewed().review_id is None
    network.sell(network.line(yuan=200, doc="A2"))
    assert reviewed().up == 1
    assert level_of(network, "D1") == ("bronze", "first")
    assert Entry.objects.filter(name="tiers.standings_granted").count() == 2


@pytest.mark.django_db
def test_a_level_is_kept_for_its_months_of_grace_and_then_lost(network):
    publish()
    network.sell(
        network.line(yuan=2000, on=date(2025, 6, 1)), network.line(yuan=100, doc="A2", on=date(2026, 1, 5))
    )
    reviewed("2025", date(2025, 12, 31))
    reviewed("2026", date(2026, 2, 1))
    assert level_of(network, "D1", date(2026, 2, 1)) == ("bronze", "grace")
    network.sell(network.line(yuan=1, doc="A3", on=date(2026, 7, 1)))
    reviewed("2026", date(2026, 8, 1))
    assert level_of(network, "D1") == ("", "down")
    assert level_of(network, "D1", date(2026, 3, 1)) == ("bronze", "grace")  # the past stays as it was


@pytest.mark.django_db
def test_two_people_decide_and_a_decided_review_is_closed(network):
    publish()
    network.sell(network.line(yuan=2000))
    done = reviewed(approve=False)
    assert level_of(network, "D1") is None
    for attempt, code in (
        (lambda: actions.approve(SYSTEM, review_id=done.review_id), "four_eyes"),
        (lambda: reviewed("2025", approve=False), "pending"),
    ):
        with pytest.raises(Refused) as no:
            attempt()
        assert no.value.code == code
    actions.reject(DIRECTOR, review_id=done.review_id)
    assert level_of(network, "D1") is None
    for verb in (actions.approve, actions.reject):
        with pytest.raises(Refused) as no:
            verb(DIRECTOR, review_id=done.review_id)
        assert no.value.code == "decided"


@pytest.mark.django_db
def test_a_stranger_finds_nothing_and_a_standing_cannot_be_changed(network):
    publish()
    network.sell(network.line(yuan=2000), network.line("D2", 2000, doc="B1"))
    reviewed()
    assert set(queries.current(owner(network), date(2027, 1, 1))) == {network.ids["D1"]}
    with pytest.raises(Missing):
        queries.standing(owner(network), party_id=network.ids["D2"], programme="tiers", on=date(2026, 12, 31))
    with pytest.raises(DatabaseError), transaction.atomic():
        Standing.objects.unscoped("test").update(level="gold")
    row = Standing.objects.unscoped("test").get(party_id=network.ids["D1"])
    assert json.loads(row.figures) == {"coverage": "0.5", "sell_in": "2000.00"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ([LEVELS[0], {**LEVELS[1], "needs": [{"metric": "sell_in", "at_least": "10"}]}], "falling"),
        ([{**LEVELS[0], "needs": [{"metric": "charm", "at_least": "1"}]}], "unknown_figure"),
    ],
)
def test_rules_that_cannot_stand_are_not_published(levels, code):
    with pytest.raises(Refused) as no:
        publish(levels)
    assert no.value.code == code


def test_a_programme_tells_its_levels_and_figures_apart():
    for levels in ([LEVELS[0], LEVELS[0]], [{**LEVELS[0], "needs": LEVELS[0]["needs"] * 2}]):
        with pytest.raises(ValueError, match=r"two levels|asks twice"):
            queries.TierProgramme.model_validate({"levels": levels})


amounts = st.decimals(0, 1000, places=2)


@given(st.lists(amounts, min_size=1, max_size=6).map(sorted), amounts, amounts)
def test_more_never_places_lower_and_one_level_holds(starts, low, more):
    levels = [Level(f"l{place}", (Need("x", start),)) for place, start in enumerate(starts)]
    assert falling(levels) == []
    first, second = place({"x": low}, levels), place({"x": low + more}, levels)
    assert (-1 if first.index is None else first.index) <= (-1 if second.index is None else second.index)
    assert (first.level == "") == (first.index is None)
    assert (second.index == len(levels) - 1) == (not second.missing)


@given(st.integers(0, 40), st.integers(0, 24))
def test_grace_is_counted_in_whole_months(days, grace):
    levels = [Level("gold", (Need("x", Decimal(1)),))]
    since, on = date(2026, 1, 15), date(2026, 1, 15 + days) if days < 17 else date(2026, 2, days - 16)
    found = decide(place({"x": Decimal(0)}, levels), levels, "gold", since, on, grace)
    months = 0 if days < 31 else 1
    assert (found.reason == "grace") == (months < grace)
    assert found.level == ("gold" if months < grace else "")
