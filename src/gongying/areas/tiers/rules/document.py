"""The document of a tier programme: levels with their criteria and benefits, gates, how levels fall, when they are reviewed."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

from gongying.core import calendar
from gongying.engines.levels import Gate, Group, Level, Need

KIND = "tiers.programme"
RUNNING = {"year": calendar.year_of, "quarter": calendar.quarter_of, "month": calendar.month_of}
MOST_NEEDS, MOST_GROUPS, DEEPEST = 12, 6, 3
# Figures of the book of money that a gate may name beside the registered ones: what is late, and for how long.
FACTS: dict[str, tuple[Any, str]] = {
    "overdue": (_("Overdue"), "money"),
    "overdue_days": (_("Days overdue"), "days"),
}


class Later(BaseModel):
    """A part of the document that grew: fields of `LATER` that say nothing are left out of the canonical form, so that a
    document from before them keeps its hash."""

    model_config = ConfigDict(extra="forbid")
    LATER: ClassVar[dict[str, Any]] = {}

    @model_serializer(mode="wrap")
    def _canonical(self, write: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        said = write(self)
        return {name: value for name, value in said.items() if name not in self.LATER or value != self.LATER[name]}

    @model_validator(mode="before")
    @classmethod
    def _unsaid(cls, given: Any) -> Any:
        """A form has nothing where nothing was said."""
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None or name not in cls.LATER}


class Asked(Later):
    """The figure `metric` must reach `at_least`: major units for money, a fraction for ratios; in a `group` or by itself."""

    LATER = {"group": ""}
    metric: str = Field(pattern="^[a-z_]+$")
    at_least: Decimal = Field(ge=0)
    group: str = Field(default="", max_length=20)


class Bundle(BaseModel):
    """A group of requirements of which at least `hold` must hold (none is all of them), by itself or `inside` another."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern="^[A-Za-z0-9_]{1,20}$")
    hold: int | None = Field(default=None, ge=1, le=MOST_NEEDS)
    inside: str = Field(default="", max_length=20)

    @model_validator(mode="before")
    @classmethod
    def _unsaid(cls, given: Any) -> Any:
        return (
            {name: each for name, each in given.items() if each is not None} if isinstance(given, dict) else given
        )


class Benefit(Later):
    """What a level brings, in both languages. Its kind says what it is in the house: a rebate programme (`key`), a sum of a
    fund for each period (`amount` of `key`), a percentage more credit, training seats, hours of service, or words. `value`
    is what it is worth in a period, in major units, where it is no sum by itself."""

    LATER = {"kind": "text", "key": "", "amount": None, "percent": None, "count": None, "value": None}
    name: str
    name_en: str = ""
    kind: Literal["text", "rebate", "fund", "credit", "seats", "service"] = "text"
    key: str = Field(default="", max_length=80)
    amount: Decimal | None = Field(default=None, gt=0)
    percent: Decimal | None = Field(default=None, gt=0, le=10)
    count: int | None = Field(default=None, ge=1)
    value: Decimal | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _whole(self) -> "Benefit":
        wanted = {"rebate": "key", "fund": "key amount", "credit": "percent", "seats": "count", "service": "count"}
        for name in wanted.get(self.kind, "").split():
            if not getattr(self, name):
                raise ValueError(LACKS[name])
        return self

    @property
    def worth(self) -> Decimal | None:
        """What it is worth in a period; None where nobody said."""
        return self.amount if self.kind == "fund" else self.value

    @property
    def by_period(self) -> bool:
        """Whether it is used up in a period and granted anew for the next."""
        return self.kind in ("fund", "seats", "service")


LACKS = {
    "key": "this benefit needs the key of what it stands for",
    "amount": "this benefit needs an amount",
    "percent": "this benefit needs a percentage",
    "count": "this benefit needs a number",
}


class Step(Later):
    """One level: its name, what it asks for (alone or in groups), what it brings."""

    LATER = {"groups": []}
    code: str = Field(pattern="^[a-z0-9_]{1,20}$")
    name: str
    name_en: str = ""
    needs: list[Asked] = Field(min_length=1, max_length=MOST_NEEDS)
    groups: list[Bundle] = Field(default=[], max_length=MOST_GROUPS)
    benefits: list[Benefit] = Field(default=[], max_length=12)

    @model_validator(mode="after")
    def _a_tree(self) -> "Step":
        codes = [group.code for group in self.groups]
        if len(set(codes)) < len(codes):
            raise ValueError("two groups have one code")
        if any(
            name and name not in codes
            for name in (*(n.group for n in self.needs), *(g.inside for g in self.groups))
        ):
            raise ValueError("there is no such group")
        up = {group.code: group.inside for group in self.groups}
        for code in codes:
            here, steps = code, 0
            while here:
                here, steps = up[here], steps + 1
                if steps > DEEPEST:
                    raise ValueError("groups stand inside each other three deep at most")
        for group in self.groups:
            size = sum(n.group == group.code for n in self.needs) + sum(g.inside == group.code for g in self.groups)
            if size == 0 or (group.hold or 0) > size:
                raise ValueError("a group cannot hold more of its parts than it has")
        return self

    def level(self) -> Level:
        """The level as the engine takes it."""
        return Level(self.code, self._parts(""))

    def _parts(self, code: str) -> tuple[Need | Group, ...]:
        alone = [Need(need.metric, need.at_least) for need in self.needs if need.group == code]
        inside = [Group(self._parts(g.code), g.hold or 0, g.code) for g in self.groups if g.inside == code]
        return (*alone, *inside)


class GateAsked(BaseModel):
    """While `metric` is above `at_most`, nobody rises above the level `cap` (empty: nobody has a level)."""

    model_config = ConfigDict(extra="forbid")
    metric: str = Field(pattern="^[a-z_]+$")
    at_most: Decimal = Field(ge=0)
    cap: str = Field(default="", max_length=20)

    @model_validator(mode="before")
    @classmethod
    def _unsaid(cls, given: Any) -> Any:
        return (
            {name: each for name, each in given.items() if each is not None} if isinstance(given, dict) else given
        )


class TierProgramme(Later):
    """Levels from the lowest to the highest, judged by the figures of a `period`. A level is kept for `grace_months`
    after a finished period falls short of it; with a soft landing it falls by one level at a time, and who is younger than
    `protect_months` keeps his. With `review_after_days` a period is reviewed so many days after it ended, and running ones
    after each `interim`, which can only raise; it is announced `announce_days` ahead. A stock that lasts longer than
    `cover_weeks` is named beside the way to the next level."""

    LATER = {
        "gates": [],
        "soft_landing": False,
        "protect_months": 0,
        "review_after_days": None,
        "interim": "none",
        "announce_days": 0,
        "cover_weeks": None,
    }
    period: Literal["year", "quarter", "month"] = "year"
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    grace_months: int = Field(default=0, ge=0, le=24)
    levels: list[Step] = Field(min_length=1, max_length=8)
    gates: list[GateAsked] = Field(default=[], max_length=8)
    soft_landing: bool = False
    protect_months: int = Field(default=0, ge=0, le=60)
    review_after_days: int | None = Field(default=None, ge=0, le=60)
    interim: Literal["none", "quarter", "month"] = "none"
    announce_days: int = Field(default=0, ge=0, le=60)
    cover_weeks: Decimal | None = Field(default=None, gt=0, le=104)

    @model_validator(mode="after")
    def _told_apart(self) -> "TierProgramme":
        codes = [level.code for level in self.levels]
        if len(set(codes)) < len(codes):
            raise ValueError("two levels have one code")
        for level in self.levels:
            if len({(need.metric, need.group) for need in level.needs}) < len(level.needs):
                raise ValueError(f"{level.code} asks twice for one figure")
        if any(gate.cap and gate.cap not in codes for gate in self.gates):
            raise ValueError("gates: a gate names a level that is none")
        return self

    def ladder(self) -> list[Level]:
        """The levels as the engine takes them."""
        return [step.level() for step in self.levels]

    def barriers(self) -> list[Gate]:
        """The gates as the engine takes them."""
        return [Gate(gate.metric, gate.at_most, gate.cap) for gate in self.gates]

    def running(self, on: date) -> calendar.Period:
        """The period of the programme that a day belongs to."""
        return RUNNING[self.period](on)

    def metrics(self) -> list[str]:
        """The figures the programme asks for, gates too, each once, in the order in which they are first named."""
        asked = (need.metric for step in self.levels for need in step.needs)
        return list(dict.fromkeys([*asked, *(gate.metric for gate in self.gates)]))
