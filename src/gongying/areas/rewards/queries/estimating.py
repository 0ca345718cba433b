"""What is owed at the end of a month for rebates that are not settled yet, distributor by distributor, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Max, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.refusal import Missing, Refused
from gongying.engines import chain
from gongying.engines.accrual import Estimate, Movement, Outcome, Pace, earned, estimate, move
from gongying.engines.money import whole
from gongying.engines.rebates import MONEY

from ..models import AccrualLine, AccrualRun, Statement
from ..rules.accrual import Accrual
from .calculation import calculate
from .pacing import Asked, Paced, in_period, paces, period_before, running
from .terms import accrual

TAIL = timedelta(days=100)  # so long after its end a period is looked at although nothing was accrued for it


@dataclass(frozen=True)
class Accruing:
    """The line of one distributor: his base and where it ends, the rebate of the whole period, what of it is earned, what was
    settled, the movement, and how all that comes about (a JSON text)."""

    programme: str
    period: str
    version_id: int
    party_id: int
    currency: str
    base: int
    final_base: int
    expected_minor: int
    earned_minor: int
    settled_minor: int
    movement: Movement
    expense: str
    liability: str
    derivation: str


@dataclass(frozen=True)
class Estimation:
    """The end of a month: the day, what was known, the policy, and every line that moves."""

    on: date
    watermark: int
    policy: str
    rows: list[Accruing]


def latest() -> dict[tuple[str, str, int], AccrualLine]:
    """The newest posted line by programme, period and distributor: its closing amount is what stands."""
    ids = posted().order_by().values("programme", "period", "party_id").annotate(last=Max("id"))
    rows = AccrualLine.objects.unscoped("what stands of accruals").filter(pk__in=ids.values("last"))
    return {(row.programme, row.period, row.party_id): row for row in rows}


def posted() -> QuerySet[AccrualLine]:
    """Every posted line, of everybody."""
    rows: QuerySet[AccrualLine] = AccrualLine.objects.unscoped("accruals").filter(run__state="posted")
    return rows


def last_day() -> date | None:
    """The day of the newest posted run."""
    found: date | None = AccrualRun.objects.filter(state="posted").aggregate(last=Max("business_date"))["last"]
    return found


def settled_on(programme: str, period: str, on: date) -> dict[int, int]:
    """What was settled for a period (or shorter ones in it) by statements dated on a day or before, by party."""
    rows = Statement.objects.unscoped("accruals").filter(
        run__programme=programme,
        run__period__in=calendar.within(calendar.period(period)),
        run__state="posted",
        run__business_date__lte=on,
    )
    return dict(rows.order_by().values_list("party_id").annotate(total=Sum("due_minor")))


def month_end(month: str) -> date:
    """The last day of a month such as 2026-10. Raises Refused for anything else."""
    span = calendar.period(month)
    if len(span.code) != 7:
        raise Refused(_("A month is written as 2026-07."), code="month", field="month")
    return span.last_day


def estimated(month: str, programme: str = "") -> Estimation:
    """Every line that moves at the end of a month, of one programme or of all. Raises Refused when a later day was accrued."""
    on = month_end(month)
    newest = last_day()
    if newest is not None and newest > on:
        raise Refused(
            _("%(day)s was accrued already: an earlier month is not accrued afterwards.") % {"day": newest},
            code="later",
            field="month",
            remedy=_("Accrue the newest month again: it catches up."),
        )
    standing, watermark = latest(), trade.watermark()
    document, version = accrual(on)
    asked = _asked(on, programme, standing.values())
    if programme and not asked:
        raise Missing(f"no programme {programme} in {month}")
    rows: list[Accruing] = []
    for each, held in zip(asked, paces(asked, watermark), strict=True):
        rows += _of(each, held, document, standing, watermark, on)
    return Estimation(on, watermark, version, rows)


def _asked(on: date, programme: str, standing: Iterable[AccrualLine]) -> list[Asked]:
    """The programmes that run, the periods before that have just ended, and those of which something stands."""
    now = running(on, [programme] if programme else [])
    wanted = {(each.programme, each.bound.period.code): each for each in now}
    before = {(row.programme, row.period) for row in standing if row.closing_minor}
    for each in now:
        last = period_before(each)
        if on - last.end < TAIL:
            before.add((each.programme, last.code))
    for key, period in sorted(before - wanted.keys()):
        if not programme or key == programme:
            found = in_period(key, period, on)
            if found is not None:
                wanted[key, period] = found
    return [wanted[key] for key in sorted(wanted)]


def _of(
    asked: Asked,
    held: dict[int, Paced],
    document: Accrual,
    standing: dict[tuple[str, str, int], AccrualLine],
    watermark: int,
    on: date,
) -> list[Accruing]:
    """The lines of one programme and period."""
    key, span = asked.programme, asked.bound.period
    settled = settled_on(key, span.code, on)
    known = {party: row for (of, period, party), row in standing.items() if (of, period) == (key, span.code)}
    final = _final(asked, watermark) if asked.over else None
    found = []
    for party in sorted(held.keys() | settled.keys() | known.keys()):
        guess = _guess(asked, held.get(party), document, None if final is None else final.get(party, 0))
        before, now = known.get(party), settled.get(party, 0)
        opening, seen = (before.closing_minor, before.settled_minor) if before else (0, 0)
        owed = earned(guess.estimate.amount, guess.base, guess.estimate.base)
        step = move(opening, now - seen, owed - now)
        if not (step.accrued or step.used or step.released or (before and now != seen)):
            continue
        found.append(
            Accruing(
                programme=key,
                period=span.code,
                version_id=asked.bound.version_id,
                party_id=party,
                currency=asked.bound.document.currency,
                base=guess.base,
                final_base=guess.estimate.base,
                expected_minor=guess.estimate.amount,
                earned_minor=owed,
                settled_minor=now,
                movement=step,
                expense=before.expense if before else document.expense,
                liability=before.liability if before else document.liability,
                derivation=guess.told(document, document.method_of(key)),
            )
        )
    return found


def _final(asked: Asked, watermark: int) -> dict[int, int]:
    """What a period that is over is entitled to, by party: the settlement's own figures."""
    found = calculate(asked.programme, asked.bound.period.code, watermark)
    return {party: derived.entitled for party, _base, _lines, derived in found.rows}


@dataclass(frozen=True)
class _Guess:
    """One distributor's estimate with what it rests on."""

    base: int
    pace: Pace | None
    season: str
    outcomes: Sequence[Outcome]
    estimate: Estimate
    significant: int

    def told(self, document: Accrual, method: str) -> str:
        """The derivation as canonical JSON: numbers as they were, decimals as text."""
        pace, said = self.pace, self.estimate
        return chain.canonical(
            {
                "base": self.base,
                "pace": None if pace is None else {"by": pace.by, "passed": f"{pace.passed:.6f}", "rest": pace.rest, "season": self.season},
                "outcomes": [[each.base, each.rebate, str(each.probability)] for each in self.outcomes],
                "method": method,
                "likely": str(document.likely),
                "significant": self.significant,
                "unconstrained": said.unconstrained,
                "kept": str(said.kept),
                "constrained": said.constrained,
            }
        ).decode()  # fmt: skip


def _guess(asked: Asked, held: Paced | None, document: Accrual, final: int | None) -> _Guess:
    """The estimate of one distributor; of a period that is over it is what it came to, of nothing bought it is nothing."""
    if held is None or final is not None:
        base, amount = 0 if held is None else held.base, max(0, final or 0)
        sure = Outcome(base, amount, Decimal(1))
        return _Guess(base, held.pace if held else None, "", [sure], Estimate(amount, base, amount, sure.probability, False), 0)  # fmt: skip
    outcomes = document.outcomes(held.pace, lambda base: held.derived(base).entitled)
    revenue = held.pace.final if asked.bound.document.basis in MONEY else 0
    significant = whole(document.significant * max(0, revenue))
    said = estimate(outcomes, document.method_of(asked.programme), document.likely, significant)
    return _Guess(held.base, held.pace, held.season, outcomes, said, significant)
