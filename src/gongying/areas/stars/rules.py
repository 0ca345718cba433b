"""What the star programme is, and what its linter says of it. Pure."""

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import Finding
from gongying.engines import stars as engine

KIND, KEY = "stars.programme", "stars"
HIGH = Decimal("0.05")  # a bonus above 5 % of everything sold is rather a typing error


class StarAsked(BaseModel):
    """A star: so many good years one after the other."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern="^[a-z0-9_]{1,20}$")
    name: str
    name_en: str = ""
    years: int = Field(ge=1, le=20)


class Reason(BaseModel):
    """Why a gap may be excused."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern="^[a-z0-9_]{1,20}$")
    name: str
    name_en: str = ""


class StarProgramme(BaseModel):
    """A year is good when one of `levels` was reached by it (read `level_after_days` after its end, when its review is
    done) and, where asked, `metric` reached `at_least`. Stars count good years one after the other since `since_year`;
    `most_excused` gaps of a chain may be excused. The bonus is paid on the sales of the chain from `bonus_first` good years
    on, at `bonus_low`, growing to `bonus_high` over `bonus_over` years. From `renewal_years` on there is a right of first
    renewal for `renewal_months`."""

    model_config = ConfigDict(extra="forbid")
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    since_year: int = Field(default=2020, ge=1990, le=2199)
    levels: list[str] = Field(default=[], max_length=8)
    level_after_days: int = Field(default=60, ge=0, le=180)
    metric: str = Field(default="", pattern="^[a-z_]*$")
    at_least: Decimal | None = Field(default=None, ge=0)
    stars: list[StarAsked] = Field(min_length=1, max_length=8)
    reasons: list[Reason] = Field(default=[], max_length=20)
    most_excused: int = Field(default=0, ge=0, le=5)
    bonus_first: int = Field(default=3, ge=1, le=20)
    bonus_low: Decimal = Field(default=Decimal(0), ge=0, le=1)
    bonus_high: Decimal = Field(default=Decimal(0), ge=0, le=1)
    bonus_over: int = Field(default=1, ge=1, le=20)
    renewal_years: int = Field(default=3, ge=1, le=20)
    renewal_months: int = Field(default=12, ge=1, le=60)

    @model_validator(mode="after")
    def _whole(self) -> "StarProgramme":
        if not self.levels and not self.metric:
            raise ValueError("levels: say what a good year is: a level or a figure")
        if bool(self.metric) != (self.at_least is not None):
            raise ValueError("at_least: a figure and what it must reach belong together")
        if self.bonus_high < self.bonus_low:
            raise ValueError("bonus_high: the bonus must not shrink over the years")
        for rows, name in ((self.stars, "stars"), (self.reasons, "reasons")):
            if len({row.code for row in rows}) < len(rows):
                raise ValueError(f"{name}: two rows have one code")
        if len({star.years for star in self.stars}) < len(self.stars):
            raise ValueError("stars: two stars ask for the same number of years")
        return self

    def growing(self) -> engine.Growing:
        """The bonus as the engine takes it."""
        return engine.Growing(self.bonus_first, self.bonus_low, self.bonus_high, self.bonus_over)

    def ladder(self) -> list[engine.Star]:
        """The stars as the engine takes them."""
        return [engine.Star(each.code, each.years) for each in self.stars]

    def level_day(self, year: int) -> date:
        """The day on which the level of a year is read."""
        return date(year, 12, 31) + timedelta(days=self.level_after_days)


def lint(programme: StarProgramme, known: Collection[str]) -> list[Finding]:
    """Error: an unknown figure. Warnings: a bonus that is very high, gaps that may be excused without a reason to give."""
    found = []
    if programme.metric and programme.metric not in known:
        text = _("There is no figure %(code)s.") % {"code": programme.metric}
        found.append(Finding("error", "unknown_figure", text, "metric"))
    if programme.bonus_high > HIGH:
        text = _("The bonus grows above %(limit)s of everything sold.") % {"limit": f"{HIGH * 100:f} %"}
        found.append(Finding("warning", "high", text, "bonus_high"))
    if programme.most_excused and not programme.reasons:
        found.append(
            Finding("warning", "no_reason", _("No reason is given by which a gap may be excused."), "reasons")
        )
    return found
