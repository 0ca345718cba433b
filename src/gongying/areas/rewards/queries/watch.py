"""Who is close to the next tier of a running programme, and who will miss the one he held in the period before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.core.refusal import Missing
from gongying.core.words import pick
from gongying.engines.accrual import Pace
from gongying.engines.money import whole
from gongying.engines.rebates import RELATIVE, STATED, Derivation

from ..rules import Programme
from .calculation import calculate
from .overview import titles
from .pacing import Asked, Paced, in_period, paces, period_before, running
from .terms import watching

COVERED = 90  # days of issues that the cover is reckoned from
LONGEST = 500


@dataclass(frozen=True)
class Watched:
    """A distributor in a running programme (bases in minor units or pieces, amounts in minor units).

    `share` is his base ÷ the start of the next tier; `gap` is missing, `gain_minor` what reaching it exactly would add;
    `final` is where his pace ends and `tier_final` the tier there. `before` is the tier of the period before and its start,
    `short` what the pace leaves missing of it. `cover` is how many days his declared stock lasts (None: not known).
    """

    party_id: int
    code: str
    name: str
    programme: str
    title: str
    period: str
    basis: str
    currency: str
    days_left: int
    base: int
    tier: int | None
    tiers: int
    next_start: int | None
    share: Decimal | None
    gap: int | None
    gain_minor: int | None
    final: int
    tier_final: int | None
    before: int | None
    before_start: int | None
    short: int | None
    cover: Decimal | None
    stocked: bool
    kind: str  # close | missing | ""
    pace: Pace
    season: str

    @property
    def nudge(self) -> bool:
        """Whether it is right to point him to the next tier: not while his stock is high (C008)."""
        return self.kind == "close" and not self.stocked


def watched(actor: Actor, on: date, programme: str = "") -> list[Watched]:
    """Everybody in scope in the programmes that run on a day and who is close to a tier or about to miss one, the most money first."""
    rows = [row for asked, held in _held(actor, on, programme) for row in _rows(actor, asked, held, on)]
    return sorted(
        (row for row in rows if row.kind), key=lambda row: (row.kind, -(row.gain_minor or 0), row.code, row.programme)
    )  # fmt: skip


def watched_one(actor: Actor, on: date, programme: str, party_id: int) -> Watched:
    """One distributor in scope in a running programme, close to anything or not. Raises Missing."""
    if not actor.sees(party_id):
        raise Missing("no such distributor")
    for asked, held in _held(actor, on, programme):
        for row in _rows(actor, asked, {pk: each for pk, each in held.items() if pk == party_id}, on):
            return row
    raise Missing("nothing bought in a running programme")


@query(needs="rewards.watch", roles=HQ)
def watch_list(actor: Actor, *, on: date, programme: str = "", kind: str = "", limit: int = 100) -> list[Watched]:
    """The watch list on a day, of one programme or of all; `kind` is close or missing. At most 500."""
    rows = [row for row in watched(actor, on, programme) if kind in ("", row.kind)]
    return rows[: min(max(1, limit), LONGEST)]


def _held(actor: Actor, on: date, programme: str) -> list[tuple[Asked, dict[int, Paced]]]:
    asked = running(on, [programme] if programme else [])
    return list(zip(asked, paces(asked, seen=actor.parties), strict=True))


def _rows(actor: Actor, asked: Asked, held: Mapping[int, Paced], on: date) -> list[Watched]:
    document = asked.bound.document
    known = {party.pk: party for party in parties.parties(actor)}
    before, cover = _before(asked), covers(actor, document, on) if held else {}
    title = titles()[0].get(asked.bound.version_id, asked.programme)
    found = []
    for pk, paced in sorted(held.items()):
        party = known.get(pk)
        if party is not None and paced.base > 0:
            rules = watching(on, pk)
            days, tier = cover.get(party.code), before.get(pk)
            stocked = days is not None and days > rules.cover_days
            said = (pk, party.code, pick(party.name, party.name_en), asked.programme, title)
            found.append(_row(said, asked, paced, tier, days, stocked, rules.near))
    return found


def _row(
    said: tuple[int, str, str, str, str],
    asked: Asked,
    paced: Paced,
    before: int | None,
    cover: Decimal | None,
    stocked: bool,
    near: Decimal,
) -> Watched:
    document, span = asked.bound.document, asked.bound.span
    now, final = paced.derived(paced.base), paced.derived(paced.pace.final)
    starts = starts_of(document, now)
    following = next((start for start in starts if start > paced.base), None)
    gain = 0 if following is None else paced.derived(following).entitled - now.entitled
    share = None if following is None else Decimal(paced.base) / following
    start = starts[before] if before is not None and before < len(starts) else None
    short = None if start is None or paced.pace.final >= start else start - paced.pace.final
    close = share is not None and share >= near and gain > 0
    return Watched(
        *said, asked.bound.period.code, document.basis, document.currency, max(0, (span.end - asked.cut).days), paced.base, now.tier,
        len(starts), following, share, None if following is None else following - paced.base,
        None if following is None else gain, paced.pace.final, final.tier, before, start, short,
        cover, stocked, "missing" if short is not None else "close" if close else "", paced.pace, paced.season,
    )  # fmt: skip


def starts_of(document: Programme, now: Derivation) -> list[int]:
    """The starts of the tiers in the units of the base as summed; a ladder in shares of a target or of the period before is read
    with the reference of the distributor. None where it is read by another number, or in parts of the period."""
    if document.calculate or document.measure in STATED:
        return []
    unit = Decimal(10) ** document.places
    if document.measure in RELATIVE:
        unit = Decimal(next((part.inputs.get("reference") or 0 for part in now.parts if part.code == "ladder"), 0))
    return [whole(step.start * unit) for step in document.tiers] if unit else []


def _before(asked: Asked) -> dict[int, int]:
    """The tier of the period before, by party, of those who reached one above the first."""
    last = period_before(asked)
    if in_period(asked.programme, last.code, last.last_day) is None:
        return {}
    found = calculate(asked.programme, last.code)
    return {party: derived.tier for party, _base, _lines, derived in found.rows if derived.tier}


def covers(actor: Actor, document: Programme, on: date) -> dict[str, Decimal]:
    """How many days the declared stock of a programme's goods lasts at the pace of the last 90 days, by code of the distributor;
    who has not declared is left out."""
    where = {}
    if document.categories and not document.products:
        where["category"] = ",".join(document.categories)
    elif document.products and not document.categories:
        where["product"] = ",".join(document.products)
    end = on + timedelta(days=1)
    found = metrics.figure(actor, "dio", start=end - timedelta(days=COVERED), end=end, by=("party",), where=where)
    return {code: days for code, days in found.rows if code and days is not None}
