"""What the walk knows of credit: a limit, an order that waits for it."""

from datetime import date

from gongying.areas.credit import actions
from gongying.areas.credit.rules import Reason
from gongying.core.actor import SYSTEM, Actor

FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
SHARED = {"currency": "CNY", "valid_from": "2026-01-01", "valid_to": "2026-12-31", "order": "SO-1"}
SAID = {
    "verdict": "reject",
    "currency": "CNY",
    "valid_from": "2026-12-01",
    "valid_to": "2026-12-20",
    "answer": "x",
    "reason": "x",
}


def side(world, code):
    """A limit that waits for approval and an order that is held."""
    party = world.ids[code]
    grant = actions.set_limit(
        FINANCE,
        party_id=party,
        currency="CNY",
        amount_minor=100_00,
        valid_from=date(2026, 1, 1),
        reason=f"CNRY-{code} reason",
    )
    held = actions.hold(
        SYSTEM,
        order=f"CNRY-{code}-SO",
        party_id=party,
        currency="CNY",
        amount_minor=500_00,
        reasons=[Reason("limit", "", 400_00)],
        on=date(2026, 11, 2),
    )
    return {"grant_id": grant, "hold_id": held}
