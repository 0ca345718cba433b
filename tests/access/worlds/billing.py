"""What the walk knows of billing: an invoice that is late, a payment, a request, a reminder, a file of the bank."""

from datetime import date
from decimal import Decimal

from gongying.areas.billing import actions, queries
from gongying.areas.billing.models import Letter
from gongying.books.goods.read import ids_by_code
from gongying.core.actor import SYSTEM, Actor

FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
SHARED = {"month": "2026-10", "rows": [], "name": "x.csv", "receipt_id": 1, "parties_by_line": {}}
SAID = {"text": "x", "uses": [[1, 1]], "source": "prepaid", "what": "prepaid", "amount": "1", "on": "2026-11-02"}
MORE = {
    "billing:invoice": ("?export=pdf",),
    "billing:letter": ("?export=pdf",),
    "billing:month": ("?export=csv", "?export=xlsx", "?check=1"),
}


def side(world, code):
    """An invoice of last spring, a payment that names nothing, a request to give it back, a reminder."""
    party, product = world.ids[code], ids_by_code(["P1"])["P1"]
    line = actions.InvoiceLineIn(product, 1, 100_00, 0, 100_00, Decimal("0.13"), 13_00)
    made = actions.invoice(
        SYSTEM,
        party_id=party,
        currency="CNY",
        lines=[line],
        order=f"CNRY-{code}-SO",
        delivery=f"CNRY-{code}-DN",
        terms_days=30,
        on=date(2026, 4, 2),
    )
    paid = actions.record_payment(
        FINANCE,
        party_id=party,
        currency="CNY",
        amount_minor=7_00,
        on=date(2026, 5, 2),
        text=f"CNRY-{code} text",
        reference=f"CNRY-{code}-REF",
    )
    asked = actions.ask_refund(
        FINANCE, party_id=party, currency="CNY", amount_minor=1_00, source="prepaid", reason=f"CNRY-{code} reason"
    )
    actions.remind(FINANCE, party_ids=[party])
    text = f"交易日期,贷方金额,对方户名,摘要,交易流水号\n2026-06-01,5,CNRY-{code} 某公司,{code},CNRY-{code}-BANK\n"
    world.made["bank_id"] = actions.read_bank(FINANCE, name=f"CNRY-{code}.csv", text=text)
    letter = Letter.objects.unscoped("test").get(party_id=party).pk
    item = queries.invoice_row(SYSTEM, made.id).item_id
    return {
        "invoice_id": made.id,
        "payment_id": paid.id,
        "request_id": asked,
        "letter_id": letter,
        "item_id": item,
        "credit_item": item,
    }
