"""How far a distributor is in its running programmes."""

from dataclasses import dataclass
from datetime import date

from gongying.books.lake.read import Snapshot
from gongying.books.metrics import read as metrics
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.core.words import pick
from gongying.engines.money import exponent
from gongying.engines.rebates import derive, outside

from ..rules import PROGRAMME, Programme
from .calculation import amount_of, counted_in, selection_of


@dataclass(frozen=True)
class Progress:
    """How far a distributor is in a running programme: base so far, what it earned, and what the next tier would bring.

    `base` and the starts are in minor units for value and in pieces for quantity; `next_gain_minor` is what reaching the
    next tier exactly would add to the rebate.
    """

    programme: str
    title: str
    period: str
    basis: str
    currency: str
    base: int
    accrued_minor: int
    tier: int | None
    tiers: int
    start: int
    next_start: int | None
    gap: int | None
    next_gain_minor: int | None


def progress(actor: Actor, party_id: int, on: date, moment: Snapshot | None = None) -> list[Progress]:
    """The programmes of a distributor that run on a day, as known now (or at a snapshot).

    Missing when the party is out of scope.
    """
    if not actor.sees(party_id):
        raise Missing("no such distributor")
    newest = {row.key: row for row in policies.in_force(PROGRAMME.code, on).filter(scope_kind="network")}
    documents = [(row, policies.parsed(row)) for row in newest.values()]
    places = set(policies.scopes_of(party_id, on))  # in one question, however many programmes there are
    asked = [
        (row, doc, counted_in(running_period(doc, on), row.effective_to))
        for row, doc in documents
        if isinstance(doc, Programme) and _is_for(places, doc)
    ]
    found = []
    for (row, document, span), held in zip(
        asked, metrics.bases([selection_of(doc, span, None) for _row, doc, span in asked], moment), strict=True
    ):
        base = next((each for each in held if each.party_id == party_id), None)
        counted = 0 if base is None else amount_of(document, base)
        found.append(_progress(row.key, pick(row.title, row.title_en), document, span, counted, base is not None))
    return found


def _is_for(places: set[tuple[str, str]], document: Programme) -> bool:
    """Whether a programme is for a party with these policy scopes (its code, its regions upwards): as `eligible` says."""
    named = not document.parties or any(("party", code) in places for code in document.parties)
    return named and (not document.regions or any(("region", code) in places for code in document.regions))


def running_period(document: Programme, on: date) -> calendar.Period:
    """The natural period of the programme's kind that holds a day."""
    return calendar.NATURAL[document.period](on)


def _progress(
    key: str, title: str, document: Programme, span: calendar.Period, counted: int, bought: bool
) -> Progress:
    """`bought` is false while no line counts yet: then nothing is earned, whatever the programme guarantees."""
    terms = document.terms()
    unit = 10 ** exponent(document.currency) if document.basis == "value" else 1
    now = derive(counted, terms) if bought else outside()
    starts = [int(tier.start * unit) for tier in terms.tiers]
    above = [start for start in starts if start > counted]
    following = above[0] if above else None
    return Progress(
        programme=key,
        title=title,
        period=span.code,
        basis=document.basis,
        currency=document.currency,
        base=counted,
        accrued_minor=now.entitled,
        tier=now.tier,
        tiers=len(starts),
        start=max((start for start in starts if start <= counted), default=0),
        next_start=following,
        gap=None if following is None else following - counted,
        next_gain_minor=None if following is None else derive(following, terms).entitled - now.entitled,
    )
