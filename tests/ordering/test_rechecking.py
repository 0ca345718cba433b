"""What waited for credit alone goes on when it fits again, the oldest first, with its fact, its reason and a notice; X09."""

from decimal import Decimal

import pytest
from django.utils import timezone

from gongying.areas.billing import actions as bill
from gongying.areas.credit import actions as desk
from gongying.areas.credit import queries as held
from gongying.areas.credit.facts import OrderReleased
from gongying.core.actor import SYSTEM, Actor
from gongying.core.journal.models import Entry
from gongying.core.notices.models import Notice
from gongying.core.people.models import User
from gongying.core.refusal import Forbidden
from gongying.flows.ordering import actions as ordering

pytestmark = pytest.mark.django_db


@pytest.fixture
def tight(shop):
    """D1 owes 1,130 of a limit of 1,200 for delivered goods, and two more orders wait: 565 and 452."""
    shop.receive("P1", 100)
    shop.limit("D1", 1200)
    for login, role, party in (("fin@x", "finance", None), ("d1@x", "owner", shop.ids["D1"])):
        User.objects.create_user(login, None, name=login, role=role, party_id=party)
    first = shop.place(("P1", 10))
    ordering.deliver(SYSTEM, shipment_id=ordering.ship(SYSTEM, order_id=first.id).id, signed_by="王")
    shop.waiting = [shop.place(("P1", 5)), shop.place(("P1", 4))]
    assert [shop.state(each.id) for each in shop.waiting] == ["held", "held"]
    shop.settle()
    return shop


def pay(shop, yuan, key="P-1", **more):
    return bill.record_payment(
        SYSTEM, party_id=shop.ids["D1"], currency="CNY", amount_minor=yuan * 100, on=timezone.localdate(), reference=key, **more
    )  # fmt: skip


def states(shop):
    return [shop.state(each.id) for each in shop.waiting]


def told(login):
    user = User.objects.get(login=login)
    return list(Notice.objects.filter(user_id=user.pk).order_by("id").values_list("title_en", flat=True))


def test_a_payment_lets_the_oldest_go_on_and_the_next_is_judged_beside_it(tight):
    """700 of 1,130 are paid: the older order fits and the younger one beside it no more; 430 later it does."""
    paid = pay(tight, 700)
    tight.settle()
    assert states(tight) == ["allocated", "held"]
    assert (tight.exposure().held, tight.shelf()) == (565_00, (90, 5))
    assert tight.told(tight.waiting[0].id) == ["placed", "held", "released", "reserved"]
    row = held.holds(SYSTEM).get(order=tight.waiting[0].number)
    assert (row.state, row.reason, row.at_release) == ("released", paid.number, "[]")
    (fact,) = Entry.objects.filter(name=OrderReleased.name)
    assert (paid.number in fact.payload, '"by_itself":true' in fact.payload.replace(" ", "")) == (True, True)
    number = tight.waiting[0].number
    assert f"Order {number} fits again and went on by itself: {paid.number}" in told("fin@x")
    assert f"Order {number} waits for credit no more" in told("d1@x")
    pay(tight, 430, "P-2")
    tight.settle()
    assert states(tight) == ["allocated", "allocated"]
    assert tight.exposure().held == 1017_00


def test_two_payments_at_once_do_not_release_the_same_room_twice(tight):
    pay(tight, 400)
    pay(tight, 300, "P-2")
    tight.settle()
    assert states(tight) == ["allocated", "held"]


def test_what_pays_in_advance_takes_the_money_from_what_would_go_on_credit(shop):
    """600 come in: the order paid in advance (565) goes on, and the one on credit (452) does not reckon with the same money."""
    shop.receive("P1", 100)
    shop.limit("D1", 0)
    shop.waiting = [shop.place(("P1", 5), prepaid=True), shop.place(("P1", 4))]
    assert states(shop) == ["held", "held"]
    pay(shop, 600, advance=True)
    shop.settle()
    assert states(shop) == ["allocated", "held"]
    pay(shop, 417, "P-2", advance=True)
    shop.settle()
    assert states(shop) == ["allocated", "allocated"]


def test_an_order_that_is_cancelled_makes_room(shop):
    shop.receive("P1", 100)
    shop.limit("D1", 1200)
    large = shop.place(("P1", 10))
    shop.waiting = [shop.place(("P1", 5)), shop.place(("P1", 4))]
    assert states(shop) == ["held", "held"]
    ordering.cancel(SYSTEM, order_id=large.id, lines=[ordering.CancelLine(1, 5)], reason="x")
    shop.settle()
    assert states(shop) == ["allocated", "held"]
    assert held.holds(SYSTEM).get(order=shop.waiting[0].number).reason == large.number


def test_a_higher_limit_lets_go_on_too(tight):
    tight.limit("D1", 1700)
    tight.settle()
    assert states(tight) == ["allocated", "held"]


def test_a_credit_note_makes_room(tight):
    line = bill.InvoiceLineIn(tight.skus["P1"], -5, -500_00, 0, -500_00, Decimal("0.13"), -65_00)
    bill.credit_note(
        SYSTEM,
        party_id=tight.ids["D1"],
        currency="CNY",
        lines=[line],
        order="",
        delivery="",
        on=timezone.localdate(),
    )
    tight.settle()
    assert states(tight) == ["allocated", "held"]


def test_the_desk_decides_where_the_policy_says_so(tight):
    tight.publish("credit.rules", "credit.rules", {"when_it_fits": "wait"})
    pay(tight, 1130)
    tight.settle()
    assert states(tight) == ["held", "held"]
    assert desk.recheck(SYSTEM) == [each.number for each in tight.waiting]
    tight.settle()
    assert states(tight) == ["allocated", "allocated"]


def test_money_of_another_or_too_little_moves_nothing(tight):
    pay(tight, 100)
    bill.record_payment(
        SYSTEM,
        party_id=tight.ids["D2"],
        currency="CNY",
        amount_minor=10_000_00,
        on=timezone.localdate(),
        reference="P-9",
    )
    tight.settle()
    assert states(tight) == ["held", "held"]


def test_who_also_waits_for_a_person_is_not_let_past_him(shop):
    shop.publish("orders.rules", "orders", {"auto_approve_up_to": 500})
    shop.receive("P1", 1000)
    shop.limit("D1", 0)
    waiting = shop.place(("P1", 10))
    assert shop.state(waiting.id) == "held"
    shop.limit("D1", 5000)
    shop.settle()
    assert shop.state(waiting.id) == "submitted"


def test_nobody_but_the_house_itself_may(tight):
    with pytest.raises(Forbidden):
        ordering.recheck(
            Actor("x", role="finance", may=frozenset({"credit.recheck"}), parties=None), party_id=tight.ids["D1"]
        )
