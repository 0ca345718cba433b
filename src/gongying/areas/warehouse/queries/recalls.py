"""Recalls: who has or had the goods, who was told, what became of them."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.books.stock import read as book
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import HQ, PORTAL, query
from gongying.core.scope import one

from ..models import Recall, RecallNotice


@dataclass(frozen=True)
class Traced:
    """A holder of lots that are called back: base units he received, has still (reckoned) and passed on."""

    party: Any
    site: Any
    lot: str
    received: int
    on_hand: int
    gone: int

    @property
    def key(self) -> str:
        """One lot at one holder."""
        return f"{self.party.pk if self.party else 0}/{self.site.pk if self.site else 0}/{self.lot}"


def recalls() -> QuerySet[Recall]:
    """Recalls, newest first, with who was told and who answered."""
    accounted = F("notices__kept_apart") + F("notices__returned") + F("notices__destroyed") + F("notices__sold_on")
    return (
        Recall.objects.select_related("product")
        .annotate(
            told=Count("notices"),
            answered=Count("notices", filter=Q(notices__state="answered")),
            received=Coalesce(Sum("notices__received"), 0),
            accounted=Coalesce(Sum(accounted), 0),
            back=Coalesce(Sum("notices__returned"), 0),
        )
        .order_by("-id")
    )


def recall_of(recall_id: int) -> Recall:
    """One recall, or Missing."""
    return one(recalls(), pk=recall_id)


def notices(actor: Actor, recall_id: int | None = None) -> QuerySet[RecallNotice]:
    """Notices in scope, of one recall or of all, those that wait first."""
    rows: QuerySet[RecallNotice] = RecallNotice.objects.for_actor(actor).select_related("recall__product", "party")
    rows = rows if recall_id is None else rows.filter(recall_id=recall_id)
    return rows.order_by("-recall_id", "party__code")


def notice_of(actor: Actor, notice_id: int) -> RecallNotice:
    """One notice in scope, or Missing."""
    found: RecallNotice = one(notices(actor), pk=notice_id)
    return found


def distributors_of(recall: Recall) -> dict[int, tuple[int, int]]:
    """(received, on hand) of the distributors that received goods of a recall, in base units."""
    found: dict[int, tuple[int, int]] = {}
    for lot in recall.lots.values_list("lot", flat=True):
        for each in book.holders_of(recall.product_id, lot):
            if each.holder_id is not None:
                received, held = found.get(each.holder_id, (0, 0))
                found[each.holder_id] = (received + each.received, held + max(0, each.on_hand))
    return found


def trace(actor: Actor, recall: Recall) -> list[Traced]:
    """Every holder of a recall in scope, lot by lot: the sites of the house, what is on the way, distributors."""
    sites = {site.pk: site for site in places.sites(SYSTEM, active=False)}
    held = [
        (lot, each)
        for lot in recall.lots.order_by("lot").values_list("lot", flat=True)
        for each in book.holders_of(recall.product_id, lot)
    ]
    whom = {each.holder_id for _lot, each in held if each.holder_id is not None}
    names = {party.pk: party for party in parties.parties(actor).filter(pk__in=whom)}
    found = []
    for lot, each in held:
        if actor.sees(each.holder_id):
            party = names.get(each.holder_id) if each.holder_id is not None else None
            site = sites.get(each.site_id) if each.site_id is not None else None
            found.append(Traced(party, site, lot, each.received, each.on_hand, each.gone))
    return found


@dataclass(frozen=True)
class Place:
    """A holder of a lot that is called back: a distributor's code, or a site's; base units."""

    distributor: str
    site: str
    lot: str
    received: int
    on_hand: int
    gone: int


@query(needs="warehouse.trace", roles=HQ)
def traced(actor: Actor, *, recall_id: int) -> list[Place]:
    """Every holder in scope of the goods of a recall, lot by lot."""
    return [
        Place(
            each.party.code if each.party else "", each.site.code if each.site else "", each.lot, each.received,
            each.on_hand, each.gone,
        )
        for each in trace(actor, recall_of(recall_id))
    ]  # fmt: skip


def open_for(actor: Actor) -> int:
    """How many notices in scope wait for an answer."""
    rows = RecallNotice.objects.for_actor(actor).filter(recall__state="open").exclude(state="answered")
    return int(rows.count())


@dataclass(frozen=True)
class Told:
    """A recall as a distributor reads it: base units he received, and how many are not accounted for."""

    notice_id: int
    number: str
    product: str
    lots: list[str]
    severity: str
    state: str
    received: int
    missing: int


@query(needs="warehouse.portal", roles=PORTAL)
def told(actor: Actor) -> list[Told]:
    """The recalls that one's own company was told of, newest first."""
    rows = notices(actor).prefetch_related("recall__lots")
    return [
        Told(
            row.pk,
            row.recall.number,
            row.recall.product.code,
            sorted(each.lot for each in row.recall.lots.all()),
            row.recall.severity,
            row.state,
            row.received,
            row.received - row.accounted,
        )
        for row in rows
    ]
