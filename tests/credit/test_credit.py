"""Credit (X09): what is left, what is held and why, who decides, what goes on by itself."""

from datetime import date
from decimal import Decimal

import pytest
from desk import DIRECTOR, FINANCE, ON, bill, later, limit, ordered, paid, publish, standing

from gongying.areas.credit import actions, queries
from gongying.areas.credit.models import Held
from gongying.areas.credit.rules import CreditRules, judge, lint
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.journal.models import Entry
from gongying.core.notices.models import Notice
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing, Refused
from gongying.core.soundness import SOUND

pytestmark = pytest.mark.django_db


def held(order):
    return Held.objects.unscoped("test").get(order=order, state="open")


def sound():
    return {name: list(each.ask()) for name, each in SOUND.items() if name.startswith("money.")}


def test_what_is_left_is_the_sum_of_its_parts(network):
    """X09, X25: limit and temporary limit, less owed and held, plus the money with us that counts."""
    d1 = network.ids["D1"]
    limit(d1, 1000)
    made = actions.grant_temporary(
        FINANCE,
        party_id=d1,
        currency="CNY",
        amount_minor=200_00,
        valid_from=ON,
        valid_to=later(40),
        reason="season",
    )
    actions.approve(DIRECTOR, grant_id=made)
    assert ordered(d1, 300, "A")
    bill(network, 100)
    paid(network, 50, advance=True)
    paid(network, 70, kind="deposit")
    now = standing(d1)
    assert (now.limit_minor, now.temporary_minor, now.owed_minor, now.held_minor) == (
        1000_00,
        200_00,
        100_00,
        300_00,
    )
    assert (now.prepaid_minor, now.deposit_minor) == (50_00, 70_00)
    assert now.available_minor == 850_00 == sum(part.amount for part in now.parts), "the deposit does not count"
    publish(deposit_counts=True)
    assert standing(d1).available_minor == 920_00
    assert standing(d1).policy.startswith("credit.rules v1")
    assert not any(sound().values())


def test_the_temporary_limit_counts_until_the_end_of_its_last_day(network):
    d1 = network.ids["D1"]
    made = actions.grant_temporary(
        FINANCE,
        party_id=d1,
        currency="CNY",
        amount_minor=200_00,
        valid_from=ON,
        valid_to=later(40),
        reason="season",
    )
    assert standing(d1).available_minor == 0, "proposed is not granted"
    actions.approve(DIRECTOR, grant_id=made)
    days = [standing(d1, on=day).available_minor for day in (later(-1), ON, later(40), later(41))]
    assert days == [0, 200_00, 200_00, 0]
    actions.end(DIRECTOR, grant_id=made, answer="no longer needed")
    assert standing(d1).available_minor == 0


def test_a_limit_holds_from_its_day_until_the_next_one_and_brings_its_terms(network):
    d1 = network.ids["D1"]
    limit(d1, 1000, days=45)
    limit(d1, 400, days=10, since=later(5))
    seen = [
        (s.limit_minor, s.terms_days) for s in (standing(d1, on=day) for day in (date(2025, 12, 31), ON, later(5)))
    ]
    assert seen == [(0, 30), (1000_00, 45), (400_00, 10)]
    assert [row.amount_minor for row in queries.limits(SYSTEM, party_id=d1, on=ON)] == [400_00, 1000_00]


def test_an_order_beyond_the_limit_waits_with_its_reasons_in_figures(network):
    d1 = network.ids["D1"]
    sync_roles()
    User.objects.create_user("fin", "x", name="Fin", role="finance")
    limit(d1, 1000)
    assert ordered(d1, 600, "A")
    assert not ordered(d1, 600, "B")
    row = held("B")
    (reason,) = queries.reasons(row.reasons, "CNY")
    assert (reason.code, reason.amount_minor) == ("limit", 200_00)
    assert "200.00 CNY" in reason.words
    assert money.exposure(d1, "CNY").held == 600_00, "an order that waits holds nothing"
    assert Entry.objects.filter(name="credit.order_held").count() == 1
    assert Notice.objects.filter(link=f"/credit/orders/{row.pk}/").count() == 1
    assert not ordered(d1, 650, "B"), "asked again it is the same hold with the new figures"
    assert (held("B").amount_minor, Held.objects.unscoped("test").count()) == (650_00, 1)


def test_F14_shipped_goods_are_invoiced_whatever_the_limit_and_paid_orders_pass(network):
    """F14: order accepted, goods shipped, then the limit is reached: the next order waits, the invoice of what was shipped
    is never held back, and an order that is paid in advance passes."""
    d1 = network.ids["D1"]
    limit(d1, 1000)
    assert ordered(d1, 900, "A")
    limit(d1, 100, since=ON)  # cut while the goods are on the road
    made = bill(network, 900, hold="order/A", order="A")
    assert made.total_minor == 900_00
    assert (standing(d1).owed_minor, standing(d1).held_minor, standing(d1).available_minor) == (900_00, 0, -800_00)
    assert not ordered(d1, 1, "B")
    assert not ordered(d1, 500, "C", prepaid=True), "nothing is paid yet"
    assert [r.code for r in queries.reasons(held("C").reasons, "CNY")] == ["advance"]
    paid(network, 500, advance=True)
    assert ordered(d1, 500, "D", prepaid=True)
    assert not ordered(d1, 1, "E", prepaid=True), "the same money is not counted twice"
    assert not any(sound().values())


def test_overdue_beyond_what_is_forgiven_holds_an_order_that_fits(network):
    d1 = network.ids["D1"]
    limit(d1, 10_000)
    publish(forgiven_days=5, forgiven_amount="50")
    bill(network, 60, on=date(2026, 9, 1), terms=30)  # due 1 October
    on_time, late = date(2026, 10, 6), date(2026, 10, 7)
    assert judge(standing(d1, on=on_time), 100, prepaid=False).passes, "five days are forgiven"
    verdict = judge(standing(d1, on=late), 100, prepaid=False)
    assert (verdict.passes, [(r.code, r.amount_minor, r.days) for r in verdict.reasons]) == (
        False,
        [("overdue", 60_00, 6)],
    )
    publish(forgiven_days=5, forgiven_amount="60")
    assert judge(standing(d1, on=late), 100, prepaid=False).passes, "sixty are forgiven"
    publish(overdue="warn")
    verdict = judge(standing(d1, on=late), 100, prepaid=False)
    assert verdict.passes
    assert verdict.reasons
    publish(over_limit="reject")
    verdict = judge(standing(d1, on=late), 10**9, prepaid=False)
    assert verdict.rejects
    assert not verdict.passes


def test_rules_of_one_distributor_win_over_those_of_the_network(network):
    publish(default_limit="100")
    publish(("party", "D2"), default_limit="900", terms_days=60)
    one, other = standing(network.ids["D1"]), standing(network.ids["D2"])
    assert [(s.limit_minor, s.terms_days) for s in (one, other)] == [(100_00, 30), (900_00, 60)]


def test_a_release_needs_a_reason_and_keeps_what_still_stood_against_it(network):
    d1 = network.ids["D1"]
    ordered(d1, 600, "B")
    row = held("B")
    with pytest.raises(Refused) as no:
        actions.release(FINANCE, hold_id=row.pk, reason=" ")
    assert no.value.code == "reason"
    assert actions.release(FINANCE, hold_id=row.pk, reason="the boss knows him") == "B"
    row.refresh_from_db(from_queryset=Held.objects.unscoped("test"))
    assert (row.state, row.decided_by, row.reason) == ("released", "finance", "the boss knows him")
    assert [r.amount_minor for r in queries.reasons(row.at_release, "CNY")] == [600_00]
    told = Entry.objects.get(name="credit.order_released").payload
    assert '"order":"B"' in told
    assert '"by_itself":false' in told
    with pytest.raises(Refused) as no:
        actions.decline(FINANCE, hold_id=row.pk, reason="too late")
    assert no.value.code == "decided"


def test_a_declined_and_a_dropped_order_leave_the_desk(network):
    d1 = network.ids["D1"]
    ordered(d1, 600, "B")
    ordered(d1, 600, "C")
    actions.decline(FINANCE, hold_id=held("B").pk, reason="no")
    assert actions.drop(SYSTEM, order="C")
    assert not actions.drop(SYSTEM, order="C")
    assert queries.waiting(SYSTEM) == []
    assert Entry.objects.filter(name="credit.order_declined").count() == 1


def test_who_pays_goes_on_by_himself_and_only_as_far_as_it_reaches(network):
    """Judged anew the oldest order goes first, and those let go together never exceed the limit together."""
    d1 = network.ids["D1"]
    limit(d1, 1000)
    bill(network, 800)
    assert not ordered(d1, 600, "A")
    assert not ordered(d1, 500, "B")
    assert actions.recheck(FINANCE) == []
    paid(network, 800)
    assert actions.recheck(FINANCE, party_id=d1) == ["A"]
    assert [row.order for row in queries.waiting(SYSTEM)] == ["B"]


def test_amounts_beyond_a_role_are_for_somebody_else(network):
    d1 = network.ids["D1"]
    publish(authority=[{"role": "finance", "up_to": "500"}, {"role": "director"}])
    finance = Actor("fin", role="finance", may=frozenset({"credit.approve", "credit.release"}), parties=None)
    director = Actor("dir", role="director", may=frozenset({"credit.approve", "credit.release"}), parties=None)
    made = actions.set_limit(SYSTEM, party_id=d1, currency="CNY", amount_minor=500_01, valid_from=ON, reason="x")
    with pytest.raises(Refused) as no:
        actions.approve(finance, grant_id=made)
    assert no.value.code == "authority"
    actions.approve(director, grant_id=made)
    assert not ordered(d1, 600, "B")
    with pytest.raises(Refused) as no:
        actions.release(finance, hold_id=held("B").pk, reason="x")
    assert no.value.code == "authority"
    actions.release(director, hold_id=held("B").pk, reason="x")
    assert [f.code for f in lint(CreditRules(authority=[{"role": "finance", "up_to": Decimal(5)}]))] == [
        "authority"
    ]


def test_two_people_and_an_end_for_every_temporary_limit(network):
    d1 = network.ids["D1"]
    given = {"party_id": d1, "currency": "CNY", "amount_minor": 1_00, "valid_from": ON, "reason": "x"}
    own = actions.grant_temporary(FINANCE, valid_to=later(40), **given)
    with pytest.raises(Refused) as no:
        actions.approve(FINANCE, grant_id=own)
    assert no.value.code == "four_eyes"
    actions.reject(DIRECTOR, grant_id=own, answer="no")
    with pytest.raises(Refused) as no:
        actions.approve(DIRECTOR, grant_id=own)
    assert no.value.code == "decided"
    for last, code in ((later(60), "too_long"), (later(-1), "refused")):
        with pytest.raises(Refused) as no:
            actions.grant_temporary(FINANCE, valid_to=last, **given)
        assert (no.value.code, no.value.field) == (code, "valid_to")
    for wrong in ({"amount_minor": -1}, {"currency": "yuan"}, {"reason": " "}):
        with pytest.raises(Refused):
            actions.set_limit(FINANCE, **(given | wrong))


def test_a_stranger_finds_nothing(network):
    d1, d2 = network.ids["D1"], network.ids["D2"]
    made = actions.set_limit(SYSTEM, party_id=d1, currency="CNY", amount_minor=1, valid_from=ON, reason="x")
    ordered(d1, 5, "A")
    other = Actor("x", role="regional", may=frozenset({"*"}), parties=frozenset({d2}))
    for ask in (
        lambda: queries.own(other, party_id=d1, currency="CNY", on=ON),
        lambda: queries.limits(other, party_id=d1, on=ON),
        lambda: actions.approve(other, grant_id=made),
        lambda: actions.release(other, hold_id=held("A").pk, reason="x"),
        lambda: actions.set_limit(other, party_id=d1, currency="CNY", amount_minor=1, valid_from=ON, reason="x"),
    ):
        with pytest.raises(Missing):
            ask()
    assert actions.recheck(other) == []
    assert queries.waiting(other) == []


def test_rules_are_drafted_in_a_form_and_hold_once_published(network, client):
    sync_roles()
    user = User.objects.create_user("dir", "x", name="Dir", role="director")
    UserScope.objects.create(user=user, kind="all")
    client.force_login(user)
    typed = {
        "scope": "party", "scope_key": "D1", "from": "2026-01-01", "default_limit": "12,000", "terms_days": "20",
        "forgiven_days": "3", "forgiven_amount": "", "temporary_days": "30", "overdue": "warn", "over_limit": "hold",
        "deposit_counts": "1", "role-0": "finance", "upto-0": "5000", "role-1": "director", "upto-1": "",
    }  # fmt: skip
    wrong = client.post("/credit/rules/", typed | {"default_limit": "much"})
    assert wrong.status_code == 409
    assert client.post("/credit/rules/", typed | {"scope_key": "NOBODY"}).status_code == 409
    assert client.post("/credit/rules/", typed).status_code == 302
    row = PolicyVersion.objects.get(kind="credit.rules")
    assert standing(network.ids["D1"]).limit_minor == 0, "a draft holds nothing"
    policies.publish(SYSTEM, version_id=row.pk)
    rules = standing(network.ids["D1"]).rules
    assert standing(network.ids["D1"]).limit_minor == 12_000_00
    assert (rules.terms_days, rules.overdue, rules.deposit_counts, rules.rebate_counts) == (20, "warn", True, False)
    assert [(a.role, a.up_to) for a in rules.authority] == [("finance", Decimal(5000)), ("director", None)]
    assert standing(network.ids["D2"]).limit_minor == 0
    assert "D1" in client.get("/credit/rules/").content.decode()
