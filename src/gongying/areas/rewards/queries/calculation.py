"""What a programme owes for a period: the settlement kernel fed from the lake."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing, Refused
from gongying.core.words import pick
from gongying.engines.rebates import Derivation, derive, outside

from ..models import Statement
from ..rules import PROGRAMME, Programme


@dataclass(frozen=True)
class Due:
    """One line of a settlement: base (minor units or pieces), entitlement, settled before, due."""

    party_id: int
    code: str
    name: str
    currency: str
    base: int
    lines: int
    tier: int | None
    entitled_minor: int
    settled_minor: int
    due_minor: int


@dataclass(frozen=True)
class Calculation:
    """What a run would settle now: the policy it used, the watermark, and every derivation."""

    version_id: int
    policy_hash: str
    watermark: int
    currency: str
    rows: list[tuple[int, int, int, Derivation]]  # party, base, number of lines, derivation


@dataclass(frozen=True)
class Bound:
    """The version of a programme that binds a period, and the days of the period whose lines count."""

    version_id: int
    policy_hash: str
    document: Programme
    span: calendar.Period


def bound(programme: str, period: str) -> Bound:
    """The version in force on the last day of a period; of a programme that ended in it, the last one, up to its end.

    Raises Missing when none held in the period, Refused when the programme is not settled by such periods.
    """
    span = calendar.period(period)
    day = policies.last_day(PROGRAMME.code, programme, span.start, span.end)
    if day is None:
        raise Missing(f"no {PROGRAMME.code} {programme} in force in {span.code}")
    policy = policies.value(PROGRAMME.code, programme, day)
    document = policy.document
    if not isinstance(document, Programme):
        raise Missing(programme)
    if calendar.NATURAL[document.period](span.start) != span:
        raise other_periods(document, span)
    return Bound(policy.version_id, policy.hash, document, counted_in(span, day + timedelta(days=1)))


def other_periods(document: Programme, span: calendar.Period) -> Refused:
    """A programme is settled by its own periods only."""
    fitting = calendar.NATURAL[document.period](span.start)
    return Refused(
        _("This programme does not settle %(period)s.") % {"period": span.code},
        code="period_kind",
        field="period",
        remedy=_("Name a period such as %(example)s.") % {"example": fitting.code},
    )


def counted_in(span: calendar.Period, ends: date | None) -> calendar.Period:
    """The days of a period before a version ended."""
    return span if ends is None or ends >= span.end else calendar.Period(span.code, span.start, ends)


def calculate(programme: str, period: str, up_to: int | None = None) -> Calculation:
    """due = F(cumulative facts, policy version) - settled, for every distributor of the programme.

    Whoever was settled before and has no line left in the programme's scope gives everything back.
    """
    found = bound(programme, period)
    document, watermark = found.document, trade.watermark() if up_to is None else up_to
    (held,) = metrics.bases([selection_of(document, found.span, watermark)])
    inside = eligible(document)
    counted = {base.party_id: base for base in held if inside is None or base.party_id in inside}
    before = settled_before(programme, period)
    terms, rows = document.terms(), []
    for party_id in sorted(counted.keys() | before.keys()):
        base, settled = counted.get(party_id), before.get(party_id, 0)
        if base is None:
            rows.append((party_id, 0, 0, outside(settled)))
            continue
        amount = amount_of(document, base)
        rows.append((party_id, amount, base.lines, derive(amount, terms, settled)))
    return Calculation(found.version_id, found.policy_hash, watermark, document.currency, rows)


def amount_of(document: Programme, base: metrics.Base) -> int:
    """The base of a programme: net minor units, or pieces."""
    return base.net_minor if document.basis == "value" else base.quantity


def eligible(document: Programme) -> frozenset[int] | None:
    """The distributors a programme is for: those it names, in the regions it names; None is everybody."""
    named = frozenset(parties.ids_by_code(document.parties).values()) if document.parties else None
    near = parties.in_regions(document.regions) if document.regions else None
    return named if near is None else near if named is None else named & near


def selection_of(document: Programme, span: calendar.Period, watermark: int | None) -> metrics.Selection:
    """The lines of the products a programme pays on, in a period, as known at a watermark."""
    return metrics.Selection(
        span.start,
        span.end,
        document.currency,
        categories=tuple(document.categories),
        products=tuple(document.products),
        without=tuple(document.without),
        up_to=watermark,
    )


def settled_before(programme: str, period: str) -> dict[int, int]:
    """What earlier runs that stand have settled in a period or in shorter ones inside it, by party."""
    rows = Statement.objects.unscoped("settlement").filter(
        run__programme=programme, run__period__in=calendar.within(calendar.period(period)), run__state="posted"
    )
    return dict(rows.values_list("party_id").annotate(total=Sum("due_minor")))


@query(needs="rewards.preview", roles=HQ)
def preview(actor: Actor, *, programme: str, period: str) -> list[Due]:
    """What settling a programme for a period would pay now; nothing is written."""
    known = {p.pk: p for p in parties.parties(actor)}
    found = calculate(programme, period)
    return [
        Due(
            pk,
            known[pk].code,
            pick(known[pk].name, known[pk].name_en),
            found.currency,
            base,
            count,
            d.tier,
            d.entitled,
            d.settled,
            d.due,
        )
        for pk, base, count, d in found.rows
        if pk in known
    ]
