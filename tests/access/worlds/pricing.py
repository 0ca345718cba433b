"""The walk's view of pricing: a special price that was asked for each side, and a promotion for the whole network."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from gongying.areas.pricing import actions
from gongying.books.prices import post as prices
from gongying.core.actor import SYSTEM
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.policies import actions as policies

SHARED = {
    "start": "2026-01-01",
    "last": "2026-12-31",
    "product_id": 1,
    "price": "5",
    "packs": 1,
    "valid_from": "2027-01-01",
    "valid_to": "2027-02-01",
}
MORE = {
    "pricing:book": ("?on=2026-06-01", "?scope=party", "?q=D1", "?q=D2"),
    "pricing:waterfall": ("?party=D1&product=P1&packs=3", "?party=D2&product=P1&packs=3"),
    "pricing:uses": ("?party=1", "?party=2"),
    "pricing:replay": ("?from=2026-01-01&to=2026-12-31", "?from=2026-01-01&to=2026-12-31&export=csv"),
}


@action(needs="tests.listed", roles=("admin",), name="tests.listed", exposed=False)
def _listed(actor, *, product_id: int) -> None:
    """A price for everybody."""
    row = prices.PriceIn("WALK", "dealer", product_id, "CNY", Decimal(20), valid_from=date(2026, 1, 1))
    prices.prices(actor, [row], source="walk")


ACTIONS.pop("tests.listed", None)


def side(world, code):
    """A special price that was asked for a distributor, and a promotion only it has."""
    _listed(SYSTEM, product_id=world.skus["P2"])
    today = timezone.localdate()
    special = actions.request_special(
        SYSTEM,
        party_id=world.ids[code],
        product_id=world.skus["P2"],
        price=Decimal("11.5"),
        packs=10,
        valid_from=today,
        valid_to=today + timedelta(days=30),
        reason=f"CNRY-{code} because",
        competitor=f"CNRY-{code} rival",
    )
    version = policies.draft(
        SYSTEM,
        kind="prices.promotion",
        key=f"own-{code.lower()}",
        title=f"CNRY-{code} 活动",
        title_en=f"CNRY-{code} deal",
        document={"form": "buy_get", "products": ["P2"], "buy": "10", "get": 1, "cap_units": 9},
        effective_from=today - timedelta(days=5),
        scope_kind="party",
        scope_key=code,
    )
    policies.publish(SYSTEM, version_id=version)
    return {"special_id": special, "promotion_id": version}
