"""What points were used for comes into being (C135): money of a fund, an order of goods that cost nothing, a voucher."""

from datetime import date

import pytest
from django.utils import timezone

from gongying.areas.funds import queries as funds
from gongying.areas.orders import queries as orders
from gongying.areas.points import actions, queries
from gongying.books.places import post as places
from gongying.books.stock import post as stock
from gongying.core import soundness
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.journal import book
from gongying.core.notices.models import Notice
from gongying.core.people.models import User
from gongying.core.policies import actions as policies
from gongying.flows.ordering import actions as ordering
from gongying.flows.rewarding import actions as rewarding

pytestmark = pytest.mark.django_db
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
RULE = {"code": "buy", "name": "进货", "kind": "value", "points": "1", "per": "10"}
FUND = {"source": "grants", "types": ["display"]}
REWARDS = [
    {"code": "SEAT", "name": "培训名额", "kind": "training", "points": 10, "cost": "1"},
    {"code": "FUND", "name": "市场费用", "kind": "fund", "points": 200, "cost": "20", "target": "shopper"},
    {"code": "COOKER", "name": "电饭煲", "kind": "goods", "points": 50, "cost": "5", "target": "P1", "units": 2},
    {"code": "GONE", "name": "旧品", "kind": "goods", "points": 50, "cost": "5", "target": "P2"},
]


@action(needs="tests.rewarding", roles=("admin",), name="tests.rewarding", exposed=False)
def _stock(actor, *, product_id):
    ids = places.sites(
        actor, [places.SiteIn("HZ", "杭州总仓", kind="warehouse"), places.SiteIn("TR", "在途", kind="transit")]
    )
    moved = stock.MoveIn("R1", None, product_id, timezone.localdate(), 10, site_id=ids["HZ"])
    stock.moves(actor, [moved], source="test")
    return ids


ACTIONS.pop("tests.rewarding", None)


def publish(kind, document, key=""):
    version = policies.draft(
        SYSTEM, kind=kind, key=key or kind, title=kind, document=document, effective_from=date(2026, 1, 1)
    )
    policies.publish(SYSTEM, version_id=version)


@pytest.fixture
def world(network):
    network.sell(network.line(yuan=10_000, on=date(2026, 8, 1)))
    publish("points.programme", {"rules": [RULE], "margin": "1", "method": "none", "value": "0.1"})
    publish("points.catalogue", {"rewards": REWARDS})
    made = actions.award(SYSTEM, period="2026Q3", as_of=date(2026, 10, 10))
    actions.approve(DIRECTOR, award_id=made.award_id)
    User.objects.create_user("li", "x", name="李", role="owner", party_id=network.ids["D1"])
    User.objects.create_user("wang", "x", name="王", role="planner")
    return network


def redeemed(world, reward, quantity=1):
    """A redemption after everybody has heard of it."""
    done = actions.redeem(SYSTEM, party_id=world.ids["D1"], reward=reward, quantity=quantity)
    hear()
    return queries.redemption_row(SYSTEM, done.id)


def hear():
    while book.seal():
        pass
    book.deliver()
    assert not book.stopped()


def test_a_seat_becomes_a_voucher_and_the_distributor_is_told(world):
    row = redeemed(world, "SEAT")
    voucher = queries.voucher_of(SYSTEM, row.pk)
    assert (row.state, row.result, row.ref) == ("fulfilled", "voucher", voucher.number)
    hear()
    assert Notice.objects.filter(user_id=User.objects.get(login="li").pk, title__contains=row.number).exists()


def test_goods_become_an_order_that_costs_nothing_and_goes_its_way_to_the_end(world):
    _stock(SYSTEM, product_id=world.skus["P1"])
    row = redeemed(world, "COOKER", 2)
    assert (row.state, row.result) == ("fulfilled", "order")
    order = orders.order_row(SYSTEM, row.result_id)
    (line,) = orders.lines(SYSTEM, order)
    assert (order.number, order.reference, order.total_minor, order.state) == (row.ref, row.number, 0, "approved")
    assert (line.product_id, line.quantity, line.net_minor) == (world.skus["P1"], 4, 0)
    assert ordering.allocate(SYSTEM, order_id=order.pk) == 4
    sent = ordering.ship(SYSTEM, order_id=order.pk)
    ordering.deliver(SYSTEM, shipment_id=sent.id, signed_by="李")
    assert orders.order_row(SYSTEM, order.pk).state in ("delivered", "invoiced", "paid")
    asked = ("orders", "ordering", "points", "stock", "money", "billing", "supply")
    found = {n: list(s.ask()) for n, s in soundness.SOUND.items() if n.split(".")[0] in asked}
    assert not any(found.values()), found


def test_what_cannot_be_created_waits_with_its_reason_and_the_planner_is_told(world):
    row = redeemed(world, "COOKER")  # there is no warehouse
    assert (row.state, bool(row.problem)) == ("ordered", True)
    assert Notice.objects.filter(user_id=User.objects.get(login="wang").pk, link__contains=str(row.pk)).exists()
    assert not orders.listed(SYSTEM).exists()
    _stock(SYSTEM, product_id=world.skus["P1"])
    assert rewarding.create(SYSTEM, redemption_id=row.pk).startswith("DD-")
    assert queries.redemption_row(SYSTEM, row.pk).state == "fulfilled"


def test_a_fund_that_nobody_keeps_leaves_nothing_half_made(world):
    before = queries.balance(SYSTEM, world.ids["D1"])
    row = redeemed(world, "FUND")
    assert row.state == "ordered"
    assert row.problem
    assert actions.cancel(SYSTEM, redemption_id=row.pk, reason="没有该费用池") == 200
    assert queries.balance(SYSTEM, world.ids["D1"]) == before


def test_money_of_a_fund_is_granted_to_the_distributor(world):
    publish("funds.fund", FUND, key="shopper")
    row = redeemed(world, "FUND", 2)
    assert (row.state, row.result) == ("fulfilled", "grant"), row.problem
    assert row.cost_minor == 4_000
    assert row.ref.startswith("shopper #")
    (mine,) = funds.allotments(SYSTEM, party_id=world.ids["D1"])
    assert mine.free_minor == 4_000


def test_everybody_concerned_is_told(world):
    hear()
    mine = Notice.objects.filter(user_id=User.objects.get(login="li").pk)
    assert mine.filter(title__contains="积分已入账").exists()
    made = actions.adjust(SYSTEM, party_id=world.ids["D1"], points=5, reason="x")
    actions.decide(DIRECTOR, adjustment_id=made, grant=True, answer="x")
    hear()
    assert mine.filter(title__contains="积分调整").exists()
