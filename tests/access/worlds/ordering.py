"""What a distributor has ordered: an order that was placed and amended, with a comment and a file, and a draft."""

from datetime import date
from decimal import Decimal

from gongying.areas.orders import actions as talk
from gongying.areas.orders.actions import DraftLine
from gongying.books.places import post as places
from gongying.books.prices import post as prices
from gongying.core.actor import SYSTEM
from gongying.core.doors import joined
from gongying.core.files import shelf
from gongying.core.people.access import actor_for
from gongying.flows.ordering import actions

SHARED = {"place": 2, "version": 1}
OTHER = {
    "ordering:sheet": {"order_id": "draft_order_id"},
    "ordering:review": {"order_id": "draft_order_id"},
    "ordering:file": {"file_id": "order_file_id"},
    "ordering:numbered": {"number": "order_number"},
}
MORE = {
    "ordering:orders": ("?state=submitted", "?late=yes", "?owing=yes"),
    "ordering:order": ("?export=pdf",),
    "ordering:new": ("?q=P1", "?party={party_id}"),
}
SAID = {
    "lines": [],
    "purpose": "sample",
    "reason": "x",
    "product": "P1",
    "products": ["P1"],
    "packs": 1,
    "quantity": 1,
    "text": "x",
    "signed_by": "x",
    "order_ids": [],
    "findings": [],
    "receiver": "nobody",
    "until": "2099-01-01",
    "delegation_id": 1,
}


def side(world, code):
    """The orders of one side, marked with its canary."""
    owner, sku = actor_for(world.people["owner", code]), world.skus["P2"]
    with joined("tests.orders"):
        key = {"scope_kind": "party", "scope_key": code}
        prices.prices(SYSTEM, [prices.PriceIn(f"CNRY-{code}-O", "dealer", sku, "CNY", Decimal(900), valid_from=date(2026, 1, 1), **key)], source="test")  # fmt: skip
        places.house(SYSTEM)
    lines, party = [DraftLine("P2", 2, note=f"CNRY-{code} line")], world.ids[code]
    done = actions.place(owner, party_id=party, lines=lines, reference=f"CNRY-{code}-PO", note=f"CNRY-{code} note")
    actions.amend(owner, order_id=done.id, lines=[DraftLine("P2", 3)], reason=f"CNRY-{code} changed")
    talk.comment(owner, order_id=done.id, text=f"CNRY-{code} comment")
    file = shelf.store(owner, name=f"CNRY-{code}-po.txt", chunks=[b"x"], purpose="order", party_id=party)
    talk.attach(owner, order_id=done.id, file_id=file.pk)
    draft = talk.draft(owner, party_id=party, lines=lines, reference=f"CNRY-{code}-draft")
    talk.favour(owner, party_id=party, product="P2")
    return {"order_id": done.id, "order_number": done.number, "draft_order_id": draft.id, "order_file_id": file.pk}
