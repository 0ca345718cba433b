"""What the walk finds of supply: a shipment with its proof and claim, a return, an allocation, a transfer, an agreement of each side."""

from datetime import UTC, date, datetime
from decimal import Decimal

from gongying.areas.supply import actions, queries
from gongying.books.places import post as places
from gongying.books.stock import post as stock
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.files import shelf
from gongying.core.people.access import actor_for

ON = date(2026, 6, 20)
PLANNER = Actor("planner-of-supply", role="planner", may=frozenset({"*"}), parties=None)
DIRECTOR = Actor("director-of-supply", role="director", may=frozenset({"*"}), parties=None)
SHARED = {"end": "2026-12-31"}
SAID = {
    "event_id": "walk",
    "events": [],
    "at": "2026-06-21T08:00:00Z",
    "fault": "carrier",
    "note": "x",
    "lines": [],
    "wishes": [],
    "site_id": 1,
    "rule": "max_min",
    "giver_id": 1,
    "taker_id": 1,
    "product_id": 1,
    "quantity": 1,
    "months": 1,
}


@action(needs="tests.goods", roles=("admin",), name="tests.goods", exposed=False)
def _goods(actor: Actor, *, key: str, product_id: int, promises: list[str]) -> int:
    """Ten pieces for every promise in the main warehouse, promised."""
    site = places.house(actor)[0].pk
    move = stock.MoveIn(key, None, product_id, ON, 10 * len(promises), site_id=site)
    stock.moves(actor, [move], source="test")
    needs = [stock.Need(promise, product_id, 10) for promise in promises]
    stock.reserve(actor, site_id=site, needs=needs, document=key, on=ON)
    return site


ACTIONS.pop("tests.goods", None)


def side(world, code):
    """The things of one distributor, with their numbers."""
    party, product = world.ids[code], world.skus["P1"]
    owner = actor_for(world.people["owner", code])
    keys = [f"CNRY-{code}-SO/{n}" for n in (1, 2)]
    site = _goods(PLANNER, key=f"CNRY-{code}-IN", product_id=product, promises=keys)
    made = [
        actions.ship(
            PLANNER, site_id=site, party_id=party, ship_to_id=None, order=f"CNRY-{code}-SO{n}", carrier=f"CNRY-{code} carrier",
            tracking=f"CNRY-{code}-T", eta=ON, on=ON, lines=[actions.ShipLineIn("1", key, product, 10)],
        )
        for n, key in enumerate(keys)
    ]  # fmt: skip
    photo = shelf.store(
        owner, name=f"CNRY-{code}.png", chunks=[b"\x89PNG\r\n\x1a\n"], purpose="supply", content_type="image/png", party_id=party
    )  # fmt: skip
    line = queries.shipment(owner, shipment_id=made[0].id).lines[0]
    actions.deliver(
        owner, shipment_id=made[0].id, received={str(line["id"]): 8}, signed_by=f"CNRY-{code} hand", file_id=photo.pk, on=ON,
        note=f"CNRY-{code} note",
    )  # fmt: skip
    told = {"at": datetime(2026, 6, 21, tzinfo=UTC), "place": f"CNRY-{code} place"}
    actions.carrier_event(PLANNER, shipment_id=made[1].id, event_id="1", kind="picked_up", **told)
    claim = queries.claims(owner).get().pk
    actions.explain_claim(owner, claim_id=claim, note=f"CNRY-{code} broken")
    back = actions.ReturnLineIn(product, 1, "defect", note=f"CNRY-{code} defect")
    asked = actions.request_return(
        owner, party_id=party, lines=[back], note=f"CNRY-{code} return", file_ids=[photo.pk], on=ON
    )
    return {
        "shipment_id": made[1].id,
        "claim_id": claim,
        "photo_id": photo.pk,
        "return_id": asked,
        **_shared_out(owner, party, product, site, code),
    }


def _shared_out(owner, party, product, site, code):
    wish = actions.WishIn(f"CNRY-{code}-N", party, product, 5, f"CNRY-{code}-SO")
    run = actions.draft_allocation(PLANNER, site_id=site, wishes=[wish], title=f"CNRY-{code} run", on=ON)
    actions.apply(DIRECTOR, allocation_id=run)
    share = queries.shares(owner).get(run=run).pk
    actions.object_allocation(owner, share_id=share, reason=f"CNRY-{code} objection")
    line = actions.TransferLineIn(product, 1, price=Decimal(1))
    passed = actions.offer_transfer(owner, giver_id=party, lines=[line], reason=f"CNRY-{code} surplus", on=ON)
    agreed = actions.draft_agreement(
        PLANNER,
        party_id=party,
        product_id=product,
        quantity=12,
        start="2026-06",
        months=3,
        note=f"CNRY-{code} terms",
    )
    return {"allocation_id": run, "share_id": share, "transfer_id": passed, "agreement_id": agreed}
