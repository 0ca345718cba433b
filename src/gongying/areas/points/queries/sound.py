"""What must hold of points at any time."""

from collections.abc import Iterator

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.money import read as money
from gongying.core.actor import SYSTEM
from gongying.core.soundness import sound
from gongying.engines.money import POINTS

from ..models import Earning, Move, PointLot, Redemption

WHY = "soundness"


@sound("points.lots", _("the points of a distributor are the sum of his open lots"))
def apart() -> Iterator[tuple[int, int, int]]:
    """Distributors whose account is not the sum of their open lots: (party, account, lots)."""
    rows = PointLot.objects.unscoped(WHY).order_by().values_list("party_id")
    lots = {party: total for party, total in rows.annotate(total=Sum("open")) if total}
    held: dict[int, int] = {
        row.holder_id or 0: row.balance_minor
        for row in money.accounts(SYSTEM, kind="points")
        if row.currency == POINTS and row.balance_minor
    }
    for party in sorted({*lots, *held}):
        if lots.get(party, 0) != held.get(party, 0):
            yield party, held.get(party, 0), lots.get(party, 0)


@sound("points.moves", _("what is open of a lot is its points and its movements"))
def adrift() -> Iterator[tuple[int, int, int]]:
    """Lots whose kept rest is not amount plus movements: (lot, kept, counted)."""
    rows = Move.objects.unscoped(WHY).order_by().values_list("lot_id")
    moved = dict(rows.annotate(total=Sum("points")))
    for pk, amount, left in PointLot.objects.unscoped(WHY).order_by("id").values_list("id", "amount", "open"):
        if amount + moved.get(pk, 0) != left:
            yield pk, left, amount + moved.get(pk, 0)


@sound("points.redemptions", _("a redemption took its points, and one that was called off gave them back"))
def unpaid() -> Iterator[tuple[str, int, int]]:
    """Redemptions whose movements are not their points: (number, wanted, taken)."""
    rows = Move.objects.unscoped(WHY).filter(kind__in=("burn", "back")).order_by().values_list("document")
    taken = dict(rows.annotate(total=Sum("points")))
    for number, points, state in Redemption.objects.unscoped(WHY).values_list("number", "points", "state"):
        wanted = 0 if state == "cancelled" else points
        if -taken.get(number, 0) != wanted:
            yield number, wanted, -taken.get(number, 0)


@sound("points.awards", _("what was awarded is what was entitled, and became a lot"))
def unlike() -> Iterator[tuple[int, int, int]]:
    """Posted earnings whose posted points are not their lots less what was recalled under them: (earning, posted, lots)."""
    rows = PointLot.objects.unscoped(WHY).filter(earning__isnull=False).order_by().values_list("earning_id")
    lots = dict(rows.annotate(total=Sum("amount")))
    held = Earning.objects.unscoped(WHY).filter(award__state="posted", posted__gt=0)
    for pk, posted, due in held.values_list("id", "posted", "due"):
        if not posted == due == lots.get(pk, 0):
            yield pk, posted, lots.get(pk, 0)
