"""What a rebate programme is: one document with its text, its parameters and examples that must hold. Pure."""

import re
from decimal import Decimal
from itertools import chain
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gongying.core import calendar
from gongying.engines.ladders import Section, Tier, check_sections
from gongying.engines.money import exponent
from gongying.engines.rebates import MONEY, RELATIVE, STATED, Terms, scale_of

Kinds = Literal[
    "month", "quarter", "half", "year", "p445", "q445", "y445", "from_02", "from_03", "from_04", "from_05", "from_06",
    "from_07", "from_08", "from_09", "from_10", "from_11", "from_12",
]  # fmt: skip
LEVEL_OF = {
    "ordered": "ordered",
    "delivered": "sell_in",  # a sale is posted when the goods arrive
    "invoiced": "sell_in",
    "paid": "paid",
    "sold_through": "sell_through",
    "sold_out": "sell_out",
}  # the level of the sales lines that an event leaves
Code = re.compile(r"^[\w.\-/]{1,40}$")


class Step(BaseModel):
    """A tier as written: [start, end), `end` empty on the last."""

    model_config = ConfigDict(extra="forbid")
    start: Decimal = Field(ge=0)
    end: Decimal | None = None
    rate: Decimal = Field(ge=0)


class Gate(BaseModel):
    """A named fact that must hold for anything to be paid, with its limit where it has one, or with what it is asked `of` (a kind of
    certificates, say)."""

    model_config = ConfigDict(extra="forbid")
    gate: str = Field(pattern="^[a-z_]{1,40}$")
    limit: Decimal | None = None
    of: str = Field(default="", pattern="^[A-Za-z0-9-]{0,40}$")


class Turnover(BaseModel):
    """The amount is multiplied by 1 + slope × (benchmark − days of inventory), between `low` and `high` (C070)."""

    model_config = ConfigDict(extra="forbid")
    benchmark: Decimal = Field(gt=0, le=720)
    slope: Decimal = Field(ge=0, le=1)  # for each day
    low: Decimal = Field(ge=0, le=1)
    high: Decimal = Field(ge=1, le=3)
    unknown: Literal["low", "one"] = "one"  # whose stock nobody knows gets the lowest factor, or none


class Example(BaseModel):
    """What the document itself says: this base pays that much (major units). `reference` for ladders that have one."""

    model_config = ConfigDict(extra="forbid")
    base: Decimal = Field(ge=0)
    pays: Decimal = Field(ge=0)
    reference: Decimal | None = None
    stated: Decimal | None = None


class Programme(BaseModel):
    """A rebate programme. Starts, caps and guarantee are in major units (pieces, kilograms, litres or points for such a
    base; ratios where the ladder is written in shares of a target or of the previous base)."""

    model_config = ConfigDict(extra="forbid")
    method: Literal["slab", "marginal", "rolling", "total", "fixed", "per_unit", "excess"]
    basis: Literal["value", "gross", "quantity", "weight", "volume", "points"] = "value"
    event: Literal["ordered", "delivered", "invoiced", "paid", "sold_through", "sold_out"] = "invoiced"
    period: Kinds = "quarter"  # what is claimed together
    calculate: Kinds | Literal[""] = ""  # what is calculated by itself; empty is the same
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    categories: list[str] = []
    products: list[str] = []
    without: list[str] = []  # products that never count
    new_months: int | None = Field(
        default=None, ge=1, le=36
    )  # only products first sold to anybody so many months ago
    regions: list[str] = []
    parties: list[str] = []  # distributors by code; nobody named is everybody
    levels: list[str] = []  # held on the last day of the period
    measure: Literal["base", "target", "previous", "share", "range", "figure"] = "base"
    figure: str = Field(default="", pattern="^[a-z_]{0,40}$")
    focus_categories: list[str] = []  # share: of what the share is measured
    focus_products: list[str] = []
    points: dict[str, int] = Field(default={}, max_length=500)  # a piece of a product, by code
    tiers: list[Step] = Field(min_length=1, max_length=20)
    base_cap: Decimal | None = Field(default=None, gt=0)
    payout_cap: Decimal | None = Field(default=None, ge=0)
    guarantee: Decimal = Field(default=Decimal(0), ge=0)
    guarantee_runs: bool = False
    returns: Literal["adjust", "restate"] = "adjust"
    net_of: list[str] = Field(default=[], max_length=10)
    gates: list[Gate] = Field(default=[], max_length=10)
    turnover: Turnover | None = None
    pays: Literal["account", "credit_note", "goods", "points", "fund"] = "account"
    pays_with: str = Field(default="", max_length=80)  # the fund, the product or the points programme
    claw_back: Literal["at_once", "when_covered"] = "at_once"
    wait_days: int = Field(default=0, ge=0, le=120)  # a final run waits so long after the period
    budget: Decimal | None = Field(default=None, gt=0)  # of a period, for the whole network
    text: str = Field(default="", max_length=4000)
    examples: list[Example] = Field(default=[], max_length=20)

    @field_validator("points")
    @classmethod
    def _points_of_products(cls, points: dict[str, int]) -> dict[str, int]:
        for code, worth in points.items():
            if not Code.match(code) or not 0 < worth <= 1_000_000:
                raise ValueError(f"points: {code} {worth}")
        return points

    @model_validator(mode="after")
    def _whole_ladder(self) -> "Programme":
        faults = check_sections([Section(s.start, s.end, s.rate) for s in self.tiers])
        if faults:
            raise ValueError(f"{faults[0].code}: {faults[0].detail}")
        if self.tiers[-1].end is not None:
            raise ValueError(f"gap: {self.tiers[-1].end} and above is in no tier")
        for fault in chain(self._amounts(), self._method(), self._measure()):
            raise ValueError(fault)
        return self

    def _amounts(self) -> list[str]:
        said = [(name, getattr(self, name)) for name in ("payout_cap", "guarantee", "budget")]
        return [
            f"{name}: {amount} is not a whole amount of {self.currency}"
            for name, amount in said
            if amount is not None and amount.scaleb(exponent(self.currency)) % 1
        ]

    def _method(self) -> list[str]:
        found = []
        if self.method == "per_unit" and self.basis in MONEY:
            found.append("per_unit pays by quantity")
        if self.method == "excess" and self.measure not in RELATIVE:
            found.append("excess pays on what lies above a target or the previous base")
        if self.basis == "points" and not self.points:
            found.append("points: say what a piece of which product is worth")
        if self.net_of and self.basis not in MONEY:
            found.append("net_of: only a base in money is net of others")
        if self.calculate and not self._fits():
            found.append(f"calculate: {self.period} is not made up of {self.calculate}")
        return found

    def _measure(self) -> list[str]:
        found = []
        if self.measure in STATED and self.method not in ("slab", "fixed", "per_unit"):
            found.append(f"{self.method} does not read its ladder by a {self.measure}")
        if self.method in ("rolling", "total") and self.measure != "base":
            found.append(f"{self.method} reads its ladder by the base")
        if self.measure == "target" and self.basis not in MONEY:
            found.append("measure: targets are agreed in money")
        if self.measure == "range" and (self.basis == "points" or self.returns == "restate"):
            found.append("measure: a range is counted by lines as they are posted, not by points or restated")
        if (self.measure == "figure") != bool(self.figure):
            found.append("figure: name it where the ladder is read by one, and only there")
        if (self.measure == "share") != bool(self.focus_categories or self.focus_products):
            found.append("focus: name the products where the ladder is read by a share, and only there")
        return found

    def _fits(self) -> bool:
        """Whether the claimed period is made up of whole calculated ones (judged by a year of each, which all repeat)."""
        span = calendar.KINDS[self.period](calendar.period("2026-07").start)
        return bool(calendar.parts(span, self.calculate))

    def terms(self) -> Terms:
        """The kernel's terms."""
        minor = 10 ** exponent(self.currency)
        return Terms(
            method=self.method,
            tiers=tuple(Tier(s.start, s.rate) for s in self.tiers),
            basis=self.basis,
            currency=self.currency,
            base_cap=self.base_cap,
            payout_cap=None if self.payout_cap is None else int(self.payout_cap * minor),
            guarantee=int(self.guarantee * minor),
            measure=self.measure,
            guarantee_runs=self.guarantee_runs,
        )

    @property
    def calculated_by(self) -> str:
        """The kind of period that is calculated by itself."""
        return self.calculate or self.period

    @property
    def places(self) -> int:
        """How many decimal places lie between the base as summed and as written: fen to yuan, grams to kilograms."""
        return scale_of(self.basis, self.currency)

    @property
    def in_percent(self) -> bool:
        """Whether the rates are fractions of money."""
        return self.basis in MONEY and self.method not in ("fixed", "per_unit")


def plain(value: Decimal) -> str:
    """A number as people write it.

    >>> plain(Decimal("1E+3")), plain(Decimal("0.50"))
    ('1000', '0.5')
    """
    return format(value.normalize(), "f")
