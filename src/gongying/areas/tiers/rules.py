"""What a tier programme is, and what the linter says of it. Pure."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core import calendar
from gongying.core.policies.kinds import Finding
from gongying.engines.levels import Level, Need, falling, leaps

KIND = "tiers.programme"
LEAP = Decimal(4)  # more than four times the level below: hardly anybody will climb that in one period
RUNNING = {"year": calendar.year_of, "quarter": calendar.quarter_of, "month": calendar.month_of}


class Asked(BaseModel):
    """The figure `metric` must reach `at_least`: major units for money, a fraction for ratios."""

    model_config = ConfigDict(extra="forbid")
    metric: str = Field(pattern="^[a-z_]+$")
    at_least: Decimal = Field(ge=0)


class Benefit(BaseModel):
    """What a level brings, in both languages."""

    model_config = ConfigDict(extra="forbid")
    name: str
    name_en: str = ""


class Step(BaseModel):
    """One level: its name, what it asks for, what it brings."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern="^[a-z0-9_]{1,20}$")
    name: str
    name_en: str = ""
    needs: list[Asked] = Field(min_length=1, max_length=8)
    benefits: list[Benefit] = []


class TierProgramme(BaseModel):
    """Levels from the lowest to the highest, judged by the figures of a `period`. A level is kept for `grace_months`
    after a finished period falls short of it."""

    model_config = ConfigDict(extra="forbid")
    period: Literal["year", "quarter", "month"] = "year"
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    grace_months: int = Field(default=0, ge=0, le=24)
    levels: list[Step] = Field(min_length=1, max_length=8)

    @model_validator(mode="after")
    def _told_apart(self) -> "TierProgramme":
        codes = [level.code for level in self.levels]
        if len(set(codes)) < len(codes):
            raise ValueError("two levels have one code")
        for level in self.levels:
            if len({need.metric for need in level.needs}) < len(level.needs):
                raise ValueError(f"{level.code} asks twice for one figure")
        return self

    def ladder(self) -> list[Level]:
        """The levels as the engine takes them."""
        return [
            Level(step.code, tuple(Need(need.metric, need.at_least) for need in step.needs)) for step in self.levels
        ]

    def running(self, on: date) -> calendar.Period:
        """The period of the programme that a day belongs to."""
        return RUNNING[self.period](on)

    def metrics(self) -> list[str]:
        """The figures the programme asks for, each once, in the order in which they are first named."""
        return list(dict.fromkeys(need.metric for step in self.levels for need in step.needs))


def lint(programme: TierProgramme, known: Collection[str]) -> list[Finding]:
    """Errors: an unknown figure, a level that asks less than the one below. Warning: a level that brings nothing.
    Note: a level so far above the one below that hardly anybody will reach it."""
    found = [
        Finding("error", "unknown_figure", _("There is no figure %(code)s.") % {"code": code}, code)
        for code in programme.metrics()
        if code not in known
    ]
    for level, metric in falling(programme.ladder()):
        text = _("%(level)s asks less of %(metric)s than the level below it.") % {"level": level, "metric": metric}
        found.append(Finding("error", "falling", text, level))
    for level, metric, factor in leaps(programme.ladder(), LEAP):
        text = _("%(level)s asks %(factor)s times the %(metric)s of the level below it.") % {
            "level": level,
            "metric": metric,
            "factor": round(factor, 1),
        }
        found.append(Finding("note", "leap", text, level))
    for step in programme.levels:
        if not step.benefits:
            found.append(
                Finding("warning", "no_benefit", _("%(level)s brings nothing.") % {"level": step.name}, step.code)
            )
    return found
