"""What every verb of points does in the end: post in the ledger and keep the lots to it, both or neither."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from gongying.books.money import post as ledger
from gongying.books.money.read import Account
from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.engines import points as engine
from gongying.engines.money import POINTS

from .. import queries
from ..models import Earning, Move, PointLot

WHY = "posting of points"
ISSUED, BURNT, EXPIRED = "points_issued", "points_burnt", "points_expired"


def turn(party_ids: Iterable[int]) -> None:
    """Wait for the turn of these distributors: until the transaction ends nobody else touches their lots."""
    turns.take(*(f"points/{pk}" for pk in sorted(set(party_ids))))


def account(actor: Actor, party_id: int) -> Account:
    """The points account of a distributor; the ledger lets it never fall below nothing."""
    return ledger.open_accounts(actor, kind="points", currency=POINTS, holders=[party_id])[party_id]


def house(actor: Actor, kind: str) -> Account:
    """An account of the house: where points come from, or go."""
    return ledger.open_accounts(actor, kind=kind, currency=POINTS, holders=[None])[None]


def held(party_id: int) -> list[PointLot]:
    """The open lots of a distributor whose turn it is."""
    return list(PointLot.objects.unscoped(WHY).filter(party_id=party_id, open__gt=0).order_by("id"))


def give(
    actor: Actor,
    party_id: int,
    points: int,
    *,
    key: str,
    source: str,
    document: str,
    on: date,
    method: engine.Method,
    origin: str = ISSUED,
    earning: Earning | None = None,
) -> PointLot:
    """A new lot, posted from an account of the house."""
    wanted = ledger.Wanted(key, house(actor, origin), account(actor, party_id), points)
    ledger.pay(actor, [wanted], document=document, on=on)
    made: PointLot = PointLot.objects.create(
        party_id=party_id,
        source=source,
        document=document,
        earning=earning,
        amount=points,
        open=points,
        on=on,
        earned_on=on,
        expires_on=engine.expiry(on, method),
    )
    return made


def take(
    actor: Actor,
    party_id: int,
    parts: Sequence[tuple[int, int]],
    *,
    key: str,
    kind: str,
    document: str,
    on: date,
    target: Account | str,
) -> int:
    """Take points out of lots ((lot, points) each) and post them to an account. Returns how many."""
    points = sum(each for _lot, each in parts)
    to = house(actor, target) if isinstance(target, str) else target
    ledger.pay(actor, [ledger.Wanted(key, account(actor, party_id), to, points)], document=document, on=on)
    move([(lot, -each) for lot, each in parts], kind=kind, document=document, on=on)
    return points


def put_back(actor: Actor, party_id: int, *, key: str, document: str, on: date) -> int:
    """What a document burnt goes back into the very lots it came from. Returns how many points."""
    burnt = Move.objects.unscoped(WHY).filter(document=document, kind="burn", lot__party_id=party_id).order_by("id")
    parts = [(row.lot_id, -row.points) for row in burnt]
    points = int(sum(each for _lot, each in parts))
    wanted = ledger.Wanted(key, house(actor, BURNT), account(actor, party_id), points)
    ledger.pay(actor, [wanted], document=document, on=on)
    move(parts, kind="back", document=document, on=on)
    return points


def move(parts: Sequence[tuple[int, int]], *, kind: str, document: str, on: date) -> None:
    """Write movements of lots and keep what is open to them; the database refuses a lot below nothing."""
    for lot, points in parts:
        PointLot.objects.unscoped(WHY).filter(pk=lot).update(open=F("open") + points)
    rows = [Move(lot_id=lot, kind=kind, points=points, document=document, on=on) for lot, points in parts]
    Move.objects.bulk_create(rows, batch_size=500)


def burnt_from(party_id: int, points: int) -> list[tuple[int, int]]:
    """Which lots give points that are used now: first to expire first. Raises Refused when there are too few."""
    lots = [queries.as_engine(lot) for lot in held(party_id)]
    there = sum(lot.open for lot in lots)
    if there < points:
        raise Refused(
            _("%(points)s points are wanted, and %(there)s are there.")
            % {"points": f"{points:,}", "there": f"{there:,}"},
            code="points",
            field="points",
            remedy=_("Earn more first, or choose something that costs less."),
        )
    return engine.burn(lots, points)
