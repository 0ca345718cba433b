"""What a tier programme is, and what the linter says of it. Pure."""

from collections.abc import Collection
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import Finding
from gongying.engines.levels import Level, Need, falling

KIND = "tiers.programme"


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
    """Levels from the lowest to the highest. A level is kept for `grace_months` after falling short."""

    model_config = ConfigDict(extra="forbid")
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

    def metrics(self) -> list[str]:
        """The figures the programme asks for, each once, in the order in which they are first named."""
        return list(dict.fromkeys(need.metric for step in self.levels for need in step.needs))


def lint(programme: TierProgramme, known: Collection[str]) -> list[Finding]:
    """Errors: an unknown figure, a level that asks less than the one below. Warning: a level that brings nothing."""
    found = [
        Finding("error", "unknown_figure", _("There is no figure %(code)s.") % {"code": code}, code)
        for code in programme.metrics()
        if code not in known
    ]
    for level, metric in falling(programme.ladder()):
        text = _("%(level)s asks less of %(metric)s than the level below it.") % {"level": level, "metric": metric}
        found.append(Finding("error", "falling", text, level))
    for step in programme.levels:
        if not step.benefits:
            found.append(
                Finding("warning", "no_benefit", _("%(level)s brings nothing.") % {"level": step.name}, step.code)
            )
    return found
