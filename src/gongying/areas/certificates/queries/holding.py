"""Who holds what on a day: for programs, and for whoever asks of many distributors at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, HQ, PORTAL, query

from ..models import Certificate
from .reading import missing, state_of

MOST = 500


@dataclass(frozen=True)
class CertificateView:
    """A certificate for programs; `stands` is what it is on the day that was asked for."""

    id: int
    number: str
    party_id: int
    kind: str
    holder: str
    serial: str
    issuer: str
    valid_from: date
    valid_to: date | None
    stands: str


@query(needs="certificates.view", roles=EVERYONE)
def held(actor: Actor, *, party_id: int, on: date | None = None) -> list[CertificateView]:
    """The certificates of a distributor in scope and what each is on a day (today when not given), the newest first; at most 500."""
    parties.party(actor, party_id)
    day = on or timezone.localdate()
    rows = Certificate.objects.for_actor(actor).filter(party_id=party_id).order_by("-id")
    return [
        CertificateView(
            row.pk, row.number, row.party_id, row.kind, row.holder, row.serial, row.issuer, row.valid_from, row.valid_to, state_of(row, day)
        )
        for row in rows[:MOST]
    ]  # fmt: skip


@query(needs="certificates.mine", roles=PORTAL)
def mine(actor: Actor) -> list[CertificateView]:
    """The certificates of one's own company and people as of today, the newest first; at most 500."""
    own = parties.parties(actor).first()
    return held(actor, party_id=own.pk) if own is not None else []


@dataclass(frozen=True)
class LackView:
    """That a distributor needs a certificate of a kind and holds none that is good; `ended` is the last day of the newest."""

    party_id: int
    kind: str
    ended: date | None


@query(needs="certificates.desk", roles=HQ)
def lacking(actor: Actor) -> list[LackView]:
    """Who in scope needs a certificate and holds none that is good today; at most 2,000."""
    rows = missing(actor, timezone.localdate())[:2000]
    return [LackView(row.party.pk, row.kind.code, row.ended) for row in rows]


def _counting(on: date) -> Q:
    """Accepted by now, not withdrawn by the day."""
    return Q(state="accepted") | Q(state="withdrawn", withdrawn_on__gt=on) & ~Q(decided_by="")


def _of(actor: Actor, whom: Iterable[int], kind: str, on: date) -> QuerySet[Certificate]:
    rows: QuerySet[Certificate] = Certificate.objects.for_actor(actor).filter(_counting(on), kind=kind)
    return rows.filter(party_id__in=list(whom), valid_from__lte=on)


def held_on(actor: Actor, whom: Iterable[int], kind: str, on: date) -> set[int]:
    """Of these distributors in scope those that hold a certificate of a kind which is good on a day: accepted by now, good
    from its first to the end of its last day, and not withdrawn on that day or before. One that is accepted later than the
    day counts for it: it was held, only shown late."""
    rows = _of(actor, whom, kind, on).filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    return set(rows.order_by().values_list("party_id", flat=True))


def last_day_of(actor: Actor, whom: Iterable[int], kind: str, on: date) -> dict[int, date]:
    """The last day of the newest certificate of a kind that began by a day, of whoever of these has or had one with an end."""
    rows = _of(actor, whom, kind, on).filter(valid_to__isnull=False).order_by("valid_to")
    return {party: until for party, until in rows.values_list("party_id", "valid_to") if until}  # the latest stays
