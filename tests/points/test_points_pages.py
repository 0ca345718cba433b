"""The pages of points: what they show to whom, what is done on them, both languages, strangers kept out."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from purse import DIRECTOR, PLANNER, TARGET, awarded, catalogue, owner, programme

from gongying.areas.points import actions, queries
from gongying.areas.points.models import Award, Earning
from gongying.books.lake import post as lake
from gongying.core.actor import SYSTEM
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(network, monkeypatch):
    """Both have points of an award; D1 has redeemed a seat; a clearing is announced."""
    monkeypatch.setattr(lake, "uncommitted", lambda: False)
    sync_roles()
    today = timezone.localdate()
    day = today - timedelta(days=200)
    network.sell(network.line(yuan=50_000, on=day), network.line("D2", 10_000, doc="B1", on=day))
    programme(method="quarter", protect_days=0, transfers=True, budget="1000")
    catalogue()
    network.award = awarded(f"{day.year}Q{(day.month + 2) // 3}", day)
    network.done = actions.redeem(owner(network), party_id=network.ids["D1"], reward="SEAT").id
    actions.issue(SYSTEM, redemption_id=network.done, on=today)
    network.clearing = actions.announce(PLANNER, due_on=queries.due_days(SYSTEM, today)[0][0])
    network.earning = Earning.objects.unscoped("test").get(party_id=network.ids["D1"]).pk
    return network


def visitor(world, role, code="", language="zh-hans"):
    user = User.objects.create_user(f"{role}{code}", "x", name="x", role=role)
    kind, key = ("party", str(world.ids[code])) if code else ("all", "")
    UserScope.objects.create(user=user, kind=kind, key=key)
    browser = Client()
    browser.force_login(user)
    browser.cookies["django_language"] = language
    return browser


def text(browser, address, status=200):
    answer = browser.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def every_page(world):
    d1 = world.ids["D1"]
    return [
        "/points/", f"/points/wallets/{d1}/", f"/points/earnings/{world.earning}/", f"/points/earnings/{world.earning}/lines/?rule=buy",
        f"/points/catalogue/{d1}/", "/points/redemptions/", f"/points/redemptions/{world.done}/", "/points/vouchers/", "/points/awards/",
        "/points/awards/preview/?period=2026Q1", f"/points/awards/{world.award}/", "/points/expiry/", f"/points/clearings/{world.clearing}/",
        "/points/adjustments/", "/points/worth/", "/points/programme/",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_opens_in_both_languages_and_names_no_currency_of_points(world, language):
    browser = visitor(world, "admin", language=language)
    for address in every_page(world):
        shown = text(browser, address)
        assert "PTS" not in shown, address
        assert ("积分" if language == "zh-hans" else "oint") in shown, address


def test_a_stranger_finds_nothing(world):
    other = visitor(world, "owner", "D2")
    for address in every_page(world):
        if any(
            part in address
            for part in ("wallets/", "earnings/", "catalogue/", "redemptions/1", f"redemptions/{world.done}")
        ):
            assert other.get(address).status_code == 404, address
    assert "CNRY-D1" not in text(other, "/points/redemptions/")
    assert "CNRY-D1" not in text(other, f"/points/clearings/{world.clearing}/")
    for address in (
        "/points/",
        "/points/awards/",
        "/points/expiry/",
        "/points/worth/",
        "/points/programme/",
        "/points/adjustments/",
    ):
        assert other.get(address).status_code == 403, address
    answer = other.post(f"/points/catalogue/{world.ids['D1']}/", {"reward": "SEAT", "quantity": "1"})
    assert answer.status_code == 404


def test_a_distributor_redeems_in_two_taps_and_sees_where_it_stands(world):
    me, d1 = visitor(world, "owner", "D1"), world.ids["D1"]
    assert me.get("/points/mine/").headers["Location"] == f"/points/wallets/{d1}/"
    wallet = text(me, f"/points/wallets/{d1}/")
    for part in ("400", "电饭煲", "清零", "积分"):
        assert part in wallet, part
    shop = text(me, f"/points/catalogue/{d1}/")
    assert "培训名额" in shop
    assert "¥8.00" not in shop  # what it costs the house is the house's
    answer = me.post(f"/points/catalogue/{d1}/", {"reward": "AD", "quantity": "1"})
    assert answer.status_code == 302
    shown = text(me, answer.headers["Location"])
    assert "广告位" in shown
    refused = me.post(f"/points/catalogue/{d1}/", {"reward": "AD", "quantity": "1"})
    assert refused.status_code == 409
    assert queries.balance(SYSTEM, d1) == 320
    assert me.post(answer.headers["Location"], {"what": "cancel", "reason": "改期"}).status_code == 302
    assert queries.balance(SYSTEM, d1) == 400


def test_how_points_were_earned_leads_down_to_the_lines(world):
    me = visitor(world, "owner", "D1")
    shown = text(me, f"/points/earnings/{world.earning}/")
    assert "¥50,000.00 ÷ ¥100.00 × 1 = 500.00" in shown
    lines = f"/points/earnings/{world.earning}/lines/?rule=buy"
    assert lines.split("?", maxsplit=1)[0] in shown
    assert "A1" in text(me, lines)
    assert "A1" in me.get(f"{lines}&export=csv").content.decode()
    panel = me.get(f"/points/earnings/{world.earning}/", headers={"X-Panel": "1"}).content.decode()
    assert "<html" not in panel


def test_an_award_is_looked_at_submitted_and_approved_by_somebody_else(world):
    planner, director = visitor(world, "planner"), visitor(world, "director")
    today = timezone.localdate()
    world.sell(world.line(yuan=7_700, doc="NEW", on=today - timedelta(days=1)))
    period = f"{(today - timedelta(days=1)).year}Q{((today - timedelta(days=1)).month + 2) // 3}"
    shown = text(planner, f"/points/awards/preview/?period={period}")
    assert "77" in shown
    assert not Award.objects.filter(state="pending").exists()
    answer = planner.post("/points/awards/preview/", {"period": period})
    page = answer.headers["Location"]
    assert "积分" in text(planner, page)
    assert planner.post(page, {"verdict": "approve"}).status_code in (403, 409)
    assert director.post(page, {"verdict": "approve"}).status_code == 302
    assert queries.balance(SYSTEM, world.ids["D1"]) == 477
    assert "D1" in director.get(f"{page}?export=csv").content.decode()


def test_the_expiry_desk_shows_cost_and_fairness_before_anything_is_taken(world):
    planner = visitor(world, "planner")
    actions.call_off(PLANNER, clearing_id=world.clearing, reason="x")
    shown = text(planner, "/points/expiry/")
    for part in ("Gini", "释放的负债", "¥50.00", "每季度末清零", "滚动"):
        assert part in shown, part
    day = queries.due_days(SYSTEM, timezone.localdate())[0][0]
    answer = planner.post("/points/expiry/", {"due_on": day.isoformat()})
    assert answer.status_code == 302
    page = answer.headers["Location"]
    director = visitor(world, "director")
    refused = director.post(page, {"what": "clear"})
    assert refused.status_code == 409
    assert "公示期" in refused.content.decode()
    row = queries.clearing_row(int(page.split("/")[3]))
    row.clears_from = timezone.localdate()
    row.save()
    assert director.post(page, {"what": "clear"}).status_code == 302
    me = visitor(world, "owner", "D1")
    assert me.post(page, {"what": "appeal", "points": "100", "reason": "季节性"}).status_code == 302
    asked = queries.adjustments(SYSTEM).get()
    assert (
        director.post(f"/points/adjustments/{asked.pk}/", {"verdict": "grant", "answer": "同意"}).status_code == 302
    )
    assert "同意" in text(me, f"/points/adjustments/{asked.pk}/")
    assert queries.balance(SYSTEM, world.ids["D1"]) == 100


def test_a_voucher_is_honoured_on_its_page(world):
    planner, page = visitor(world, "planner"), f"/points/redemptions/{world.done}/"
    today = timezone.localdate().isoformat()
    assert planner.post(page, {"what": "honour", "on": "x"}).status_code == 409
    assert planner.post(page, {"what": "honour", "on": today, "note": "一班"}).status_code == 302
    assert "一班" in text(planner, page)
    assert planner.post(page, {"what": "honour", "on": today}).status_code == 409
    assert "JFV-" in text(visitor(world, "owner", "D1"), "/points/vouchers/")


def test_an_adjustment_is_proposed_on_the_wallet(world):
    finance, wallet = visitor(world, "finance"), f"/points/wallets/{world.ids['D1']}/"
    assert finance.post(wallet, {"what": "adjust", "points": "x", "reason": "y"}).status_code == 409
    assert finance.post(wallet, {"what": "adjust", "points": "-50", "reason": "重复计入"}).status_code == 302
    row = queries.adjustments(SYSTEM).get()
    assert (row.points, row.state, row.asked_by) == (-50, "proposed", "finance")


def test_the_worth_of_points_is_shown_in_parts_and_exported(world):
    finance = visitor(world, "finance")
    shown = text(finance, "/points/worth/")
    for part in ("¥50.00", "负债", "预计不兑换率"):
        assert part in shown, part
    lines = finance.get("/points/worth/?export=csv").content.decode().splitlines()
    assert any("2205.02" in line for line in lines)


def test_the_programme_is_edited_in_forms_without_json(world):
    planner = visitor(world, "planner")
    shown = text(planner, "/points/programme/")
    assert "/control/policies/new/?kind=points.programme" in shown
    form = text(planner, "/control/policies/new/?kind=points.programme")
    assert 'name="f.rules.points"' in form
    assert 'name="f.rewards.points"' in text(planner, "/control/policies/new/?kind=points.catalogue")


def test_lists_ask_few_questions(world, django_assert_max_num_queries):
    admin = visitor(world, "admin")
    for address in (
        "/points/",
        "/points/redemptions/",
        f"/points/awards/{world.award}/",
        f"/points/clearings/{world.clearing}/",
    ):
        admin.get(address)
        with django_assert_max_num_queries(16):
            admin.get(address)


def test_what_waits_is_told_to_who_can_do_it(world):
    actions.adjust(PLANNER, party_id=world.ids["D1"], points=1, reason="x")
    assert "条积分调整待裁定" in text(visitor(world, "director"), "/ui/todos/")
    assert "积分调整待裁定" not in text(visitor(world, "planner"), "/ui/todos/")
    waiting = queries.waiting(DIRECTOR)
    assert (waiting.awards, waiting.adjustments, waiting.redemptions) == (0, 1, 0)


def test_a_target_rule_explains_itself(world):
    programme(rules=[TARGET], start=date(2025, 2, 1), method="none")
    assert "目标完成" in text(visitor(world, "planner"), "/points/programme/")
