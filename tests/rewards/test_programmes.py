"""Programmes as people write them: typed, drawn, replayed on history, and only then published."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from gongying.areas.rewards import actions, queries
from gongying.areas.rewards.models import Replay
from gongying.areas.rewards.rules import Programme, curve, form_of, from_form, priced_cliffs
from gongying.core.actor import SYSTEM, Actor
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Refused

LADDER = [{"start": "0", "end": "10000", "rate": "0.01"}, {"start": "10000", "end": None, "rate": "0.03"}]


def programme_of(**more):
    return Programme.model_validate({"method": "slab", "tiers": LADDER} | more)


def typed(**more):
    form = {"method": "slab", "basis": "value", "period": "quarter", "currency": "CNY", "title": "年度", "title_en": "", "key": "annual", "from": "2027-01-01", "to": ""}  # fmt: skip
    return form | {"start": ["0", "10,000"], "end": ["10,000", ""], "rate": ["1", "3"]} | more


def draft(**more):
    document = {"method": "slab", "period": "year", "tiers": LADDER} | more
    return policies.draft(
        SYSTEM,
        kind="rewards.programme",
        key="annual",
        title="年度",
        document=document,
        effective_from=date(2026, 1, 1),
    )


@pytest.fixture
def browser(db):
    def open_(role="admin"):
        sync_roles()
        user = User.objects.create_user(role, "x", name=role, role=role)
        UserScope.objects.create(user=user, kind="all", key="")
        made = Client(raise_request_exception=True)
        made.force_login(user)
        return made

    return open_


def test_percent_is_typed_and_a_fraction_is_kept_and_shown_again():
    form = typed(
        tiers=[
            {"start": "0", "end": "10,000", "rate": "1"},
            {"start": "10000", "end": "", "rate": "2.5"},
            {"start": "", "end": "", "rate": ""},
        ]
    )
    document = Programme.model_validate(from_form(form))
    assert [step.rate for step in document.tiers] == [Decimal("0.01"), Decimal("0.025")]
    assert [row["rate"] for row in form_of(document)["tiers"]] == ["1", "2.5"]
    pieces = from_form(form | {"method": "per_unit", "basis": "quantity"})
    assert [step["rate"] for step in pieces["tiers"]] == ["1", "2.5"]
    codes = from_form(form | {"parties": "S1101，S1102 S1103", "payout_cap": "60,000"})
    assert (codes["parties"], codes["payout_cap"]) == (["S1101", "S1102", "S1103"], "60000")


def test_what_is_not_a_number_is_named_by_row_and_field():
    with pytest.raises(Refused) as no:
        from_form(typed(tiers=[{"start": "0", "end": "", "rate": "two"}]))
    assert no.value.field == "tiers.1.rate"
    assert "two" in str(no.value)


def test_the_curve_stands_upright_at_a_cliff_and_the_cliff_has_a_price():
    points = dict(curve(programme_of()))
    assert points[10000.0] == 300.0
    below = max(x for x in points if x < 10000)
    assert 99.9 < points[below] < 100.0
    assert [(c.start, c.jump) for c in priced_cliffs(programme_of())] == [(Decimal(10000), Decimal(200))]
    assert priced_cliffs(programme_of(method="marginal")) == []
    assert [c.jump for c in priced_cliffs(programme_of(method="fixed"))] == [Decimal("0.02")]


def test_limits_are_in_the_units_of_the_currency():
    assert programme_of(currency="JPY", payout_cap="500", guarantee="7").terms().payout_cap == 500
    assert programme_of(currency="CNY", payout_cap="500").terms().payout_cap == 50000


def test_a_replay_shows_winners_and_losers_and_must_come_before_publishing(network, programme):
    network.sell(network.line(yuan=9000), network.line("D2", 20000, doc="B1"))
    programme(period="year")
    version = draft(tiers=[{"start": "0", "end": None, "rate": "0.015"}])
    row = queries.programme_row(version)
    found = {r.code: (r.before_minor, r.after_minor) for r in queries.replayed(SYSTEM, row, "2026")}
    assert found == {"D1": (90_00, 135_00), "D2": (400_00, 300_00)}
    with pytest.raises(Refused) as no:
        policies.publish(SYSTEM, version_id=version)
    assert no.value.code == "not_replayed"
    assert actions.replay(SYSTEM, version_id=version, period="2026") == -55_00
    policies.revise(SYSTEM, version_id=version, document=json.loads(row.document) | {"guarantee": "1"})
    with pytest.raises(Refused):  # the text changed, so the replay is of something else
        policies.publish(SYSTEM, version_id=version)
    actions.replay(SYSTEM, version_id=version, period="2026")
    policies.publish(SYSTEM, version_id=version)
    assert Replay.objects.filter(version_id=version).count() == 2


def test_a_programme_for_some_distributors_pays_nobody_else(network, programme):
    network.sell(network.line(yuan=9000), network.line("D2", 9000, doc="B1"))
    programme(parties=["D2"])
    assert [row[0] for row in queries.calculate("annual", "2026").rows] == [network.ids["D2"]]
    regional = Actor("r", 1, "regional", frozenset({"*"}), frozenset({network.ids["D1"]}))
    assert queries.replayed(regional, PolicyVersion.objects.get(), "2026") == []


def test_the_editor_keeps_what_was_typed_draws_it_and_saves_a_draft(browser):
    page = browser()
    drawn = page.post("/rewards/programmes/preview/", typed()).content.decode()
    assert "<svg" in drawn
    assert "200.00" in drawn
    hole = page.post("/rewards/programmes/preview/", typed(end=["9,000", ""])).content.decode()
    assert "gap" in hole
    assert "<svg" not in hole
    refused = page.post("/rewards/programmes/new/", typed(rate=["1", "many"]))
    assert refused.status_code == 409
    assert 'value="many"' in refused.content.decode()
    assert not PolicyVersion.objects.exists()
    saved = page.post("/rewards/programmes/new/", typed())
    row = PolicyVersion.objects.get()
    assert (saved.status_code, saved.url, row.status) == (302, f"/rewards/programmes/{row.pk}/", "draft")
    assert page.get(saved.url).status_code == 200
    page.post(f"/rewards/programmes/{row.pk}/edit/", typed(rate=["1", "4"]))
    assert json.loads(PolicyVersion.objects.get().document)["tiers"][1]["rate"] == "0.04"
    assert page.post(f"/rewards/programmes/{row.pk}/replay/", {"what": "publish"}).status_code == 200
    assert PolicyVersion.objects.get().status == "draft"
    page.post(f"/rewards/programmes/{row.pk}/replay/", {"what": "replay", "period": "2026Q3"})
    own = page.post(f"/rewards/programmes/{row.pk}/replay/", {"what": "publish"})
    assert PolicyVersion.objects.get().status == "draft", "nobody publishes what he drafted himself"
    assert own.status_code != 500
    browser("director").post(f"/rewards/programmes/{row.pk}/replay/", {"what": "publish"})
    assert PolicyVersion.objects.get().status == "published"
    page.post(f"/rewards/programmes/{row.pk}/edit/", typed(rate=["1", "5"]))
    assert sorted(PolicyVersion.objects.values_list("version", "status")) == [(1, "published"), (2, "draft")]
    assert browser("auditor").get(f"/rewards/programmes/{row.pk}/edit/").status_code == 403
