"""Special prices on request: asked, decided by somebody else within his authority, used up, ended (C111)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from gongying.areas.pricing import actions, queries
from gongying.core.actor import SYSTEM, Actor
from gongying.core.policies import actions as policies
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)


def ask(shop, by=SYSTEM, **more):
    today = timezone.localdate()
    asked = {
        "party_id": shop.ids["D1"], "product_id": shop.skus["P1"], "price": Decimal(80), "packs": 10,
        "valid_from": today, "valid_to": today + timedelta(days=30), "reason": "a rival offers 82",
    }  # fmt: skip
    return actions.request_special(by, **(asked | more))


def now(shop, *wishes):
    return shop.quote(*wishes, on=timezone.localdate())


def test_a_special_price_is_asked_approved_used_and_used_up(shop):
    """C111: request, approval, price, the quantity that orders used."""
    special = ask(shop)
    row = queries.special(SYSTEM, special)
    assert (row.number[:2], row.usual, row.concession_minor, row.state) == ("TJ", 100, 20_000, "submitted")
    assert now(shop, ("P1", 5)).net_minor == 50_000
    assert actions.approve_special(DIRECTOR, special_id=special) == 80
    found = now(shop, ("P1", 12))
    assert found.net_minor == 100_000
    shop.use(found, "SO-1", on=timezone.localdate())
    seen = queries.special_view(SYSTEM, special_id=special)
    assert (seen.state, seen.used) == ("approved", 10)
    assert now(shop, ("P1", 1)).net_minor == 10_000
    assert queries.taken(SYSTEM, queries.special(SYSTEM, special)).documents[0][0] == "SO-1"


def test_it_may_be_asked_by_the_case(shop):
    special = ask(shop, product_id=shop.skus["P2"], price=Decimal(130), pack="CS", packs=3)
    assert queries.special(SYSTEM, special).usual == 150
    actions.approve_special(DIRECTOR, special_id=special)
    assert now(shop, ("P2", 2, "CS")).net_minor == 26_000


def test_whoever_asked_does_not_approve_and_a_dearer_price_may_be_granted(shop):
    special = ask(shop, by=DIRECTOR)
    with pytest.raises(Refused) as no:
        actions.approve_special(DIRECTOR, special_id=special)
    assert no.value.code == "authority"
    other = Actor("second", role="director", may=frozenset({"*"}), parties=None)
    with pytest.raises(Refused):
        actions.approve_special(other, special_id=special, price=Decimal(79))
    assert actions.approve_special(other, special_id=special, price=Decimal("85.5")) == Decimal("85.5")
    assert now(shop, ("P1", 1)).net_minor == 8_550
    with pytest.raises(Refused) as no:
        actions.approve_special(other, special_id=special)
    assert no.value.code == "state"


def test_the_authority_matrix_limits_what_a_director_concedes(shop):
    rules = [
        {"verb": "pricing.approve", "role": "director", "limit": "150"},
        {"verb": "pricing.approve", "role": "admin"},
    ]
    version = policies.draft(
        SYSTEM, kind="approvals.matrix", key="authority", title="权限", document={"rules": rules},
        effective_from=timezone.localdate(),
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=version)
    special = ask(shop)
    with pytest.raises(Refused) as no:
        actions.approve_special(DIRECTOR, special_id=special)
    assert no.value.code == "authority"
    assert actions.approve_special(DIRECTOR, special_id=special, price=Decimal(85)) == 85
    boss = Actor("boss", role="admin", may=frozenset({"*"}), parties=None)
    assert actions.approve_special(boss, special_id=ask(shop, price=Decimal(1))) == 1


def test_rejected_withdrawn_and_ended(shop):
    special = ask(shop)
    with pytest.raises(Refused):
        actions.reject_special(DIRECTOR, special_id=special, answer=" ")
    actions.reject_special(DIRECTOR, special_id=special, answer="too low")
    assert queries.special(SYSTEM, special).answer == "too low"
    mine = ask(shop)
    with pytest.raises(Refused) as no:
        actions.withdraw_special(DIRECTOR, special_id=mine)
    assert no.value.code == "not_yours"
    actions.withdraw_special(SYSTEM, special_id=mine)
    held = ask(shop)
    actions.approve_special(DIRECTOR, special_id=held)
    tomorrow = timezone.localdate() + timedelta(days=1)
    actions.end_special(DIRECTOR, special_id=held, on=tomorrow, answer="the rival has gone")
    assert now(shop, ("P1", 1)).net_minor == 8_000
    assert shop.quote(("P1", 1), on=tomorrow).net_minor == 10_000
    assert queries.special(SYSTEM, held).state == "ended"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"price": Decimal(100)}, "price"),
        ({"price": Decimal(-1)}, "price"),
        ({"reason": " "}, "reason"),
        ({"valid_to": timezone.localdate()}, "valid_to"),
        ({"valid_to": timezone.localdate() + timedelta(days=400)}, "valid_to"),
    ],
)
def test_what_is_refused(shop, wrong, field):
    with pytest.raises(Refused) as no:
        ask(shop, **wrong)
    assert no.value.field == field


def test_a_stranger_asks_and_sees_nothing(shop):
    special = ask(shop)
    stranger = Actor(
        "x", role="owner", may=frozenset({"pricing.request", "pricing.view"}), parties=frozenset({shop.ids["D2"]})
    )
    with pytest.raises(Missing):
        ask(shop, by=stranger)
    with pytest.raises(Missing):
        queries.special(stranger, special)
    with pytest.raises(Missing):
        actions.withdraw_special(stranger, special_id=special)
    with pytest.raises(Forbidden):
        actions.approve_special(stranger, special_id=special)
    assert not queries.specials(stranger).exists()
