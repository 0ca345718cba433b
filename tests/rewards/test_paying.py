"""Rebates paid as their programme says (C129, C163): points, a fund, goods, open invoices; what cannot be paid waits."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from gongying.areas.orders import queries as orders
from gongying.areas.points import queries as points
from gongying.areas.rewards import actions
from gongying.areas.rewards.models import Payout
from gongying.books.money import read as money
from gongying.books.places import post as places
from gongying.books.prices import post as prices
from gongying.core import soundness
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.journal import book
from gongying.core.notices.models import Notice
from gongying.core.people.models import User
from gongying.core.policies import actions as policies
from gongying.flows.settlement import actions as settlement

pytestmark = pytest.mark.django_db
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
FLAT = [{"start": "0", "end": None, "rate": "0.10"}]
POINTS = {"rules": [{"code": "buy", "name": "进货", "kind": "value", "points": "1", "per": "10"}], "margin": "1", "method": "none", "value": "0.3"}  # fmt: skip


def publish(kind, document, key=""):
    version = policies.draft(
        SYSTEM, kind=kind, key=key or kind, title=kind, document=document, effective_from=date(2026, 1, 1)
    )
    policies.publish(SYSTEM, version_id=version)


def hear():
    while book.seal():
        pass
    book.deliver()
    assert not book.stopped()


def settled(network, programme, **document):
    """A rebate of 100.00 for D1 that everybody has heard of. Returns its run."""
    network.sell(network.line("D1", 1000, date(2026, 2, 1)))
    programme(tiers=FLAT, **document)
    done = actions.settle(SYSTEM, programme="annual", period="2026")
    actions.approve(FINANCE, run_id=done.run_id)
    hear()
    return done.run_id


def account(network):
    return money.balance(SYSTEM, kind="rebate", holder_id=network.ids["D1"], currency="CNY")


def payout():
    return Payout.objects.for_actor(SYSTEM).get()


def test_a_rebate_in_points_gives_whole_points_and_keeps_the_rest(network, programme):
    publish("points.programme", POINTS)
    settled(network, programme, pays="points", pays_with="points.programme")
    assert points.balance(SYSTEM, network.ids["D1"]) == 333  # 100.00 at 0.30 a point
    assert (payout().amount_minor, payout().problem, account(network)) == (99_90, "", 10)
    asked = {
        n: list(s.ask()) for n, s in soundness.SOUND.items() if n.split(".")[0] in ("points", "money", "rewards")
    }
    assert not any(asked.values()), asked


def test_a_rebate_into_a_fund_is_money_of_his_own_in_it(network, programme):
    publish("funds.fund", {"source": "grants", "types": ["display"]}, key="shopper")
    settled(network, programme, pays="fund", pays_with="shopper")
    assert (payout().amount_minor, payout().way, account(network)) == (100_00, "fund", 0)
    assert payout().ref.startswith("shopper #")


def test_what_cannot_be_paid_stays_in_the_account_and_is_paid_when_it_can(network, programme):
    User.objects.create_user("qian", "x", name="钱", role="finance")
    run = settled(network, programme, pays="fund", pays_with="shopper")  # nobody keeps such a fund
    assert (bool(payout().problem), account(network)) == (True, 100_00)
    assert Notice.objects.filter(link__contains=f"/rewards/runs/{run}/").exists()
    publish("funds.fund", {"source": "grants", "types": ["display"]}, key="shopper")
    assert settlement.pay_out(SYSTEM, run_id=run) == {"paid": 1, "waiting": 0}
    assert settlement.pay_out(SYSTEM, run_id=run) == {"paid": 0, "waiting": 0}
    assert (payout().problem, account(network)) == ("", 0)


@action(needs="tests.shop", roles=("admin",), name="tests.shop", exposed=False)
def _shop(actor, *, product_id):
    places.sites(
        actor, [places.SiteIn("HZ", "杭州总仓", kind="warehouse"), places.SiteIn("TR", "在途", kind="transit")]
    )
    price = prices.PriceIn("D26", "dealer", product_id, "CNY", Decimal("26.55"), valid_from=date(2026, 1, 1))
    prices.prices(actor, [price], source="test")


ACTIONS.pop("tests.shop", None)


def test_a_rebate_in_goods_is_an_order_that_costs_nothing(network, programme):
    _shop(SYSTEM, product_id=network.skus["P1"])
    settled(network, programme, pays="goods", pays_with="P1")
    order = orders.numbered(SYSTEM, payout().ref)
    (line,) = orders.lines(SYSTEM, order)
    assert (line.quantity, order.total_minor, order.placed_on) == (
        3,
        0,
        timezone.localdate(),
    )  # three at 30.00 with tax
    assert (payout().amount_minor, account(network)) == (90_00, 10_00)


def test_against_invoices_with_nothing_owed_waits(network, programme):
    settled(network, programme, pays="credit_note")
    assert (bool(payout().problem), account(network)) == (True, 100_00)
