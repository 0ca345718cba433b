"""The policy that binds credit limits to how fast stock turns (C070). Pure."""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from gongying.core import calendar
from gongying.core.policies.kinds import BY_LEVEL, Finding, Kind, register
from gongying.engines import turnover

STEEP = Decimal("0.02")  # of the limit, for one day of inventory
NARROW = 10  # days of inventory within which the whole range is passed: a cliff
HARSH = Decimal("0.7")


class LimitTurnover(BaseModel):
    """limit × min(high, max(low, 1 + slope × (benchmark − days of inventory))), for a month or a quarter that began under the
    policy, announced `after_days` after its end at the earliest and `notice_days` before it holds. It moves by at most
    `most_change` from one revision to the next. `unknown`: whose stock nobody knows keeps the limit agreed on (one), what
    he had (keep), or gets the lowest factor (low)."""

    model_config = ConfigDict(extra="forbid")
    period: Literal["month", "quarter"] = "month"
    benchmark: Decimal = Field(gt=0, le=720)
    slope: Decimal = Field(ge=0, le=1)  # for each day
    low: Decimal = Field(gt=0, le=1)
    high: Decimal = Field(ge=1, le=3)
    unknown: Literal["one", "keep", "low"] = "one"
    most_change: Decimal | None = Field(default=None, gt=0, le=1)
    after_days: int = Field(default=10, ge=0, le=60)
    notice_days: int = Field(default=14, ge=1, le=180)

    def line(self, last: Decimal) -> turnover.Line:
        """The line of the kernel, for somebody whose last factor is known."""
        unknown = {"one": Decimal(1), "keep": last, "low": self.low}[self.unknown]
        return turnover.Line(self.benchmark, self.slope, self.low, self.high, unknown)

    def factor(self, days: Decimal | None, last: Decimal) -> Decimal:
        """The factor for so many days of inventory after the last factor (1 before the first)."""
        wanted = turnover.factor(self.line(last), days)
        return turnover.toward(wanted, last, self.most_change).quantize(turnover.PLACES, ROUND_HALF_EVEN)

    def newest(self, on: date) -> calendar.Period:
        """The newest period that is over on a day."""
        return calendar.KINDS[self.period](calendar.KINDS[self.period](on).start - timedelta(days=1))

    def holds(self, span: calendar.Period, announced: date) -> tuple[date, date]:
        """The first and the last day of a revision: after the notice, and no longer than twice its period, so that one that is never
        followed ends by itself."""
        since = announced + timedelta(days=self.notice_days)
        return since, since + 2 * (span.end - span.start) - timedelta(days=1)


def lint_turnover(rule: LimitTurnover) -> list[Finding]:
    """Errors: a range without a slope. Warns of a line so steep that days of inventory become a cliff, of one that takes much away,
    of one that only takes, and of a notice too short to act on; notes a slope that changes nothing."""
    found = []
    line = rule.line(Decimal(1))
    days = turnover.range_days(line)
    if rule.slope == 0 and (rule.low != 1 or rule.high != 1):
        found.append(Finding("error", "slope", _("Without a slope the bounds are never reached."), "slope"))
    if rule.low == 1 == rule.high:
        found.append(Finding("note", "flat", _("Both bounds are 100 %: no limit ever changes."), "low"))
    if rule.slope > STEEP:
        text = _("One day of inventory more costs %(percent)s %% of the limit: orders would be timed to the count.")
        found.append(Finding("warning", "steep", text % {"percent": f"{rule.slope * 100:.1f}"}, "slope"))
    elif days is not None and 0 < days < NARROW:
        text = _("The whole range is passed within %(days)s days of inventory: that is a cliff.")
        found.append(Finding("warning", "cliff", text % {"days": f"{days:.1f}"}, "slope"))
    if rule.low < HARSH:
        text = _("A limit may fall to %(percent)s %% of what was agreed.")
        found.append(Finding("warning", "harsh", text % {"percent": f"{rule.low * 100:.0f}"}, "low"))
    if rule.high == 1 and rule.low < 1:
        found.append(
            Finding("warning", "one_way", _("It only takes away: who turns his stock fast gains nothing."), "high")
        )
    if rule.unknown == "low" and rule.notice_days < 14:
        text = _("Whose stock is not known loses at once: give him two weeks to declare it.")
        found.append(Finding("warning", "unknown", text, "notice_days"))
    if rule.notice_days < 7:
        found.append(Finding("warning", "short", _("Less than a week is short to plan orders by."), "notice_days"))
    return found


TURNOVER = register(
    Kind(
        "credit.turnover",
        _("Credit limit bound to turnover"),
        LimitTurnover,
        lint_turnover,
        scopes=BY_LEVEL,
        key="credit.turnover",
    )
)
