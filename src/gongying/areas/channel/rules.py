"""The calendar of declarations, reasons of adjustments and how trust is weighed: what the policies say. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core import calendar
from gongying.core.policies.kinds import Finding, Kind, register
from gongying.core.refusal import Refused
from gongying.engines.trust import CUT_OFFS, Grade

FEEDS = ("stock", "sales")
MOST_LINES = 1000  # of one report by form or API


class Reason(BaseModel):
    """Why stock changes without a purchase or a sale; `sign` −1 only takes away, 1 only adds, 0 does both."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern="^[a-z0-9_]{1,20}$")
    name: str
    name_en: str = ""
    sign: Literal[-1, 0, 1] = -1


REASONS = [
    Reason(code="damage", name="破损", name_en="Damaged"),
    Reason(code="expired", name="过期", name_en="Expired"),
    Reason(code="sample", name="样品", name_en="Sample"),
    Reason(code="gift", name="赠送", name_en="Given away"),
    Reason(code="theft", name="丢失被盗", name_en="Stolen or lost"),
    Reason(code="own_use", name="自用", name_en="Own use"),
    Reason(code="found", name="盘盈", name_en="Found", sign=1),
    Reason(code="count", name="上次盘点有误", name_en="Last count was wrong", sign=0),
]


class Calendar(BaseModel):
    """When stock is declared and what is asked. Days are calendar days; `due_days` after the last day of the period."""

    model_config = ConfigDict(extra="forbid")
    rhythm: Literal["month", "week"] = "month"
    due_days: int = Field(default=5, ge=0, le=31)
    remind_days: int = Field(default=2, ge=0, le=31)
    patience_days: int = Field(default=15, ge=1, le=90)  # so late, nothing of timeliness is left
    sell_out_days: int = Field(default=7, ge=0, le=90)  # within so many days a sale is reported
    tolerance_units: int = Field(default=0, ge=0)
    tolerance: Decimal = Field(default=Decimal("0.005"), ge=0, le=1)  # of what was calculated
    answer_days: int = Field(default=10, ge=1, le=90)  # for an objection or a spot count
    reasons: list[Reason] = Field(default=REASONS, min_length=1, max_length=40)

    @model_validator(mode="after")
    def _told_apart(self) -> "Calendar":
        if len({each.code for each in self.reasons}) < len(self.reasons):
            raise ValueError("reasons: two have one code")
        return self

    def reason(self, code: str) -> Reason:
        """The reason of a code. Raises Refused."""
        for each in self.reasons:
            if each.code == code:
                return each
        raise Refused(
            _("“%(code)s” is no reason of an adjustment.") % {"code": code}, code="reason", field="reason"
        )

    def tolerated(self, calculated: int) -> int:
        """Differences of so many units ask for no word."""
        return max(self.tolerance_units, int(abs(calculated) * self.tolerance))


class TrustRules(BaseModel):
    """Weights of the parts, where their scores reach zero, and the least scores of A, B, C and D."""

    model_config = ConfigDict(extra="forbid")
    completeness: int = Field(default=20, ge=0, le=100)
    timeliness: int = Field(default=15, ge=0, le=100)
    identity: int = Field(default=20, ge=0, le=100)
    jumps: int = Field(default=10, ge=0, le=100)
    receipts: int = Field(default=15, ge=0, le=100)
    spot: int = Field(default=20, ge=0, le=100)
    identity_zero: Decimal = Field(default=Decimal("0.10"), gt=0, le=1)
    jumps_zero: Decimal = Field(default=Decimal("0.50"), gt=0, le=1)
    receipts_zero: Decimal = Field(default=Decimal("0.20"), gt=0, le=1)
    spot_zero: Decimal = Field(default=Decimal("0.10"), gt=0, le=1)
    jump_factor: Decimal = Field(default=Decimal(4), gt=1, le=100)
    jump_units: int = Field(default=20, ge=1)
    digit_points: Decimal = Field(default=Decimal(5), ge=0, le=20)
    digit_p: Decimal = Field(default=Decimal("0.001"), gt=0, lt=1)
    months: int = Field(default=3, ge=1, le=12)  # of declarations and spot counts that are looked at
    cut_offs: list[Decimal] = Field(default=list(CUT_OFFS), min_length=4, max_length=4)

    @model_validator(mode="after")
    def _falling(self) -> "TrustRules":
        if sorted(self.cut_offs, reverse=True) != self.cut_offs or len(set(self.cut_offs)) < 4:
            raise ValueError("cut_offs: the least scores of A, B, C and D must fall")
        if not any(getattr(self, code) for code in PARTS):
            raise ValueError("completeness: no part has a weight")
        return self


# What a grade rests on, and which feed it judges.
PARTS = {
    "completeness": FEEDS,
    "timeliness": FEEDS,
    "identity": ("stock",),
    "spot": ("stock",),
    "receipts": ("sales",),
    "jumps": ("sales",),
}


def lint(rules: TrustRules) -> list[Finding]:
    """Warning: one part decides more than half. Note: spot counts, the only part seen with one's own eyes, weigh nothing."""
    whole = sum(getattr(rules, code) for code in PARTS)
    found = [
        Finding("warning", "one_part", _("%(part)s decides more than half of the grade.") % {"part": code}, code)
        for code in PARTS
        if 2 * getattr(rules, code) > whole
    ]
    if not rules.spot:
        found.append(Finding("note", "no_spot", _("Spot counts do not weigh on the grade."), "spot"))
    return found


CALENDAR = register(Kind("channel.calendar", _("Calendar of declarations"), Calendar, key="calendar"))
TRUST = register(Kind("channel.trust", _("Trust grades"), TrustRules, lint, key="trust"))


@dataclass(frozen=True, slots=True)
class Span:
    """A period of declarations [start, end): a natural month or an ISO week that begins on Monday."""

    code: str
    start: date
    end: date

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return self.end - timedelta(days=1)


def week_of(day: date) -> Span:
    """The ISO week of a day.

    >>> week_of(date(2026, 11, 25)).code, week_of(date(2027, 1, 1)).start
    ('2026-W48', datetime.date(2026, 12, 28))
    """
    year, week, _weekday = day.isocalendar()
    start = date.fromisocalendar(year, week, 1)
    return Span(f"{year}-W{week:02d}", start, start + timedelta(days=7))


def span_of(rhythm: str, day: date) -> Span:
    """The period of a rhythm (month, week) that a day belongs to."""
    if rhythm == "week":
        return week_of(day)
    month = calendar.month_of(day)
    return Span(month.code, month.start, month.end)


def span_named(code: str) -> Span:
    """The period named `2026-07` or `2026-W31`. Raises Refused.

    >>> span_named("2026-W31").start, span_named("2026-07").end
    (datetime.date(2026, 7, 27), datetime.date(2026, 8, 1))
    """
    year, dash, week = code.partition("-W")
    if dash:
        try:
            return week_of(date.fromisocalendar(int(year), int(week), 1))
        except ValueError as fault:
            raise _no_period(code) from fault
    found = calendar.period(code)
    if len(found.code) != 7:
        raise _no_period(code)
    return Span(found.code, found.start, found.end)


def _no_period(code: str) -> Refused:
    return Refused(
        _("“%(code)s” is no period of declarations.") % {"code": code},
        code="period",
        field="period",
        remedy=_("Write 2026-07 for a month, 2026-W31 for a week."),
    )


def newest_due(rhythm: str, on: date) -> Span:
    """The newest period that is over on a day.

    >>> newest_due("month", date(2026, 11, 25)).code, newest_due("month", date(2026, 12, 1)).code
    ('2026-10', '2026-11')
    """
    return span_of(rhythm, span_of(rhythm, on).start - timedelta(days=1))


def spans(rhythm: str, start: date, end: date) -> list[Span]:
    """The whole periods of a rhythm that end in (start, end], oldest first."""
    found, span = [], span_of(rhythm, end - timedelta(days=1))
    while span.end > start:
        if span.end <= end:
            found.append(span)
        span = span_of(rhythm, span.start - timedelta(days=1))
    return found[::-1]


def spread(total: int, places: Sequence[tuple[str, int]]) -> dict[str, int]:
    """`total` units sold taken from lots in their order, as far as they reach; what no lot covers falls on the last one.

    >>> spread(7, [("L1", 3), ("L2", 10)]), spread(9, [("L1", 3), ("L2", 4)]), spread(-2, [("L1", 3), ("L2", 4)])
    ({'L1': 3, 'L2': 4}, {'L1': 3, 'L2': 6}, {'L1': 0, 'L2': -2})
    """
    found, left = {}, total
    for place, there in places:
        found[place] = max(0, min(left, there))
        left -= found[place]
    if places and left:
        found[places[-1][0]] += left
    return found


def received(moved: int, bought: int) -> int:
    """What came in: what the book of stock moved, or what was bought where the book knows less of it (sales to him that
    were loaded by file move no stock).

    >>> received(100, 100), received(0, 60), received(20, 0), received(0, -5)
    (100, 60, 20, -5)
    """
    return moved if abs(moved) >= abs(bought) else bought


def place_of(grade: Grade | str) -> str:
    """The tone of a grade: good, wait, bad, or mute where there is none."""
    code = grade if isinstance(grade, str) else grade.grade
    return {"A": "good", "B": "good", "C": "wait", "D": "bad", "E": "bad"}.get(code, "mute")
