"""A distributor's points: the balance, the lots it is made of, what expires when, and every entry."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.refusal import Missing
from gongying.engines import points as engine
from gongying.engines.money import POINTS, whole

from ..models import Earning, Loss, PointLot, Redemption
from .policies import programme_on

ACCOUNT = "points"
SOON = 90  # days ahead that a wallet warns of


@dataclass(frozen=True)
class Leaving:
    """Points that count until the end of a day."""

    on: date
    points: int
    days: int


@dataclass(frozen=True)
class Entry:
    """An entry of the account: what it was about (award, rebate, redeemed, cleared, transfer, adjust), and its document."""

    on: date
    document: str
    kind: str
    points: int
    balance: int
    ref_id: int | None = None


@dataclass(frozen=True)
class WalletView:
    """Points of a distributor: what is there, what they are worth in minor units, what expires when, the newest entries."""

    party_id: int
    balance: int
    worth_minor: int
    currency: str
    expires: list[Leaving] = field(default_factory=list)
    never: int = 0
    entries: list[Entry] = field(default_factory=list)


def open_lots(actor: Actor, party_id: int) -> list[PointLot]:
    """The lots of a distributor in scope that are still open, in the order in which they are used."""
    rows = PointLot.objects.for_actor(actor).filter(party_id=party_id, open__gt=0).select_related("earning__award")
    held = {row.pk: row for row in rows}
    return [held[lot.key] for lot in engine.in_order(as_engine(row) for row in held.values())]


def as_engine(row: PointLot) -> engine.Lot:
    """A lot as the engine has it."""
    return engine.Lot(row.pk, row.earned_on, row.expires_on, row.open)


def balance(actor: Actor, party_id: int) -> int:
    """The points of a distributor in scope, by the ledger."""
    return money.balance(actor, kind=ACCOUNT, holder_id=party_id, currency=POINTS)


def balances(party_ids: Iterable[int]) -> dict[int, int]:
    """What these distributors have in open lots."""
    rows = PointLot.objects.unscoped("balances").filter(party_id__in=list(party_ids), open__gt=0).order_by()
    return dict(rows.values_list("party_id").annotate(total=Sum("open")))


def leaving(lots: Iterable[PointLot], today: date) -> list[Leaving]:
    """Open points by their last day, the soonest first; what never expires is left out."""
    sums: dict[date, int] = {}
    for lot in lots:
        if lot.expires_on is not None:
            sums[lot.expires_on] = sums.get(lot.expires_on, 0) + lot.open
    return [Leaving(day, points, (day - today).days) for day, points in sorted(sums.items())]


@query(needs="points.view", roles=EVERYONE)
def wallet(actor: Actor, *, party_id: int) -> WalletView:
    """The points of a distributor: balance, worth, what expires when, and the newest 100 entries. Raises Missing."""
    party, today = parties.party(actor, party_id), timezone.localdate()
    lots = open_lots(actor, party.pk)
    has, rate, currency = balance(actor, party.pk), Decimal(0), party.currency
    try:
        document = programme_on(today).document
        rate, currency = document.minor_value, document.currency
    except Missing:
        pass  # no programme holds today: points that are left are shown without a worth
    return WalletView(
        party.pk,
        has,
        whole(has * rate),
        currency,
        leaving(lots, today),
        sum(lot.open for lot in lots if lot.expires_on is None),
        entries(actor, party.pk)[:100],
    )


def entries(actor: Actor, party_id: int) -> list[Entry]:
    """Every entry of a distributor's points, newest first, with what it was about."""
    held = money.postings(actor, kind=ACCOUNT, holder_id=party_id, currency=POINTS)
    mine: dict[str, Any] = {"party_id": party_id}
    earned = dict(Earning.objects.for_actor(actor).filter(**mine).values_list("award__number", "id"))
    used = dict(Redemption.objects.for_actor(actor).filter(**mine).values_list("number", "id"))
    rebates = set(
        PointLot.objects.for_actor(actor).filter(**mine, source="rebate").values_list("document", flat=True)
    )
    lost = dict(Loss.objects.for_actor(actor).filter(**mine).values_list("clearing__number", "clearing_id"))
    found = []
    for each in held:
        kind, ref = "adjust", None
        for name, known in (("award", earned), ("redeemed", used), ("cleared", lost)):
            if each.document in known:
                kind, ref = name, known[each.document]
        if kind == "redeemed" and each.amount_minor > 0:
            kind = "back"
        if each.document.startswith("JFZ-"):
            kind = "transfer"
        if each.document in rebates:
            kind = "rebate"
        found.append(Entry(each.business_date, each.document, kind, each.amount_minor, each.balance_minor, ref))
    return found


def wallets(actor: Actor) -> list[tuple[Any, int, date | None]]:
    """Everybody in scope with points: (party, balance, the next last day), the largest first."""
    held = {
        row.holder_id: row.balance_minor
        for row in money.accounts(actor, kind=ACCOUNT)
        if row.currency == POINTS and row.holder_id is not None
    }
    soonest: dict[int, date] = {}
    rows = PointLot.objects.for_actor(actor).filter(open__gt=0, expires_on__isnull=False).order_by("-expires_on")
    for party_id, day in rows.values_list("party_id", "expires_on"):
        soonest[party_id] = day
    found = [(party, held[party.pk], soonest.get(party.pk)) for party in parties.parties(actor) if party.pk in held]
    return sorted(found, key=lambda each: -each[1])
