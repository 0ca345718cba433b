"""The walk's view of the warehouse: a site, a slip, a count, and a recall of a lot that both sides received."""

from datetime import date, timedelta

from django.utils import timezone

from gongying.areas.warehouse import actions
from gongying.areas.warehouse.models import RecallNotice
from gongying.books.stock import post as stock
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS

KEEPER = Actor("keeper", role="planner", may=frozenset({"*"}), parties=None)
LOT = "WALK-LOT"
SAID = {
    "site_id": 1, "to_site_id": 1, "lines": [], "lots": [], "entries": [], "severity": "quality", "product": "NONE",
    "code": "WALK", "name": "x", "note": "x",
}  # fmt: skip
MORE = {
    "warehouse:card": ("?site=WALK-WH", f"?lot={LOT}"),
    "warehouse:lots": ("?horizon=later",),
    "warehouse:ageing": ("?on=2026-06-01",),
    "warehouse:holders": ("?on=2026-06-30", "?is=below", "?q=D2", "?q=D1"),
    "warehouse:holder": ("?horizon=later",),
}


@action(needs="tests.hand_over", roles=("admin",), name="tests.hand_over", exposed=False)
def _hand_over(actor: Actor, *, site_id: int, party_id: int, product_id: int) -> None:
    """A delivery of the lot."""
    leg = stock.Leg(f"WALK/{party_id}", product_id, LOT, 5, None, site_id, party_id, None)
    stock.transfer(actor, legs=[leg], source="walk", document="WALK-DN", on=date(2026, 7, 1))


ACTIONS.pop("tests.hand_over", None)


def _house(world):
    """What everybody's goods come from, made once."""
    site = actions.save_site(SYSTEM, code="WALK-WH", name="仓库")
    far = timezone.localdate() + timedelta(days=400)
    line = actions.ReceiveLine("P1", 500, LOT, expires_on=far)
    slip = actions.receive(KEEPER, site_id=site, lines=[line], on=date(2026, 6, 1))
    waiting = actions.adjust(
        KEEPER, site_id=site, lines=[actions.MoveLine("P1", -200, LOT)], reason="damage", note="x"
    )
    count = actions.start_count(KEEPER, site_id=site)
    recall = actions.open_recall(SYSTEM, product="P1", lots=[LOT], title="召回", severity="quality")
    made = {"walk_site": site, "slip_id": waiting, "count_id": count, "recall_id": recall, "receipt_id": slip}
    world.made |= {"product_id": world.skus["P1"], "site_id": site} | made


def side(world, code):
    """A delivery to a side, and the notice it gets of the recall."""
    if "recall_id" not in world.made:
        _house(world)
    site, party, product = world.made["walk_site"], world.ids[code], world.skus["P1"]
    _hand_over(SYSTEM, site_id=site, party_id=party, product_id=product)
    actions.trace_again(SYSTEM, recall_id=world.made["recall_id"])
    notice = RecallNotice.objects.unscoped("test").get(party_id=party)
    actions.answer(SYSTEM, notice_id=notice.pk, returned=1, note=f"CNRY-{code} note")
    return {"notice_id": notice.pk}
