"""What waits at the desk of points, and one's own points."""

from dataclasses import dataclass

from django.utils import timezone

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import HQ, PORTAL, query
from gongying.core.refusal import Missing

from ..models import Adjustment, Award, Clearing, Redemption
from .wallet import WalletView, wallet


@dataclass(frozen=True)
class Waiting:
    """How much waits: awards and adjustments to decide, redemptions nothing came of yet, clearings whose notice is over."""

    awards: int
    adjustments: int
    redemptions: int
    clearings: int


@query(needs="points.desk", roles=HQ)
def waiting(actor: Actor) -> Waiting:
    """What waits for somebody at head office, of the distributors in scope."""
    noticed = Clearing.objects.filter(state="noticed", clears_from__lte=timezone.localdate())
    return Waiting(
        Award.objects.filter(state="pending").count(),
        Adjustment.objects.for_actor(actor).filter(state="proposed").count(),
        Redemption.objects.for_actor(actor).filter(state="ordered").count(),
        noticed.count(),
    )


@query(needs="points.mine", roles=PORTAL)
def mine(actor: Actor) -> WalletView:
    """The points of one's own company. Raises Missing for somebody without one."""
    own = parties.parties(actor).first()
    if own is None:
        raise Missing("no distributor of his")
    return wallet(actor, party_id=own.pk)
