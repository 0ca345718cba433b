"""The points programme: how points are earned, when they expire, what they are worth, what they may cost."""

from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gongying.core.policies.kinds import Finding, Kind, register
from gongying.engines.money import exponent
from gongying.engines.points import Method, Rule

# The registered figure of each kind of rule; "outlets" is counted from the buyers in sell-through and sell-out.
FIGURES = {"value": "sell_in", "pieces": "quantity", "target": "attainment"}
WEEKS = 30  # days: whoever earned within them could not have used the points yet


class EarningRule(BaseModel):
    """One rule: `points` for every `per` of a figure, nothing below `at_least`; `group` narrows value and pieces to a product
    group, `metric` names the figure of kind `figure`."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern="^[a-z][a-z0-9_]{0,29}$")
    name: str = Field(min_length=1, max_length=60)
    name_en: str = Field(default="", max_length=60)
    kind: Literal["value", "pieces", "target", "outlets", "figure"]
    metric: str = Field(default="", pattern="^[a-z_]{0,40}$")
    group: str = ""
    points: Decimal = Field(ge=0, le=1_000_000)
    per: Decimal = Field(gt=0)
    at_least: Decimal = Field(default=Decimal(0), ge=0)
    weight: Decimal = Field(default=Decimal(1), ge=0, le=10)
    cap: int | None = Field(default=None, ge=0)
    stop: bool = False

    @field_validator("weight", "at_least", mode="before")
    @classmethod
    def _left_open(cls, value: Any, info: Any) -> Any:
        """An empty cell of the form is what is usual."""
        return (1 if info.field_name == "weight" else 0) if value is None else value

    @model_validator(mode="after")
    def _has_a_figure(self) -> "EarningRule":
        if self.kind == "figure" and not self.metric:
            raise ValueError("A rule on a figure names the figure.")
        if self.group and self.kind not in ("value", "pieces"):
            raise ValueError("Only value and pieces are counted by product group.")
        return self

    @property
    def figure(self) -> str:
        """The registered figure it rests on, "" for new outlets."""
        return self.metric if self.kind == "figure" else FIGURES.get(self.kind, "")

    def terms(self) -> Rule:
        """The rule of the engine."""
        return Rule(self.code, self.points, self.per, self.at_least, self.weight, self.cap, self.stop)


class LevelFactor(BaseModel):
    """Whoever has this level gets so many times the points."""

    model_config = ConfigDict(extra="forbid")
    level: str = Field(min_length=1, max_length=20)
    factor: Decimal = Field(gt=0, le=10)


class Programme(BaseModel):
    """The programme of the house. Money is in major units of `currency`; `cap` is points of a distributor and period."""

    model_config = ConfigDict(extra="forbid")
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    period: Literal["month", "quarter", "half", "year"] = "quarter"
    rules: list[EarningRule] = Field(min_length=1, max_length=20)
    cap: int | None = Field(default=None, ge=0)
    multipliers: list[LevelFactor] = Field(default=[], max_length=20)
    method: Literal["none", "rolling", "quarter", "year"] = "rolling"
    months: int = Field(default=12, ge=1, le=60)
    protect_days: int = Field(default=30, ge=0, le=180)
    notice_days: int = Field(default=30, ge=0, le=180)
    grace_days: int = Field(default=7, ge=0, le=90)
    appeal_days: int = Field(default=30, ge=0, le=365)
    keep: int = Field(default=0, ge=0)
    exempt: list[str] = Field(default=[], max_length=500)
    exempt_levels: list[str] = Field(default=[], max_length=20)
    transfers: bool = False
    value: Decimal = Field(default=Decimal("0.1"), gt=0)
    breakage: Literal["none", "fixed", "history"] = "history"
    breakage_rate: Decimal = Field(default=Decimal("0.05"), ge=0, le=1)
    least_history: int = Field(default=10_000, ge=0)
    budget: Decimal | None = Field(default=None, ge=0)
    budget_period: Literal["month", "quarter", "half", "year"] = "quarter"
    margin: Decimal = Field(default=Decimal("0.02"), ge=0, le=1)
    account_expense: str = Field(default="6601.08", max_length=20)
    account_liability: str = Field(default="2205.02", max_length=20)
    account_settled: str = Field(default="6001.08", max_length=20)
    account_breakage: str = Field(default="6001.09", max_length=20)

    @model_validator(mode="after")
    def _named_once(self) -> "Programme":
        for name, codes in (
            ("rules", [rule.code for rule in self.rules]),
            ("multipliers", [each.level for each in self.multipliers]),
        ):
            if len(set(codes)) < len(codes):
                raise ValueError(f"{name}: A code stands twice.")
        return self

    @property
    def minor_value(self) -> Decimal:
        """What a point is worth in minor units."""
        return self.value.scaleb(exponent(self.currency))

    @property
    def expiry(self) -> Method:
        """How points expire, as the engine has it."""
        return Method(self.method, self.months, self.protect_days)

    def factor(self, level: str) -> Decimal:
        """The multiplier of a level, 1 where none is written."""
        return next((each.factor for each in self.multipliers if each.level == level), Decimal(1))


def lint(programme: Programme) -> list[Finding]:
    """What is wrong with a programme by itself: rules that never count, points dearer than the margin, a clearing that would hit
    whoever has just earned."""
    return [*_unreachable(programme), *_too_dear(programme), *_harsh(programme)]


def _unreachable(programme: Programme) -> list[Finding]:
    """A rule that gives nothing, or that comes after one that always ends the list first."""
    found = []
    for place, rule in enumerate(programme.rules):
        said = {"name": rule.name}
        if not rule.points or not rule.weight or rule.cap == 0 or programme.cap == 0:
            found.append(
                Finding(
                    "warning", "earns_nothing", _("The rule “%(name)s” gives no points.") % said, f"rules.{place}"
                )
            )
        before = [r for r in programme.rules[:place] if r.stop and r.points and r.weight]
        if any(r.figure == rule.figure and r.group == rule.group and r.at_least <= rule.at_least for r in before):
            text = _(
                "The rule “%(name)s” is never reached: a rule before it ends the list whenever this one would count."
            )
            found.append(Finding("error", "unreachable", text % said, f"rules.{place}"))
    full = 0
    for place, rule in enumerate(programme.rules):
        if programme.cap is not None and programme.cap and full >= programme.cap:
            text = _(
                "The rules before “%(name)s” can fill the cap of the whole: it counts for what they leave only."
            )
            found.append(Finding("note", "cap_filled", text % {"name": rule.name}, f"rules.{place}"))
        full += rule.cap or 0
    return found


def _too_dear(programme: Programme) -> list[Finding]:
    """What a yuan of sales costs in points, with the highest multiplier."""
    top = max([Decimal(1), *(each.factor for each in programme.multipliers)])
    rates = [r.points / r.per * r.weight * top * programme.value for r in programme.rules if r.kind == "value"]
    share = max([sum(rates)] if not any(r.stop for r in programme.rules) else [*rates, Decimal(0)])
    if share <= programme.margin:
        return []
    said = {"share": f"{share * 100:.2f}", "margin": f"{programme.margin * 100:.2f}"}
    text = _(
        "Points of sales are worth up to %(share)s %% of sales, more than the %(margin)s %% that may be spent."
    )
    return [Finding("error", "dear", text % said, "value")]


def _harsh(programme: Programme) -> list[Finding]:
    found = []
    if programme.method in ("quarter", "year") and programme.protect_days < WEEKS:
        text = _(
            "Whoever earns in the last weeks loses the points before they can be used: protect at least %(days)s days."
        )
        found.append(Finding("warning", "last_weeks", text % {"days": WEEKS}, "protect_days"))
    if programme.method == "quarter":
        text = _(
            "Clearing by quarters takes most from seasonal distributors: look at the methods side by side first."
        )
        found.append(Finding("note", "seasonal", text, "method"))
    if programme.method != "none" and programme.notice_days < 14:  # two weeks: once round everybody's desk
        text = _("Notice of fewer than 14 days leaves hardly time to use points.")
        found.append(Finding("warning", "short_notice", text, "notice_days"))
    return found


PROGRAMME = register(
    Kind(
        "points.programme",
        _("Points programme"),
        Programme,
        lint,
        scopes=("network",),  # a point must be worth the same to everybody
        key="points.programme",
    )
)
