"""The walk's view of funds: an activity with a claim and an appeal of each side, a budget of each side's own, an agreement."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from django.utils import timezone
from PIL import Image

from gongying.areas.funds import actions
from gongying.areas.funds.models import Proof
from gongying.books.trade import post as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.files import shelf
from gongying.core.policies import actions as policies
from gongying.core.policies import read as held

DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
SHARED = {
    "fund": "walk",
    "cost_minor": 1000,
    "amount_minor": 1000,
    "product_ids": "1",
    "agreed": "1",
    "acquisition": "2",
    "units": 1,
    "customer": "x",
    "end": "2027-01-10",
    "granted_minor": 0,
}
SAID = {"costs": [["x", 1]], "proofs": [], "product_ids": [1]}
MORE = {
    "funds:protection": (
        "?products=P1&on=2026-06-01",
        "?products=P1+P2&on=2026-06-01&window=900",
        "?state=proposed",
    ),
    "funds:effects": ("?period=2026", "?period=2026&export=csv"),
    "funds:claims": ("?state=submitted&look=yes", "?found=missing"),
    "funds:commitments": ("?state=approved", "?late=over"),
    "funds:ageing": ("?on=2026-12-31",),
}


@action(needs="tests.walked", roles=("admin",), name="tests.walked", exposed=False)
def _walked(actor, *, rows: list[trade.LineIn]) -> None:
    """A sale to the named customer."""
    trade.lines(actor, rows, source="walk")


ACTIONS.pop("tests.walked", None)


def side(world, code):
    """Everything of funds that belongs to one distributor."""
    today, party = timezone.localdate(), world.ids[code]
    if not held.versions("funds.fund", "walk").exists():
        for key, document in (("walk", {"budget": "90000"}), ("walk-own", {"source": "grants"})):
            version = policies.draft(
                SYSTEM,
                kind="funds.fund",
                key=key,
                title=f"{key} 基金",
                document=document,
                effective_from=date(2026, 1, 1),
            )
            policies.publish(SYSTEM, version_id=version)
        actions.budget(SYSTEM, fund="walk", on=today, reason="walk")
    actions.grant(
        SYSTEM, fund="walk-own", party_id=party, amount_minor=50_00, currency="CNY", source="walk",
        reason=f"CNRY-{code} because", on=today,
    )  # fmt: skip
    term = {"start": today, "end": today + timedelta(days=9)}
    asked = {
        "party_id": party,
        "fund": "walk",
        "kind": "display",
        "cost_minor": 100_00,
        "reason": f"CNRY-{code} reason",
    }
    made = actions.request(SYSTEM, title=f"CNRY-{code} shelf", outlet=f"CNRY-{code} shop", **asked, **term)
    actions.approve_request(DIRECTOR, commitment_id=made)
    shown = BytesIO()
    Image.effect_noise((90, 80), 90).convert("L").save(shown, "PNG")
    file = shelf.store(
        SYSTEM,
        name=f"CNRY-{code}.png",
        chunks=[shown.getvalue()],
        purpose="funds",
        content_type="image/png",
        party_id=party,
    )
    claim = actions.submit(
        SYSTEM, commitment_id=made, costs=[actions.LineIn(f"CNRY-{code} rack", 40_00, f"CNRY{code}1")],
        proofs=[actions.ProofIn(file.pk)], note=f"CNRY-{code} note",
    )  # fmt: skip
    actions.reject(FINANCE, claim_id=claim, answer=f"CNRY-{code} no")
    appeal = actions.appeal(SYSTEM, claim_id=claim, reason=f"CNRY-{code} but", file_id=file.pk)
    agreement = actions.ask_debit(
        SYSTEM, party_id=party, product_id=world.skus["P1"], customer=f"CNRY-{code} hotel", fund="walk",
        acquisition=Decimal(10), agreed=Decimal(8), units=50, start=today - timedelta(days=9),
        end=today + timedelta(days=9), reason=f"CNRY-{code} tender",
    )  # fmt: skip
    actions.decide_debit(DIRECTOR, agreement_id=agreement, verdict="approved", answer=f"CNRY-{code} fine")
    sold = trade.LineIn(
        "sell_through", today - timedelta(days=2), party, world.skus["P1"], 1, "CNY", 800, 0, f"CNRY-{code}-SD",
        counterparty=f"CNRY-{code} hotel",
    )  # fmt: skip
    bought = trade.LineIn(
        "sell_in", today - timedelta(days=3), party, world.skus["P1"], 1, "CNY", 1000, 0, f"CNRY-{code}-SB"
    )
    _walked(SYSTEM, rows=[sold, bought])
    relief = actions.claim_debit(SYSTEM, agreement_id=agreement, start=today - timedelta(days=5), end=today)
    return {
        "commitment_id": made,
        "claim_id": claim,
        "claim_ids": [claim],
        "appeal_id": appeal,
        "proof_id": Proof.objects.for_actor(SYSTEM).get(claim=claim).pk,
        "agreement_id": agreement,
        "relief_id": relief,
    }
