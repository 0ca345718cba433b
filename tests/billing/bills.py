"""Steps that tests of billing share."""

from datetime import date
from decimal import Decimal

from gongying.areas.billing import actions
from gongying.books.money import post as ledger
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.soundness import SOUND

FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
ON = date(2026, 11, 2)


def line(product, yuan, *, rate="0.13", off=0, quantity=1):
    """An invoice line: gross in yuan, discount in yuan, tax on the net."""
    net = (yuan - off) * 100
    tax = int(net * Decimal(rate))
    return actions.InvoiceLineIn(product, quantity, yuan * 100, off * 100, net, Decimal(rate), tax)


def bill(network, yuan, *, party="D1", on=ON, terms=30, order="SO-1", delivery="DN-1", rate="0", **more):
    """An invoice of one line."""
    return actions.invoice(
        SYSTEM,
        party_id=network.ids[party],
        currency="CNY",
        lines=[line(network.skus["P1"], yuan, rate=rate)],
        order=order,
        delivery=delivery,
        terms_days=terms,
        on=on,
        **more,
    )


def paid(network, yuan, *, party="D1", on=ON, **more):
    """Money that came in."""
    return actions.record_payment(
        FINANCE, party_id=network.ids[party], currency="CNY", amount_minor=yuan * 100, on=on, **more
    )


@action(needs="tests.rebate", roles=("admin",), name="tests.rebate", exposed=False)
def rebate(actor: Actor, *, party_id: int, yuan: int) -> None:
    """A rebate that was credited."""
    house = ledger.open_accounts(actor, kind="rebate_expense", currency="CNY", holders=[None])[None]
    theirs = ledger.open_accounts(actor, kind="rebate", currency="CNY", holders=[party_id])[party_id]
    ledger.pay(actor, [ledger.Wanted(f"rebate/{party_id}", house, theirs, yuan * 100)], document="JS-1", on=ON)


ACTIONS.pop("tests.rebate", None)


def faults():
    """What the book of money and the papers find of themselves."""
    return {
        name: found
        for name, each in SOUND.items()
        if name.startswith(("money.", "billing.")) and (found := list(each.ask()))
    }
