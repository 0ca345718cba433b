"""What a programme owes for a period: the settlement kernel fed from the lake."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.lake.read import Snapshot
from gongying.books.parties import read as parties
from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import HQ, query
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing, Refused
from gongying.core.words import pick
from gongying.engines.rebates import Derivation

from ..models import Statement
from ..rules import PROGRAMME, Programme
from .measuring import Held, Wanted, read


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
    document: Programme


@dataclass(frozen=True)
class Bound:
    """The version of a programme that binds a period, the whole period, and the days of it whose lines count."""

    version_id: int
    policy_hash: str
    document: Programme
    span: calendar.Period
    period: calendar.Period

    def wanted(self, up_to: int | None = None) -> Wanted:
        """What is to be calculated."""
        return Wanted(self.document, self.period, self.span, up_to)


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
    if calendar.KINDS[document.period](span.start) != span:
        raise other_periods(document, span)
    days = counted_in(span, day + timedelta(days=1))
    return Bound(policy.version_id, policy.hash, document, days, span)


def other_periods(document: Programme, span: calendar.Period) -> Refused:
    """A programme is settled by its own periods only."""
    fitting = calendar.KINDS[document.period](span.start)
    return Refused(
        _("This programme does not settle %(period)s.") % {"period": span.code},
        code="period_kind",
        field="period",
        remedy=_("Name a period such as %(example)s.") % {"example": fitting.code},
    )


def counted_in(span: calendar.Period, ends: date | None) -> calendar.Period:
    """The days of a period before a version ended."""
    return span if ends is None or ends >= span.end else calendar.Period(span.code, span.start, ends)


class Nets:
    """What programmes pay that others are net of: each is calculated once for a period, by what is in force in it."""

    def __init__(self, up_to: int | None, moment: Snapshot | None = None) -> None:
        self.up_to, self.moment = up_to, moment
        self.known: dict[tuple[str, str], Mapping[int, int]] = {}

    def __call__(self, key: str, span: calendar.Period) -> Mapping[int, int]:
        """The entitlements of a programme over the periods of its own that make up a span, by party in minor units.

        Nothing where it was not in force, or is settled by longer periods (the linter refuses that).
        """
        known = self.known.get((key, span.code))
        if known is None:
            known = self.known[key, span.code] = self._paid(key, span)
        return known

    def _paid(self, key: str, span: calendar.Period) -> dict[int, int]:
        day = policies.last_day(PROGRAMME.code, key, span.start, span.end)
        if day is None:
            return {}
        document = policies.value(PROGRAMME.code, key, day).document
        if not isinstance(document, Programme):
            return {}
        wanted = []
        for part in calendar.parts(span, document.period):
            with suppress(Missing):
                wanted.append(bound(key, part.code).wanted(self.up_to))
        found: dict[int, int] = {}
        for one, held in zip(wanted, read(wanted, self, self.moment), strict=True):
            for party, mine in held.items():
                found[party] = found.get(party, 0) + mine.derive(one.document).entitled
        return found


def calculate(programme: str, period: str, up_to: int | None = None) -> Calculation:
    """due = F(cumulative facts, policy version) - settled, for every distributor of the programme.

    Whoever was settled before and has no line left in the programme's scope gives everything back.
    """
    found = bound(programme, period)
    document, watermark = found.document, trade.watermark() if up_to is None else up_to
    (held,) = read([found.wanted(watermark)], Nets(watermark))
    before = settled_before(programme, period)
    earlier = entitled_earlier(programme, found.period) if document.guarantee_runs else {}
    rows = []
    for party_id in sorted(held.keys() | before.keys()):
        mine, settled = held.get(party_id, Held()), before.get(party_id, 0)
        derived = mine.derive(document, settled, earlier.get(party_id, ()))
        rows.append((party_id, mine.base, mine.lines, derived))
    return Calculation(found.version_id, found.policy_hash, watermark, document.currency, rows, document)


def entitled_earlier(programme: str, span: calendar.Period) -> dict[int, tuple[int, ...]]:
    """What the earlier periods of the year came to by the runs that stand, oldest first, by party: a guarantee that runs
    through the year reads them."""
    since = calendar.year_of(span.start).start
    rows = Statement.objects.unscoped("settlement").filter(run__programme=programme, run__state="posted")
    sums: dict[int, dict[str, int]] = {}
    for party, code, due in rows.order_by("run_id").values_list("party_id", "run__period", "due_minor"):
        if since <= calendar.period(code).start < span.start:
            mine = sums.setdefault(party, {})
            mine[code] = mine.get(code, 0) + due
    return {party: tuple(each[code] for code in sorted(each)) for party, each in sums.items()}


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
