"""Steps that tests of credit share."""

from datetime import date, timedelta
from decimal import Decimal

from gongying.areas.billing import actions as billing
from gongying.areas.credit import actions, queries
from gongying.areas.credit.rules import judge
from gongying.books.money import post as ledger
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.policies import actions as policies

FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
ON = date(2026, 11, 2)


@action(needs="tests.place", roles=("admin",), name="tests.place", exposed=False)
def place(
    actor: Actor, *, party_id: int, yuan: int, order: str, prepaid: bool = False, locked: bool = True, on: date = ON
) -> bool:
    """What the flow of ordering does about credit: judge, then hold the money or put the order before the desk."""
    now = queries.standing(actor, party_id=party_id, currency="CNY", on=on, locked=locked)
    verdict = judge(now, yuan * 100, prepaid=prepaid)
    same = {"party_id": party_id, "currency": "CNY", "amount_minor": yuan * 100, "on": on, "prepaid": prepaid}
    if verdict.passes:
        ledger.hold(actor, key=f"order/{order}", document=order, **same)
    else:
        actions.hold(actor, order=order, reasons=verdict.reasons, **same)
    return verdict.passes


ACTIONS.pop("tests.place", None)


def ordered(party_id, yuan, order, **more):
    """Whether an order goes on."""
    return place(SYSTEM, party_id=party_id, yuan=yuan, order=order, **more)


def limit(party_id, yuan, *, days=30, since=date(2026, 1, 1), currency="CNY"):
    """A limit that two people agreed on."""
    made = actions.set_limit(
        FINANCE,
        party_id=party_id,
        currency=currency,
        amount_minor=yuan * 100,
        terms_days=days,
        valid_from=since,
        reason="test",
    )
    actions.approve(DIRECTOR, grant_id=made)
    return made


def bill(network, yuan, *, on=ON, terms=30, order="SO-1", hold="", rest=0, party="D1"):
    """An invoice of one line without tax."""
    line = billing.InvoiceLineIn(network.skus["P1"], 1, yuan * 100, 0, yuan * 100, Decimal(0), 0)
    return billing.invoice(
        SYSTEM,
        party_id=network.ids[party],
        currency="CNY",
        lines=[line],
        order=order,
        delivery="DN",
        terms_days=terms,
        on=on,
        hold_key=hold,
        rest_minor=rest * 100,
    )


def paid(network, yuan, *, on=ON, party="D1", **more):
    """Money that came in."""
    return billing.record_payment(
        FINANCE, party_id=network.ids[party], currency="CNY", amount_minor=yuan * 100, on=on, **more
    )


def standing(party_id, on=ON, **more):
    """How a distributor stands."""
    return queries.standing(SYSTEM, party_id=party_id, currency="CNY", on=on, **more)


def publish(scope=("network", ""), **document):
    """Credit rules in force."""
    version = policies.draft(
        SYSTEM,
        kind="credit.rules",
        key="credit.rules",
        title="信用规则",
        document=document,
        effective_from=date(2026, 1, 1),
        scope_kind=scope[0],
        scope_key=scope[1],
    )
    policies.publish(SYSTEM, version_id=version)


def later(days):
    """A day after ON."""
    return ON + timedelta(days=days)
