"""A programme on the company's own history: what it would have paid, against what was in force."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.books.lake.read import Snapshot
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.policies import read as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing, Refused
from gongying.core.scope import one
from gongying.core.words import pick
from gongying.engines.money import whole
from gongying.engines.payer import payer
from gongying.engines.rebates import MONEY, NOTHING

from ..models import Replay, ReplayLine
from ..rules import PROGRAMME, RESPONSE, Programme, Response
from .calculation import Nets, other_periods
from .measuring import Held, Wanted, read_plainly
from .reading import document_of_version

LONGEST = 36  # months of history in one replay
_MONTHS = re.compile(r"^(\d{4}-\d{2})\.\.(\d{4}-\d{2})$", re.ASCII)
Told = tuple[Programme, calendar.Period]
Counted = tuple[Programme, dict[int, Held] | dict[int, int]]  # by party; a base where nothing else counts


@dataclass(frozen=True)
class Replayed:
    """What one distributor would have earned, in minor units, and what he bought meanwhile (`net_minor`, 0 where the base is
    not money). `answers` is what he would earn if he bought more (or less) because of the change: low, middle, high."""

    party_id: int
    code: str
    name: str
    before_minor: int
    after_minor: int
    net_minor: int = 0
    answers: tuple[int, int, int] = (0, 0, 0)

    @property
    def change_minor(self) -> int:
        """Gain or loss."""
        return self.after_minor - self.before_minor


def programme_row(version_id: int) -> PolicyVersion:
    """A version of a rebate programme, or Missing."""
    row = policies.version(version_id)
    if row.kind != PROGRAMME.code:
        raise Missing("no such programme")
    return row


def last_period(document: Programme, on: date) -> str:
    """The last complete period of the programme's kind before a day."""
    return calendar.before(calendar.KINDS[document.period](on), document.period).code


def months_before(on: date, count: int) -> str:
    """The last whole months before a day as a period of a replay.

    >>> months_before(date(2026, 11, 25), 24)
    '2024-11..2026-10'
    """
    return f"{calendar.first_of_month(on, -count):%Y-%m}..{calendar.first_of_month(on, -1):%Y-%m}"


def spans_of(document: Programme, period: str) -> tuple[str, list[calendar.Period]]:
    """The periods of a programme that a replay runs over, and the replay's period as it is kept: a period, or months
    `2024-11..2026-10` with the programme's own periods that lie in them. Raises Refused where there are none."""
    held = _MONTHS.match(period.strip())
    if held is None:
        whole_period = calendar.period(period)
        found = calendar.parts(whole_period, document.period)
        if not found:
            raise other_periods(document, whole_period)
        return whole_period.code, found
    first, last = calendar.period(held[1]), calendar.period(held[2])
    months = (last.start.year - first.start.year) * 12 + last.start.month - first.start.month + 1
    if not 1 <= months <= LONGEST:
        raise Refused(
            _("A replay runs over 1 to %(most)s months.") % {"most": LONGEST}, code="months", field="period"
        )
    found, day = [], first.start
    while (span := calendar.KINDS[document.period](day)).end <= last.end:
        if span.start >= first.start:
            found.append(span)
        day = span.end
    if not found:
        raise other_periods(document, first)
    return period.strip(), found


def held_in(each: Sequence[Told], moment: Snapshot | None = None) -> list[Counted]:
    """What counts in documents and periods by everything on record, in one scan."""
    wanted = [Wanted(document, span, span) for document, span in each]
    held = read_plainly(wanted, Nets(None, moment), moment)
    return [(asked.document, known) for asked, known in zip(wanted, held, strict=True)]


def calculated(known: Held | int) -> list[int]:
    """The base of every period that is calculated by itself."""
    return [known] if isinstance(known, int) else [base for _code, base, _given in known.each]


def earned(each: Sequence[Told], moment: Snapshot | None = None) -> Counter[int]:
    """What documents pay in their periods by everything on record, together, by party, in minor units."""
    return paid_by(held_in(each, moment))


def paid_by(each: Sequence[Counted], times: Mapping[int, Decimal] | None = None) -> Counter[int]:
    """What was earned; with `times` by party, what would be if all bases were so many times as large (rounded half up).

    A guarantee that runs reads what the same document came to in the periods before, in their order.
    """
    found: Counter[int] = Counter()
    run: dict[int, tuple[int, ...]] = {}
    for document, held in each:
        pay = payer(document.terms())
        for party, known in held.items():
            mine = known if times is None or party not in times else _grown(known, times[party])
            if isinstance(mine, int):
                found[party] += pay(mine, NOTHING)
            elif document.guarantee_runs:
                paid = mine.pays_running(document, pay, run.get(party, ()))
                run[party] = (*run.get(party, ()), paid)
                found[party] += paid
            else:
                found[party] += mine.pays(pay)
    return found


def _grown(known: Held | int, times: Decimal) -> Held | int:
    return whole(known * times) if isinstance(known, int) else known.grown(times)


def replayed(actor: Actor, row: PolicyVersion, period: str) -> list[Replayed]:
    """Before and after for every distributor in scope; before is 0 where no version was in force.

    A longer period is settled in the programme's own periods, each by what was in force on its last day. Raises Refused
    for a period that is not made up of them.
    """
    document = document_of_version(row)
    _code, spans = spans_of(document, period)
    told = [known for span in spans if (known := _before(row, span)) is not None]
    return compared(actor, [(document, span) for span in spans], told)


def compared(actor: Actor, after: Sequence[Told], before: Sequence[Told]) -> list[Replayed]:
    """Documents against other documents, for every distributor in scope, read in one scan."""
    steps = _response()
    band = [Decimal(step) for step in (steps.low, steps.middle, steps.high)]
    now, then, bought, answers = reckoned(after, before, band)
    people = {p.pk: p for p in parties.parties(actor)}
    return [
        Replayed(
            pk,
            people[pk].code,
            pick(people[pk].name, people[pk].name_en),
            then.get(pk, 0),
            now.get(pk, 0),
            bought.get(pk, 0),
            (answers[0].get(pk, 0), answers[1].get(pk, 0), answers[2].get(pk, 0)),
        )
        for pk in sorted(then.keys() | now.keys())
        if pk in people and (then.get(pk, 0) or now.get(pk, 0))
    ]


def reckoned(
    after: Sequence[Told], before: Sequence[Told], band: Sequence[Decimal], moment: Snapshot | None = None
) -> tuple[Counter[int], Counter[int], Counter[int], list[Counter[int]]]:
    """By party, in minor units: paid after, paid before, bought, and paid with each answer of a band. One scan of the lake."""
    both = held_in([*after, *before], moment)
    new, old = both[: len(after)], both[len(after) :]
    now, then, bought = paid_by(new), paid_by(old), _bought(new)
    return now, then, bought, [_answered(new, now, then, bought, step) for step in band]


def _bought(each: Sequence[Counted]) -> Counter[int]:
    """The bases in money, by party."""
    found: Counter[int] = Counter()
    for document, held in each:
        if document.basis in MONEY:
            for party, mine in held.items():
                found[party] += mine if isinstance(mine, int) else mine.base
    return found


def _response() -> Response:
    """How volume answers a change of the rate (the policy of the network, or the house's own)."""
    found = policies.candidates(RESPONSE.code, RESPONSE.key, date.max)
    held = policies.parsed(found[0]) if found else None
    return held if isinstance(held, Response) else Response()


def _answered(
    each: Sequence[Counted],
    now: Counter[int],
    then: Counter[int],
    bought: Counter[int],
    step: Decimal,
) -> Counter[int]:
    """What is paid if everybody's volume answers: it changes by `step` times the change of his effective rate (paid ÷
    bought). A first-order answer, the same for all his periods: an estimate with a band, not a forecast."""
    times = {
        party: max(Decimal(0), 1 + step * Decimal(now[party] - then[party]) / Decimal(net))
        for party, net in bought.items()
        if net > 0 and step
    }
    if not times:
        return now
    return paid_by(each, times)


def _before(row: PolicyVersion, span: calendar.Period) -> Told | None:
    """What another version of the programme pays in a period of the same kind, None where none was in force."""
    others = policies.in_force(PROGRAMME.code, span.last_day, row.key).exclude(pk=row.pk)
    newest = others.filter(scope_kind="network").last()
    return None if newest is None else (document_of_version(newest), span)


def what_if(actor: Actor, document: Programme, key: str, on: date) -> tuple[str, list[Replayed]]:
    """A document that is only typed, on the last complete period before a day, against what was in force in it: (period,
    distributors in scope)."""
    code = last_period(document, on)
    span = calendar.period(code)
    row = policies.in_force(PROGRAMME.code, span.last_day, key).filter(scope_kind="network").last() if key else None
    return code, compared(actor, [(document, span)], [] if row is None else [(document_of_version(row), span)])


def replays(row: PolicyVersion) -> QuerySet[Replay]:
    """The replays that were kept of a version as it reads now."""
    return Replay.objects.filter(version_id=row.pk, hash=row.hash).order_by("-id")


def is_replayed(row: PolicyVersion) -> bool:
    """Whether this very text was replayed."""
    return replays(row).exists()


def sheet(actor: Actor, replay_id: int) -> tuple[Replay, QuerySet[ReplayLine]]:
    """A kept replay with its lines in scope, the greatest loss first; for a distributor only when it was shared with him.
    Missing otherwise, and for whoever has nobody in it: a draft for others alone is not his to know of."""
    rows = ReplayLine.objects.for_actor(actor).filter(replay_id=replay_id).select_related("party")
    kept = one(Replay.objects.all(), pk=replay_id)
    shown = actor.role == "regional" or bool(kept.shared_by)
    if not actor.whole_network and not (shown and rows.exists()):
        raise Missing("no such replay")
    return kept, rows.order_by("change_minor", "party__code")
