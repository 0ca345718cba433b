"""What the walk knows of credit: a limit, an order that waits for it."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from gongying.areas.credit import actions
from gongying.areas.credit.models import Revision
from gongying.areas.credit.rules import Reason
from gongying.core.actor import SYSTEM, Actor
from gongying.core.policies import actions as policies

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


def _revised(world, party):
    """A revision by turnover that was announced, under a policy that is to come."""
    today = timezone.localdate()
    if "turnover_version" not in world.made:
        world.made["turnover_version"] = policies.draft(
            SYSTEM, kind="credit.turnover", key="credit.turnover", title="周转", effective_from=today + timedelta(days=30),
            document={"benchmark": "45", "slope": "0.005", "low": "0.8", "high": "1.2"},
        )  # fmt: skip
        policies.publish(SYSTEM, version_id=world.made["turnover_version"])
    Revision.objects.create(
        party_id=party, period="2026-10", version_id=world.made["turnover_version"], policy_hash="x", days=Decimal(33), before=Decimal(1),
        factor=Decimal("1.06"), announced_on=today, valid_from=today + timedelta(days=14), valid_to=today + timedelta(days=70), made_by="x",
    )  # fmt: skip


def side(world, code):
    """A limit that waits for approval, an order that is held, a revision that is to come."""
    party = world.ids[code]
    _revised(world, party)
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
