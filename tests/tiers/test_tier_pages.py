"""The pages of tiers: what they show to whom, filters that filter, a decision that is taken on the page."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from gongying.areas.tiers import actions, queries
from gongying.books.lake import post as lake
from gongying.core.actor import SYSTEM, Actor
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies

pytestmark = pytest.mark.django_db
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)


@pytest.fixture
def world(network, settings, monkeypatch):
    """A review of the running year that waits: D1 reaches bronze, D2 nothing."""
    settings.LANGUAGE_CODE = "zh-hans"
    monkeypatch.setattr(lake, "uncommitted", lambda: False)  # one snapshot between two facts, as in a running house
    sync_roles()
    today = timezone.localdate()
    need = [{"metric": "sell_in", "at_least": "1000"}]
    gold = [{"metric": "sell_in", "at_least": "3000"}]
    levels = [
        {"code": "bronze", "name": "铜牌", "needs": need, "benefits": [{"name": "账期 30 天"}]},
        {"code": "gold", "name": "金牌", "needs": gold, "benefits": [{"name": "账期 60 天"}]},
    ]
    version = policies.draft(
        SYSTEM,
        kind="tiers.programme",
        key="tiers",
        title="等级",
        document={"levels": levels},
        effective_from=date(today.year, 1, 1),
    )
    actions.simulate(SYSTEM, version_id=version, period=str(today.year), as_of=today)
    policies.publish(SYSTEM, version_id=version)
    first = date(today.year, 1, 1)
    network.sell(network.line(yuan=1500, on=first), network.line("D2", 600, doc="B1", on=first))
    network.review = actions.review(SYSTEM, programme="tiers", period=str(today.year), as_of=today).review_id
    return network


def visitor(world, role, code=""):
    user = User.objects.create_user(f"{role}{code}", "x", name="x", role=role)
    kind, key = ("party", str(world.ids[code])) if code else ("all", "")
    UserScope.objects.create(user=user, kind=kind, key=key)
    browser = Client()
    browser.force_login(user)
    browser.cookies["django_language"] = "zh-hans"
    return browser


def text(browser, address):
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_director_decides_on_the_page_and_the_distributor_sees_what_is_missing(world):
    director, owner = visitor(world, "director"), visitor(world, "owner", "D1")
    mine, why = "/tiers/mine/", f"/tiers/reviews/{world.review}/distributors/{world.ids['D1']}/"
    assert owner.get(why).status_code == 404  # nothing of it holds yet
    assert "铜牌" in text(director, why)
    answer = director.post(f"/tiers/reviews/{world.review}/decide/", {"verdict": "approve"})
    assert answer.status_code == 302
    assert queries.review_row(world.review).state == "approved"
    shown = text(owner, mine)
    for part in ("等级: ", "铜牌", "账期 30 天", "还差", "¥1,500.00"):
        assert part in shown
    assert "首次定级" in text(owner, why)
    portal = text(owner, "/")
    assert "距下一级还差" in portal
    assert "金牌" in portal
    assert "¥1,500.00" in portal


def test_levels_is_the_own_page_for_a_distributor_and_everybody_for_head_office(world):
    assert visitor(world, "owner", "D1").get("/tiers/").headers["Location"] == "/tiers/mine/"
    assert visitor(world, "planner").get("/tiers/mine/").headers["Location"] == "/tiers/"


def test_the_list_is_filtered_by_level_and_region_and_shows_the_distance(world):
    actions.approve(DIRECTOR, review_id=world.review)
    planner = visitor(world, "planner")
    whole = text(planner, "/tiers/")
    assert "CNRY-D1" in whole
    assert "CNRY-D2" in whole
    for query, seen, unseen in (
        ("level=bronze", "CNRY-D1", "CNRY-D2"),
        ("level=none", "CNRY-D2", "CNRY-D1"),
        ("region=HN", "CNRY-D2", "CNRY-D1"),
    ):
        shown = text(planner, f"/tiers/?{query}")
        assert seen in shown
        assert unseen not in shown
    lines = text(planner, "/tiers/?export=csv&sort=-distance").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["D2", "D1"]
    assert "0.6" in lines[1]
    assert "0.5" in lines[2]


def test_lists_and_the_portal_ask_few_questions(world, django_assert_max_num_queries):
    actions.approve(DIRECTOR, review_id=world.review)
    people = {"planner": visitor(world, "planner"), "owner": visitor(world, "owner", "D1")}
    for role, address, most in (
        ("planner", "/cockpit/distributors/", 12),
        ("planner", "/tiers/", 12),
        ("planner", f"/tiers/reviews/{world.review}/", 12),
        ("owner", "/", 12),
        ("owner", "/tiers/mine/", 15),
    ):
        assert people[role].get(address).status_code == 200
        with django_assert_max_num_queries(most):
            assert people[role].get(address).status_code == 200


def test_a_period_that_does_not_fit_is_said_on_the_page(world):
    actions.reject(DIRECTOR, review_id=world.review)
    answer = visitor(world, "planner").post("/tiers/reviews/start/", {"programme": "tiers", "period": "1999Q1"})
    assert answer.status_code in (302, 409)
    assert queries.reviews(SYSTEM).count() == 1
