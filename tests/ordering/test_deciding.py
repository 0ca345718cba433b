"""C017: who may approve what; four eyes, limits by amount and region, delegation with an end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from gongying.areas.orders import queries as orders
from gongying.core.actor import SYSTEM, Actor
from gongying.core.approvals import actions as approvals
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Missing, Refused
from gongying.flows.ordering import actions as ordering

pytestmark = pytest.mark.django_db
EVERY = frozenset({"*"})


@pytest.fixture
def house(shop):
    """Orders above 500 wait; a regional manager of the east approves up to 2,000 there, a director everything."""
    shop.publish("orders.rules", "orders", {"auto_approve_up_to": "500"})
    matrix = [
        {"verb": "ordering.approve", "role": "regional", "limit": "2000", "regions": ["HD"]},
        {"verb": "ordering.approve", "role": "director"},
    ]
    shop.publish("approvals.matrix", "authority", {"rules": matrix})
    sync_roles()
    shop.users = {}
    for login, role, kind, key in (
        ("east", "regional", "region", "HD"),
        ("boss", "director", "all", ""),
        ("aide", "regional", "all", ""),
    ):
        user = User.objects.create_user(login, None, name=login, role=role)
        UserScope.objects.create(user=user, kind=kind, key=key)
        shop.users[login] = Actor(login, user.pk, role, EVERY, None)
    shop.receive("P1", 1000)
    return shop


def test_a_small_order_needs_nobody_and_a_large_one_waits(house):
    assert house.place(("P1", 5)).state == "allocated"
    done = house.place(("P1", 6))
    assert (done.state, done.reserved, house.exposure().held) == ("submitted", 0, 565_00)
    assert ordering.approve(house.users["east"], order_id=done.id) == "allocated"
    order = house.order(done.id)
    assert (order.decided_by, order.decided_under) == ("east", "regional ≤ 2000 CNY (HD)")


def test_beyond_the_amount_or_the_region_somebody_else_decides(house):
    large, south = house.place(("P1", 21)), house.place(("P1", 6), party="D2")
    for order in (large, south):
        with pytest.raises(Refused) as no:
            ordering.approve(house.users["east"], order_id=order.id)
        assert no.value.code == "authority"
        assert ordering.approve(house.users["boss"], order_id=order.id) == "allocated"


def test_nobody_approves_what_he_placed(house):
    done = house.place(("P1", 6), who=house.users["boss"])
    with pytest.raises(Refused) as no:
        ordering.approve(house.users["boss"], order_id=done.id)
    assert no.value.code == "authority"


def test_a_delegation_lifts_the_amount_until_its_end_and_never_over_four_eyes(house):
    today = timezone.localdate()
    boss, aide = house.users["boss"], house.users["aide"]
    lent = approvals.delegate(boss, receiver="aide", until=today + timedelta(days=7), reason="出差")
    done = house.place(("P1", 50))
    assert ordering.approve(aide, order_id=done.id) == "allocated"
    assert "boss" in orders.timeline(SYSTEM, house.order(done.id))[1].detail
    own = house.place(("P1", 50), who=boss)
    with pytest.raises(Refused):  # in the stead of who made it is as if he did it himself
        ordering.approve(aide, order_id=own.id)
    approvals.end(boss, delegation_id=lent)
    other = house.place(("P1", 50))
    with pytest.raises(Refused):
        ordering.approve(aide, order_id=other.id)


def test_credit_is_judged_again_when_an_order_is_approved(house):
    house.limit("D1", 1000)
    first, second = house.place(("P1", 6)), house.place(("P1", 6))
    assert (first.state, second.state) == ("submitted", "submitted")
    assert ordering.approve(house.users["boss"], order_id=first.id) == "allocated"
    assert ordering.approve(house.users["boss"], order_id=second.id) == "held"
    assert house.exposure().held == 678_00


def test_a_held_order_still_wants_its_person_after_the_desk(house):
    from gongying.areas.credit import actions as credit
    from gongying.areas.credit import queries as held

    house.limit("D1", 100)
    done = house.place(("P1", 6))
    assert done.state == "held"
    (row,) = held.holds(SYSTEM).filter(order=done.number)
    credit.release(SYSTEM, hold_id=row.pk, reason="ok")
    house.settle()
    assert house.state(done.id) == "submitted"
    house.limit("D1", 10_000)
    assert ordering.approve(house.users["boss"], order_id=done.id) == "allocated"


def test_several_at_once_and_each_says_what_became_of_it(house):
    made = [house.place(("P1", 6)), house.place(("P1", 30)), house.place(("P1", 1))]
    told = ordering.approve_all(house.users["east"], order_ids=[each.id for each in made])
    assert told[made[0].number] == "allocated"
    assert "authority" not in told[made[1].number]
    assert told[made[1].number]
    assert house.state(made[1].id) == "submitted"
    with pytest.raises(Missing):
        ordering.approve_all(Actor("x", 1, "regional", EVERY, frozenset()), order_ids=[made[1].id])


def test_a_rejected_order_says_why(house):
    done = house.place(("P1", 6))
    with pytest.raises(Refused):
        ordering.reject(house.users["boss"], order_id=done.id, reason=" ")
    ordering.reject(house.users["boss"], order_id=done.id, reason="价格不对")
    told = orders.timeline(SYSTEM, house.order(done.id))[0]
    assert (house.state(done.id), told.detail) == ("rejected", "价格不对")


def test_an_amendment_beyond_the_authority_waits_again(house):
    from gongying.areas.orders.actions import DraftLine

    done = house.place(("P1", 5), who=Actor("clerk", 9, "clerk", EVERY, frozenset({house.ids["D1"]})))
    clerk = Actor("clerk", 9, "clerk", EVERY, frozenset({house.ids["D1"]}))
    ordering.amend(clerk, order_id=done.id, lines=[DraftLine("P1", 8)], reason="加量")
    assert (house.state(done.id), house.shelf(), house.exposure().held) == ("submitted", (1000, 0), 0)
    assert ordering.approve(house.users["east"], order_id=done.id) == "allocated"
    assert house.exposure().held == 904_00
    ordering.amend(clerk, order_id=done.id, lines=[DraftLine("P1", 7)], reason="减量")
    assert house.state(done.id) == "allocated"  # less than what was approved needs nobody
