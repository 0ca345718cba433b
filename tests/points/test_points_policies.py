"""The programme and the catalogue are data that is checked: what never counts, what is too dear, what nobody can have (C134, C137)."""

from datetime import date

import pytest
from purse import BUY, REWARDS, TARGET, awarded, catalogue, programme
from pydantic import ValidationError

from gongying.areas.points.rules import Catalogue, Programme
from gongying.areas.points.rules.catalogue import lint as lint_catalogue
from gongying.areas.points.rules.programme import lint
from gongying.core.actor import SYSTEM
from gongying.core.policies import actions as policies
from gongying.core.policies import forms, read
from gongying.core.refusal import Refused

KIND, SHOP = "points.programme", "points.catalogue"


def codes(**document):
    return {finding.code for finding in lint(Programme.model_validate({"rules": [BUY], "margin": "1"} | document))}


def test_a_rule_that_is_never_reached_is_an_error():
    first, later = BUY | {"stop": True}, BUY | {"code": "late", "at_least": "500"}
    assert "unreachable" in codes(rules=[first, later])
    assert "unreachable" not in codes(rules=[later | {"stop": True}, first])  # whoever is below 500 goes on
    assert "earns_nothing" in codes(rules=[BUY | {"weight": "0"}])
    assert "cap_filled" in codes(rules=[BUY | {"cap": 100}, TARGET], cap=100)


def test_points_worth_more_than_the_margin_are_an_error():
    """A point of ten cents for every ten yuan is one per cent of sales, with gold two."""
    dear = {"rules": [BUY | {"per": "10"}], "value": "0.1"}
    assert "dear" in codes(**dear, margin="0.009")
    assert "dear" not in codes(**dear, margin="0.01")
    assert "dear" in codes(**dear, margin="0.01", multipliers=[{"level": "gold", "factor": "2"}])


def test_a_clearing_that_hits_the_last_weeks_or_comes_without_notice_is_named():
    assert {"last_weeks", "seasonal"} <= codes(method="quarter", protect_days=0)
    assert "last_weeks" not in codes(method="quarter", protect_days=30)
    assert "short_notice" in codes(method="year", notice_days=3)
    assert not codes(method="none", notice_days=0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": [BUY, BUY]},
        {"rules": [BUY | {"kind": "figure"}]},
        {"rules": [TARGET | {"group": "RC"}]},
        {"rules": [BUY | {"per": "0"}]},
        {"rules": []},
        {"multipliers": [{"level": "gold", "factor": "2"}, {"level": "gold", "factor": "3"}]},
        {"method": "weekly"},
    ],
)
def test_a_programme_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        Programme.model_validate({"rules": [BUY]} | wrong)


def test_a_catalogue_says_what_it_creates():
    fund = {"code": "F", "name": "费用", "kind": "fund", "points": 10, "cost": "1"}
    late = fund | {"code": "L", "kind": "advert", "start": "2026-05-01", "end": "2026-04-01", "stock": 0}
    found = {f.code for f in lint_catalogue(Catalogue.model_validate({"rewards": [fund, late]}))}
    assert found == {"no_target", "ends_first", "no_stock"}
    with pytest.raises(ValidationError):
        Catalogue.model_validate({"rewards": [fund, fund]})


def findings(version):
    return {f.code: f.level for f in policies.findings(read.version(version))}


@pytest.mark.django_db
def test_the_budget_at_risk_is_told_from_the_last_whole_period(network):
    network.sell(network.line(yuan=100_000, on=date(2025, 11, 1)))
    risky = programme(start=date(2026, 2, 1), publish=False, budget="99", value="0.1")
    assert findings(risky)["budget"] == "warning"  # 1,000 points are worth 100
    fine = programme(start=date(2026, 2, 1), publish=False, budget="100", value="0.1")
    assert "budget" not in findings(fine)


@pytest.mark.django_db
def test_names_nobody_bears_keep_a_draft_from_being_published(network):
    rules = [
        BUY | {"group": "NONE"},
        {"code": "x", "name": "x", "kind": "figure", "metric": "nothing", "points": "1", "per": "1"},
    ]
    version = programme(publish=False, rules=rules, exempt=["D9"])
    with pytest.raises(Refused) as no:
        policies.publish(SYSTEM, version_id=version)
    assert no.value.code == "unknown"


@pytest.mark.django_db
def test_a_reward_dearer_than_anybody_can_earn_and_one_dearer_than_its_points(network):
    network.sell(network.line(yuan=50_000, on=date(2026, 8, 1)))
    programme(value="0.1")
    awarded("2026Q3", date(2026, 10, 10))
    rewards = [REWARDS[0] | {"points": 501}, REWARDS[3] | {"cost": "80"}, REWARDS[2] | {"target": "NONE"}]
    version = policies.draft(
        SYSTEM, kind=SHOP, key=SHOP, title="目录", document={"rewards": rewards}, effective_from=date(2026, 1, 1)
    )
    assert findings(version) == {"out_of_reach": "warning", "dear": "warning", "unknown": "error"}
    other = policies.draft(
        SYSTEM,
        kind=SHOP,
        key=SHOP,
        title="目录",
        document={"rewards": REWARDS, "currency": "USD"},
        effective_from=date(2026, 1, 1),
    )
    assert findings(other)["currency"] == "error"


@pytest.mark.django_db
def test_the_forms_write_the_very_document(network):
    """Policies are edited without JSON: what a form shows is what it reads back."""
    for kind, version in ((KIND, programme(rules=[BUY, TARGET])), (SHOP, catalogue())):
        document = read.parsed(read.version(version)).model_dump(mode="json")
        typed = forms.shown(kind, document)
        again = forms.document(kind, typed, document)
        forms.check(kind, again)
        schema = type(read.parsed(read.version(version)))
        assert schema.model_validate(again) == read.parsed(read.version(version))


def test_a_row_of_the_form_may_leave_weight_and_threshold_open():
    typed = forms.shown(KIND, Programme.model_validate({"rules": [BUY]}).model_dump(mode="json"))
    typed["rules"][0] |= {"weight": "", "at_least": ""}
    document = Programme.model_validate(forms.document(KIND, typed, {}))
    assert (document.rules[0].weight, document.rules[0].at_least) == (1, 0)
