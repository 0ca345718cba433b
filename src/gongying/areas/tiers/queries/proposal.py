"""What a review would decide: the figures of a period against the levels."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from gongying.books.lake.read import Snapshot
from gongying.books.metrics import read as metrics
from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import HQ, query
from gongying.core.refusal import Refused
from gongying.engines.levels import Decision, Placement, decide, months_between, place
from gongying.engines.money import exponent

from ..models import Review, Standing
from ..rules import FACTS, TierProgramme
from .held import Values, current
from .programmes import chosen


@dataclass(frozen=True)
class Proposed:
    """What a review would decide for one distributor."""

    party_id: int
    level: str
    previous: str
    reason: str
    short_since: date | None
    values: Values


@dataclass(frozen=True)
class Outcome:
    """A review before it is written: the rules it used and a decision for everybody who bought or holds a level."""

    version_id: int
    policy_hash: str
    programme: TierProgramme
    rows: list[Proposed]


def measure(
    actor: Actor, document: TierProgramme, start: date, end: date, party: str = "", moment: Snapshot | None = None
) -> dict[str, Values]:
    """The figures a programme asks for over [start, end), by code of distributor; money in major units."""
    found: dict[str, Values] = {}
    if end <= start:
        return found
    moment, nothing = moment or metrics.snapshot(), dict.fromkeys(document.metrics())
    for code in document.metrics():
        if code in FACTS:
            continue
        metric = metrics.METRICS[code]
        where = {"party": party} if party else {}
        if "currency" in metric.by and (metric.unit == "money" or metric.priced):
            where["currency"] = document.currency
        places = exponent(document.currency) if metric.unit == "money" else 0
        rows = metrics.figure(actor, code, start=start, end=end, by=("party",), where=where, on=moment).as_dict()
        for name, value in rows.items():
            if name is not None:
                known = found.setdefault(name, dict(nothing))
                known[code] = None if value is None else Decimal(value).scaleb(-places)
    if FACTS.keys() & set(document.metrics()):
        _late(actor, document, end - timedelta(days=1), found, party)
    return found


def _late(actor: Actor, document: TierProgramme, on: date, found: dict[str, Values], party: str) -> None:
    """What is overdue on a day, and for how long, beside the other figures; nothing late is 0."""
    people = parties.parties(actor)
    ids = dict((people.filter(code=party) if party else people).values_list("id", "code"))
    holder = next(iter(ids), None) if party else None
    late: dict[str, tuple[int, int]] = {}
    for item in money.open_items(actor, on=on, holder_id=holder, currency=document.currency, known_on=True):
        if item.days and item.holder_id in ids:
            before = late.get(ids[item.holder_id], (0, 0))
            late[ids[item.holder_id]] = (before[0] + item.open_minor, max(before[1], item.days))
    places = exponent(document.currency)
    for code, known in found.items():
        amount, days = late.get(code, (0, 0))
        held: Values = {"overdue": Decimal(amount).scaleb(-places), "overdue_days": Decimal(days)}
        known |= {name: value for name, value in held.items() if name in known}


def ahead(actor: Actor, document: TierProgramme, on: date) -> dict[str, Placement]:
    """Where the running period would place everybody in scope who bought in it, by code, in one question a figure."""
    ladder, gates = document.ladder(), document.barriers()
    values = measure(actor, document, document.running(on).start, on + timedelta(days=1))
    return {code: place(known, ladder, gates) for code, known in values.items()}


def judged(
    document: TierProgramme,
    span: calendar.Period,
    as_of: date,
    before: Standing | None,
    values: Values,
    opened: date | None,
) -> Decision:
    """What a review of a period as of a day decides by a document for somebody with these figures."""
    ladder, closed = document.ladder(), as_of >= span.last_day
    level, since = (before.level, before.short_since) if before else ("", None)
    lowered = before is not None and before.reason in ("down", "soft") and before.review.period == span.code
    young = opened is not None and months_between(opened, as_of) < document.protect_months
    return decide(
        place(values, ladder, document.barriers()),
        ladder,
        level,
        since,
        as_of,
        document.grace_months,
        closed=closed,
        soft=document.soft_landing,
        lowered=lowered,
        protected=young,
        only_up=not closed and document.review_after_days is not None,
    )


def propose(programme: str, period: str, as_of: date) -> Outcome:
    """What a review of a period would decide, as known on a day; nothing is written. Raises Refused for a period that
    is not one of the programme's, has not begun, or is older than the one reviewed last."""
    span = calendar.period(period)
    rules = chosen(min(span.last_day, as_of), programme)
    document = rules.document
    _fits(programme, document, span, as_of)
    end = min(span.end, as_of + timedelta(days=1))
    values = measure(SYSTEM, document, span.start, end)
    held, nothing = (
        current(SYSTEM, as_of, programme=programme),
        dict[str, Decimal | None].fromkeys(document.metrics()),
    )
    by_code = parties.ids_by_code(values)
    by_code |= {
        row.party.code: party_id for party_id, row in held.items() if row.level
    }  # who fell silent is judged too
    rows = []
    for code, party_id in sorted(by_code.items()):
        before, known = held.get(party_id), values.get(code, nothing)
        found = judged(document, span, as_of, before, known, before.party.opened_on if before else None)
        level = before.level if before else ""
        rows.append(Proposed(party_id, found.level, level, found.reason, found.short_since, known))
    return Outcome(rules.version_id, rules.hash, document, rows)


def fits_calendar(document: TierProgramme, span: calendar.Period, as_of: date) -> None:
    """Raises Refused for a period that is not one of the programme's or has not begun on a day."""
    fitting = document.running(min(span.last_day, as_of))
    if document.running(span.start) != span:
        raise Refused(
            _("This programme does not judge %(period)s.") % {"period": span.code},
            code="period_kind",
            field="period",
            remedy=_("Name a period such as %(example)s.") % {"example": fitting.code},
        )
    if as_of < span.start:
        raise Refused(
            _("The period %(period)s has not begun.") % {"period": span.code},
            code="period_not_begun",
            field="period",
            remedy=_("Name a period such as %(example)s.") % {"example": document.running(as_of).code},
        )


def _fits(programme: str, document: TierProgramme, span: calendar.Period, as_of: date) -> None:
    """An older year judged after a newer one would take levels away for what is long past."""
    fits_calendar(document, span, as_of)
    done = (
        Review.objects.filter(programme=programme, state="approved", as_of__lte=as_of)
        .order_by("as_of", "id")
        .last()
    )
    if done is not None and span.start < calendar.period(done.period).start:
        raise Refused(
            _("A later period was reviewed already: %(period)s.") % {"period": done.period},
            code="period_past",
            field="period",
        )


@dataclass(frozen=True)
class Line:
    """A line of a preview, for people and programs."""

    code: str
    level: str
    previous: str
    reason: str
    figures: dict[str, str | None]


@query(needs="tiers.preview", roles=HQ)
def preview(actor: Actor, *, programme: str, period: str, as_of: date) -> list[Line]:
    """What a review would decide now, for the distributors in scope; nothing is written."""
    known = {party.pk: party.code for party in parties.parties(actor)}
    return [
        Line(
            known[row.party_id],
            row.level,
            row.previous,
            row.reason,
            {name: None if value is None else str(value) for name, value in row.values.items()},
        )
        for row in propose(programme, period, as_of).rows
        if row.party_id in known
    ]
