"""A statement of account of each side: sent, with the distributor's ledger, a difference, a message and evidence."""

from datetime import date

from gongying.areas.reconciliation import actions
from gongying.areas.reconciliation.models import Difference, LedgerLine
from gongying.books.money import post as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.files import shelf
from gongying.core.people.access import actor_for

FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
OWN = """日期,单据编号,借方,贷方,摘要
2026-09-05,CNRY-{code}-INV,,900.00,CNRY-{code} text
2026-09-20,CNRY-{code}-THEIRS,50.00,,CNRY-{code} text
"""
SAID = {
    "month": "2026-09", "party_ids": [], "soa_ids": [], "difference_ids": [], "owner": "", "corrects": "house", "text": "x",
    "account": "receivable", "currency": "CNY", "day": "2026-09-06", "number": "x",
}  # fmt: skip
MORE = {
    "reconciliation:statement": ("?export=pdf", "?export=xlsx", "?only=open"),
    "reconciliation:statements": ("?state=waiting", "?state=open"),
    "reconciliation:differences": ("?shape=board", "?state=live", "?turn=house"),
}


@action(needs="tests.owe", roles=("admin",), name="tests.owe", exposed=False)
def _owe(actor: Actor, *, party_id: int, document: str) -> None:
    """An invoice of September."""
    held = money.open_accounts(actor, kind="receivable", currency="CNY", holders=[party_id])[party_id]
    sales = money.open_accounts(actor, kind="sales", currency="CNY", holders=[None])[None]
    money.pay(
        actor, [money.Wanted(f"test/{document}", held, sales, 1000_00)], document=document, on=date(2026, 9, 5)
    )


ACTIONS.pop("tests.owe", None)


def side(world, code):
    """The numbers of its statement, line, difference and file."""
    party_id, owner = world.ids[code], actor_for(world.people["owner", code])
    _owe(SYSTEM, party_id=party_id, document=f"CNRY-{code}-INV")
    (soa,) = actions.draw(FINANCE, month="2026-09", party_ids=[party_id]).soa_ids
    actions.send(FINANCE, soa_ids=[soa])
    file = shelf.store(
        owner,
        name=f"CNRY-{code}-ledger.csv",
        chunks=[OWN.format(code=code).encode()],
        purpose="ledger",
        party_id=party_id,
    )
    actions.take_ledger(owner, soa_id=soa, file_id=file.pk)
    document = f"CNRY-{code}-INV"
    row = Difference.objects.unscoped("test").filter(party_id=party_id, kind="amount", number=document).get()
    actions.say(owner, difference_id=row.pk, text=f"CNRY-{code} says", file_id=file.pk)
    actions.assign(FINANCE, difference_ids=[row.pk], owner="", next_step=f"CNRY-{code} step")
    line = LedgerLine.objects.unscoped("test").filter(party_id=party_id, side="ours", number=document).get()
    return {"soa_id": soa, "soa_line_id": line.pk, "difference_id": row.pk, "soa_file_id": file.pk}
