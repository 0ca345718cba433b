"""Policies of accrual, of the tax of rebates and of the watch list: what they may say, and what the linter says of them. Pure."""

from collections.abc import Callable
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import BY_LEVEL, Finding, Kind, register
from gongying.engines.accrual import LIKELY, Outcome, Pace
from gongying.engines.money import Rounding

PRUDENT = Decimal("0.75")  # below it "highly probable" is hardly what the standard means
RATES = {Decimal(text) for text in ("0", "0.01", "0.03", "0.05", "0.06", "0.09", "0.13")}  # of VAT in China


class Scenario(BaseModel):
    """How much of the sales that the pace still lets expect may come (1 is all), and how probable that is."""

    model_config = ConfigDict(extra="forbid")
    share: Decimal = Field(ge=0, le=5)
    probability: Decimal = Field(gt=0, le=1)


class Own(BaseModel):
    """The method of one programme."""

    model_config = ConfigDict(extra="forbid")
    method: Literal["expected", "most_likely"]


SCENARIOS = [
    Scenario(share=Decimal(share), probability=Decimal(p))
    for share, p in (("0.85", "0.25"), ("1", "0.5"), ("1.15", "0.25"))
]


class Accrual(BaseModel):
    """How rebates that are not settled yet are estimated: one method a programme, the constraint, the scenarios, the accounts.

    `likely` is the probability from which on it is "highly probable" that revenue need not be taken back; a reversal of at
    most `significant` (a share of the revenue of the period) does not count.
    """

    model_config = ConfigDict(extra="forbid")
    method: Literal["expected", "most_likely"] = "expected"
    programmes: dict[str, Own] = Field(default={}, max_length=60)
    likely: Decimal = Field(default=LIKELY, gt=Decimal("0.5"), lt=1)
    significant: Decimal = Field(default=Decimal("0.005"), ge=0, le=Decimal("0.1"))
    scenarios: list[Scenario] = Field(default=SCENARIOS, min_length=1, max_length=9)
    expense: Literal["rebate_expense", "accrual_expense"] = "rebate_expense"
    liability: Literal["refund_liability", "contract_liability"] = "refund_liability"

    @model_validator(mode="after")
    def _whole(self) -> "Accrual":
        shares = [each.share for each in self.scenarios]
        if sum(each.probability for each in self.scenarios) != 1:
            raise ValueError("scenarios: the probabilities must sum to 1")
        if shares != sorted(set(shares)):
            raise ValueError("scenarios: each share is above the one before")
        return self

    def method_of(self, programme: str) -> str:
        """The method of a programme."""
        own = self.programmes.get(programme)
        return own.method if own else self.method

    def outcomes(self, pace: Pace, rebate: Callable[[int], int]) -> list[Outcome]:
        """What may come of a period: fn(base) -> rebate at every scenario of the rest; what is over has one outcome."""
        if pace.by == "over" or not pace.rest:
            return [Outcome(pace.base, max(0, rebate(pace.base)), Decimal(1))]
        ends = [(pace.at(each.share), each.probability) for each in self.scenarios]
        return [Outcome(base, max(0, rebate(base)), probability) for base, probability in ends]


def lint_accrual(document: Accrual) -> list[Finding]:
    """Warnings: a constraint below what the standard means, scenarios that know one direction only."""
    found = []
    if document.likely < PRUDENT:
        text = _("“Highly probable” below 75 % will hardly be accepted by an auditor.")
        found.append(Finding("warning", "likely", text, "likely"))
    shares = [each.share for each in document.scenarios]
    if len(shares) > 1 and (shares[-1] <= 1 or shares[0] >= 1):
        text = _("All scenarios lie on one side of the pace: the estimate is not neutral.")
        found.append(Finding("warning", "one_side", text, "scenarios"))
    if len(shares) == 1:
        found.append(
            Finding("note", "single", _("With one scenario there is nothing to weigh: the constraint has no effect."), "scenarios")
        )  # fmt: skip
    return found


class Vat(BaseModel):
    """The tax of a rebate: at one `rate` for everything or (empty) at that of each product; whether the credited amount has the
    tax in it; how the tax of a rate is rounded, once."""

    model_config = ConfigDict(extra="forbid")
    rate: Decimal | None = Field(default=None, ge=0, lt=1)
    inclusive: bool = True
    rounding: Literal["half_up", "half_even", "down"] = "half_up"

    def rounded(self) -> Rounding:
        """The rounding of the house."""
        return Rounding[self.rounding.upper()]


def lint_vat(document: Vat) -> list[Finding]:
    """Warns of a rate that is none of the country."""
    if document.rate is None or document.rate in RATES:
        return []
    return [Finding("warning", "rate", _("This is no rate of VAT in China."), "rate")]


class Watch(BaseModel):
    """Who is watched: from which share of the next tier on somebody is close; and from how many days of stock on nobody is asked to
    buy more."""

    model_config = ConfigDict(extra="forbid")
    near: Decimal = Field(default=Decimal("0.85"), gt=0, lt=1)
    cover_days: int = Field(default=75, ge=1, le=720)


ACCRUAL = register(
    Kind("rewards.accrual", _("Accrual of rebates"), Accrual, lint_accrual, scopes=("network",), key="rewards.accrual")
)  # fmt: skip
VAT = register(Kind("rewards.vat", _("VAT of rebates"), Vat, lint_vat, scopes=("network",), key="rewards.vat"))
WATCH = register(Kind("rewards.watch", _("Watch list"), Watch, scopes=BY_LEVEL, key="rewards.watch"))
