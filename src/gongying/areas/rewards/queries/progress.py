"""How far a distributor is in its running programmes."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING

from gongying.books.lake.read import Snapshot
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.core.words import pick
from gongying.engines.rebates import STATED, Given, derive, ladder_of, outside

from ..rules import PROGRAMME, Programme
from .calculation import Nets, counted_in
from .measuring import Held, Wanted, read
from .wording import base_text


@dataclass(frozen=True)
class Progress:
    """How far a distributor is in a running programme: base so far, what it earned, and what the next tier would bring.

    `base` and the starts are as they are summed: minor units, pieces, grams, millilitres or points. `accrued_minor` is of the
    whole claimed period, the rest of what is calculated by itself; `next_gain_minor` is what reaching the next tier exactly
    would add to the rebate.
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
    base_text: str
    gap_text: str
    top: bool  # the highest tier is reached


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
    wanted = [Wanted(doc, running_period(doc, on), span) for _row, doc, span in asked]
    read_now = read(wanted, Nets(None, moment), moment) if wanted else []
    return [
        _progress(row.key, pick(row.title, row.title_en), document, _now(document, span, on), held.get(party_id))
        for (row, document, span), held in zip(asked, read_now, strict=True)
    ]


def _now(document: Programme, span: calendar.Period, on: date) -> calendar.Period:
    """The period that is calculated by itself on a day."""
    return calendar.KINDS[document.calculate](on) if document.calculate else span


def _is_for(places: set[tuple[str, str]], document: Programme) -> bool:
    """Whether a programme is for a party with these policy scopes (its code, its regions upwards): as `eligible` says."""
    named = not document.parties or any(("party", code) in places for code in document.parties)
    return named and (not document.regions or any(("region", code) in places for code in document.regions))


def running_period(document: Programme, on: date) -> calendar.Period:
    """The period of the programme's kind that holds a day."""
    return calendar.KINDS[document.period](on)


def _progress(key: str, title: str, document: Programme, span: calendar.Period, mine: Held | None) -> Progress:
    """Without a line nothing is earned, whatever the programme guarantees. A ladder that is read by a number of its own, or
    whose reference is missing, has no next base to reach."""
    terms, places = document.terms(), document.places
    whole = outside() if mine is None else mine.derive(document)
    running = [] if mine is None else [(base, given) for code, base, given in mine.each if code == span.code]
    counted, given = running[-1] if running else (0, Given())
    now = derive(counted, terms, given=given) if running else outside()
    ladder = None if document.measure in STATED else ladder_of(terms, given)
    starts = [int((tier.start + 0).scaleb(places).to_integral_value(ROUND_CEILING)) for tier in ladder or []]
    above = [start for start in starts if start > counted - given.deducted]
    following = above[0] + given.deducted if above else None
    gain = None if following is None else derive(following, terms, given=given).entitled - now.entitled
    return Progress(
        programme=key,
        title=title,
        period=span.code,
        basis=document.basis,
        currency=document.currency,
        base=counted,
        accrued_minor=whole.entitled,
        tier=now.tier,
        tiers=len(document.tiers),
        start=max((start for start in starts if start <= counted), default=0),
        next_start=following,
        gap=None if following is None else following - counted,
        next_gain_minor=gain,
        base_text=base_text(document, counted),
        gap_text="" if following is None else base_text(document, following - counted),
        top=now.tier == len(document.tiers) - 1,
    )
