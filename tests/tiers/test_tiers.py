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
from gongying.areas.tiers.rules import TierProgramme, lint
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import permissions
from gongying.core.journal.models import Entry
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused
from gongying.engines.levels import Level, Need, decide, falling, leaps, place

DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
LEVELS = [
    {"code": "bronze", "name": "铜牌", "needs": [{"metric": "sell_in", "at_least": "1000"}], "benefits": [{"name": "账期 30 天"}]},
    {"code": "gold", "name": "金牌", "needs": [{"metric": "sell_in", "at_least": "5000"}, {"metric": "coverage", "at_least": "1"}], "benefits": [{"name": "账期 60 天"}]},
]  # fmt: skip


def publish(levels=LEVELS, grace=6, start=date(2025, 1, 1), period="year"):
    document = {"levels": levels, "grace_months": grace, "period": period}
    version = policies.draft(
        SYSTEM, kind="tiers.programme", key="tiers", title="等级", document=document, effective_from=start
    )
    actions.simulate(
        SYSTEM,
        version_id=version,
        period={"year": "2026", "quarter": "2026Q3", "month": "2026-07"}[period],
        as_of=date(2026, 12, 31),
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
    reviewed("2026", date(2026, 12, 31))
    assert level_of(network, "D1", date(2026, 12, 31)) == ("bronze", "grace")
    network.sell(network.line(yuan=1, doc="A3", on=date(2027, 5, 1)))
    reviewed("2027", date(2027, 6, 1))
    assert level_of(network, "D1") == ("bronze", "grace")
    reviewed("2027", date(2027, 7, 1))
    assert level_of(network, "D1") == ("", "down")
    assert level_of(network, "D1", date(2027, 3, 1)) == ("bronze", "grace")  # the past stays as it was


@pytest.mark.django_db
def test_a_year_that_still_runs_raises_levels_and_takes_none_away(network):
    """C125: part of a year proves nothing against a year's requirement, not even without any grace."""
    publish(grace=0)
    network.sell(
        network.line(yuan=2000, on=date(2025, 6, 1)), network.line(yuan=100, doc="A2", on=date(2026, 1, 5)),
        network.line("D2", 1500, doc="B1", on=date(2026, 1, 6)),
    )  # fmt: skip
    reviewed("2025", date(2025, 12, 31))
    reviewed("2026", date(2026, 3, 1))
    assert level_of(network, "D1") == ("bronze", "open")
    assert level_of(network, "D2") == ("bronze", "first")
    reviewed("2026", date(2026, 12, 31))
    assert level_of(network, "D1") == ("", "down")
    assert level_of(network, "D2") == ("bronze", "kept")


@pytest.mark.django_db
def test_who_stops_buying_is_judged_too(network):
    publish(grace=0)
    network.sell(network.line(yuan=2000, on=date(2025, 6, 1)), network.line("D2", 2000, doc="B1"))
    reviewed("2025", date(2025, 12, 31))
    assert reviewed("2026").down == 1
    assert level_of(network, "D1") == ("", "down")
    row = queries.current(SYSTEM, date(2027, 1, 1))[network.ids["D1"]]
    assert queries.figures(row) == {"sell_in": None, "coverage": None}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("period", "as_of", "code"),
    [
        ("2026Q3", date(2026, 12, 31), "period_kind"),
        ("2027", date(2026, 12, 31), "period_not_begun"),
        ("2025", date(2026, 12, 31), "period_past"),
    ],
)
def test_a_period_that_does_not_fit_is_refused(network, period, as_of, code):
    publish()
    network.sell(network.line(yuan=2000), network.line(yuan=900, doc="A2", on=date(2025, 6, 1)))
    reviewed("2026", date(2026, 12, 1))
    with pytest.raises(Refused) as no:
        actions.review(SYSTEM, programme="tiers", period=period, as_of=as_of)
    assert no.value.code == code
    assert queries.reviews(SYSTEM).count() == 1


@pytest.mark.django_db
def test_a_programme_by_the_quarter_is_reviewed_by_the_quarter(network):
    publish(period="quarter")
    network.sell(network.line(yuan=2000), network.line(yuan=9000, doc="A2", on=date(2026, 1, 5)))
    reviewed("2026Q3", date(2026, 9, 30))
    assert level_of(network, "D1") == ("bronze", "first")
    row = queries.current(SYSTEM, date(2027, 1, 1))[network.ids["D1"]]
    assert queries.figures(row)["sell_in"] == Decimal(2000)


@pytest.mark.django_db
def test_a_level_counts_the_money_of_its_currency_only(network):
    """Also a ratio of money, such as growth, is of the programme's currency and not of a sum of several."""
    need = [{"metric": "sell_in", "at_least": "1000"}, {"metric": "growth", "at_least": "0.5"}]
    publish([{"code": "gold", "name": "金牌", "needs": need}])
    before = network.line(yuan=1000, on=date(2025, 6, 1))
    dollars = network.line(yuan=90000, doc="A2")._replace(currency="USD")
    foreign = network.line("D2", 90000, doc="B1")._replace(currency="USD")
    network.sell(before, network.line(yuan=1600, doc="A3"), dollars, foreign)
    reviewed()
    held = queries.current(SYSTEM, date(2027, 1, 1))
    assert queries.figures(held[network.ids["D1"]]) == {"sell_in": Decimal(1600), "growth": Decimal("0.6")}
    assert held[network.ids["D1"]].level == "gold"
    assert network.ids["D2"] not in held  # bought nothing in this currency and holds nothing


@pytest.mark.django_db
def test_the_list_of_standings_is_in_scope_and_of_its_day(network):
    publish()
    network.sell(network.line(yuan=2000), network.line("D2", 500, doc="B1"))
    reviewed(as_of=date(2026, 12, 31))
    everybody = [(s.code, s.level, s.reason) for s in queries.standings(DIRECTOR, on=date(2027, 1, 1))]
    assert everybody == [("D1", "bronze", "first"), ("D2", "", "none")]
    assert [s.code for s in queries.standings(owner(network), on=date(2027, 1, 1))] == ["D1"]
    assert queries.standings(DIRECTOR, on=date(2026, 12, 30)) == []
    assert queries.standings(DIRECTOR, on=date(2027, 1, 1), programme="other") == []


@pytest.mark.django_db
def test_a_decision_says_the_figures_it_saw_and_is_shown_to_the_distributor_once_it_holds(network):
    publish()
    network.sell(network.line(yuan=6000))
    done = reviewed(approve=False)
    with pytest.raises(Missing):
        queries.decision(owner(network), done.review_id, network.ids["D1"])
    assert queries.decision(DIRECTOR, done.review_id, network.ids["D1"]).level == "bronze"
    actions.approve(DIRECTOR, review_id=done.review_id)
    network.sell(network.line(yuan=90000, doc="A9", product="P2"))  # later sales do not change why
    view = queries.explained(queries.decision(owner(network), done.review_id, network.ids["D1"]))
    step, gaps = view.following
    assert (step.code, [(g.metric, g.value, g.gap, g.share) for g in gaps]) == (
        "gold",
        [("sell_in", 600000, 0, 1), ("coverage", Decimal("0.5"), Decimal("0.5"), Decimal("0.5"))],
    )
    with pytest.raises(Missing):
        queries.decision(owner(network, "D2"), done.review_id, network.ids["D1"])


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
            TierProgramme.model_validate({"levels": levels})


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


def test_a_leap_is_noted_and_a_level_that_brings_nothing_is_warned_of():
    far = {**LEVELS[1], "needs": [{"metric": "sell_in", "at_least": "4001"}], "benefits": []}
    found = lint(TierProgramme.model_validate({"levels": [LEVELS[0], far]}), {"sell_in"})
    assert [(f.level, f.code, f.where) for f in found] == [
        ("note", "leap", "gold"),
        ("warning", "no_benefit", "gold"),
    ]
    near = {**LEVELS[1], "needs": [{"metric": "sell_in", "at_least": "4000"}]}
    assert lint(TierProgramme.model_validate({"levels": [LEVELS[0], near]}), {"sell_in"}) == []


@st.composite
def ladders(draw):
    """Levels over two figures that rise, and so never ask less."""
    count = draw(st.integers(1, 5))
    columns = [sorted(draw(st.lists(amounts, min_size=count, max_size=count))) for _ in "xy"]
    return [Level(f"l{n}", (Need("x", columns[0][n]), Need("y", columns[1][n]))) for n in range(count)]


@given(ladders(), amounts, amounts, amounts, st.sampled_from("xy"))
def test_the_level_is_the_highest_whose_requirements_all_hold(levels, x, y, more, which):
    values = {"x": x, "y": y}
    found = place(values, levels)
    holding = [
        n for n, level in enumerate(levels) if all(values[need.metric] >= need.at_least for need in level.needs)
    ]
    assert holding == list(range(len(holding)))  # who meets a level meets every level below it
    assert found.index == (holding[-1] if holding else None)
    raised = place(values | {which: values[which] + more}, levels)
    assert (raised.index if raised.index is not None else -1) >= len(holding) - 1
    if found.following is None:
        assert found.progress is None
    else:
        assert 0 <= found.progress < 1
        assert found.missing
        assert all(values[check.metric] + check.gap == check.at_least for check in found.missing)


@given(ladders(), amounts, amounts, st.integers(-1, 4), st.booleans(), st.booleans(), st.integers(0, 24))
def test_a_review_never_takes_more_than_the_figures_do(levels, x, y, held, short, closed, grace):
    found = place({"x": x, "y": y}, levels)
    held = min(held, len(levels) - 1)
    before, since = (levels[held].code if held >= 0 else ""), date(2026, 1, 1) if short else None
    said = decide(found, levels, before, since, date(2026, 7, 1), grace, closed=closed)
    order = {"": -1} | {level.code: n for n, level in enumerate(levels)}
    now = -1 if found.index is None else found.index
    assert order[said.level] in (now, held)
    assert order[said.level] >= now
    if not closed and not short:
        assert order[said.level] >= held
    assert (said.reason == "grace") == (said.short_since is not None)


def test_a_figure_asked_for_the_first_time_is_no_leap():
    levels = [Level("a", (Need("x", Decimal(1)), Need("y", Decimal(0)))), Level("b", (Need("x", Decimal(4)), Need("y", Decimal(9)), Need("z", Decimal(9))))]  # fmt: skip
    assert leaps(levels, Decimal(4)) == []
    assert leaps(levels, Decimal(3)) == [("b", "x", Decimal(4))]
