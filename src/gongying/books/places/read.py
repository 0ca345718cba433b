"""The only reader of territories and sites."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import moment
from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .models import KINDS, Site, Territory

KEPT = "places.sites"  # what a moment keeps: see core/moment.py
__all__ = [
    "KINDS",
    "Held",
    "Site",
    "addresses",
    "by_ids",
    "held",
    "house_sites",
    "main_site",
    "site",
    "sites",
    "territories",
    "transit",
    "usual_address",
]


def territories(actor: Actor, *, party_id: int | None = None, at: date | None = None) -> QuerySet[Territory]:
    """Grants in scope, of one party or of all, on a day or ever."""
    rows: QuerySet[Territory] = Territory.objects.for_actor(actor).select_related("party", "region")
    if party_id is not None:
        rows = rows.filter(party_id=party_id)
    if at is not None:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at), valid_from__lte=at)
    return rows.order_by("party_id", "region__code", "valid_from")


class Held(NamedTuple):
    """A territory somebody holds on a day, by numbers and codes: for judging conflicts, whoever asks."""

    party_id: int
    region_id: int
    region: str
    channel: str
    category: str
    exclusive: bool


def held(at: date) -> list[Held]:
    """Every territory that holds on a day, for judging; a page that shows whose it is asks `territories`."""
    rows = Territory.objects.unscoped("conflicts are judged over the whole network").filter(valid_from__lte=at)
    rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at)).order_by("region__code", "party_id", "id")
    names = ("party_id", "region_id", "region__code", "channel", "category", "exclusive")
    return [Held(*row) for row in rows.values_list(*names)]


def sites(actor: Actor, party_id: int | None = None, kind: str = "", active: bool = True) -> QuerySet[Site]:
    """Sites in scope, of one party or of all, of one kind or of all; those of the house are seen by the whole network's
    people only."""
    rows: QuerySet[Site] = Site.objects.for_actor(actor).select_related("party", "region")
    if party_id is not None:
        rows = rows.filter(party_id=party_id)
    if kind:
        rows = rows.filter(kind=kind)
    return (rows.filter(active=True) if active else rows).order_by("party_id", "-main", "code")


def addresses(party_id: int, on: date, active: bool = True) -> QuerySet[Site]:
    """Where goods of a party, which the caller found in his scope, may be delivered on a day: its own sites and those of whoever
    takes goods for it (the role ship_to); the latter first where there is one."""
    taker = parties.role(party_id, "ship_to", on)
    rows = _taken_by(taker, party_id)
    return rows.filter(active=True) if active else rows


def usual_address(party_id: int, on: date) -> int | None:
    """The site that takes the goods of a party when an order names none: the main one of who plays the role ship_to, the party's own
    where he has none. None when nobody else plays it: then it is left to the carrier's list."""
    taker = parties.role(party_id, "ship_to", on)
    if taker == party_id:
        return None
    return _taken_by(taker, party_id).filter(active=True).values_list("pk", flat=True).first()


def _taken_by(taker: int, party_id: int) -> QuerySet[Site]:
    """The sites at which goods of a party can be delivered, those of who takes them first."""
    rows = Site.objects.unscoped("addresses of a party in scope").filter(party_id__in={party_id, taker})
    rows = rows.filter(kind__in=("ship_to", "store", "warehouse"))
    found: QuerySet[Site] = rows.order_by(Case(When(party_id=taker, then=0), default=1), "-main", "code")
    return found


def site(actor: Actor, site_id: int) -> Site:
    """One site in scope, or Missing."""
    found: Site = one(Site.objects.for_actor(actor).select_related("party", "region"), pk=site_id)
    return found


def house_sites(kind: str = "") -> QuerySet[Site]:
    """The open sites of the house, main one first, for whoever moves goods on somebody's behalf."""
    rows: QuerySet[Site] = Site.objects.unscoped("a house site").filter(party__isnull=True, active=True)
    return (rows.filter(kind=kind) if kind else rows).order_by("-main", "code")


def main_site() -> Site:
    """The warehouse of the house that is used by default. Raises Refused while there is none."""
    return _first("warehouse")


def transit() -> Site:
    """The place of goods on their way to distributors. Raises Refused while there is none."""
    return _first("transit")


def _first(kind: str) -> Site:
    rows = _FIRST(kind=kind)
    if not rows:
        raise Refused(
            _("The house has no warehouse yet."),
            code="no_site",
            remedy=_("Open one on the page of the warehouse."),
        )
    found: Site = rows[0]
    _known()[found.pk] = found
    return found


_FIRST = Asked(lambda: house_sites().filter(kind=Given("kind"))[:1])


def _known() -> dict[int, Site]:
    """The sites that were read in this verb."""
    return moment.kept(KEPT, "", dict)


def by_ids(ids: Iterable[int]) -> dict[int, Site]:
    """Sites by their numbers, for posting; each is read once in a verb."""
    wanted, known = set(ids), _known()
    fresh = wanted - known.keys()
    if fresh:
        known.update(Site.objects.unscoped("posting").in_bulk(sorted(fresh)))
    return {pk: known[pk] for pk in sorted(wanted & known.keys())}
