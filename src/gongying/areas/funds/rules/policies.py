"""Policies: a fund, the types of claims, protection. Amounts are major units of the fund's currency."""

from collections.abc import Collection
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import Finding, Kind, register
from gongying.engines.ladders import Tier, check
from gongying.engines.money import exponent

HIGHEST = Decimal(10) ** 12  # major units: beyond that it is a slip of the pen
PROOFS = ("photo", "invoice", "agreement", "list")
CODE = r"^[a-z][a-z0-9_-]{0,19}$"


class Step(BaseModel):
    """From a cost (major units) or an attainment on, the house bears a share."""

    model_config = ConfigDict(extra="forbid")
    start: Decimal = Field(ge=0, le=HIGHEST)
    share: Decimal = Field(ge=0, le=1)


class Fund(BaseModel):
    """A fund: where its money comes from, whom it is for, what it bears, and until when."""

    model_config = ConfigDict(extra="forbid")
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    source: Literal["fixed", "sell_in", "over_target", "grants"] = "fixed"
    period: Literal["month", "quarter", "half", "year"] = "year"
    budget: Decimal = Field(default=Decimal(0), ge=0, le=HIGHEST)  # a period, of a fixed one
    rate: Decimal = Field(default=Decimal(0), ge=0, le=1)  # of net sell-in, or of what is above the target
    own: bool = False  # every distributor has his own budget
    regions: list[str] = Field(default=[], max_length=200)
    levels: list[str] = Field(default=[], max_length=50)
    parties: list[str] = Field(default=[], max_length=500)
    types: list[str] = Field(default=[], max_length=50)
    step_by: Literal["cost", "goal"] = "cost"
    method: Literal["marginal", "slab"] = "marginal"
    steps: list[Step] = Field(default=[Step(start=Decimal(0), share=Decimal(1))], min_length=1, max_length=20)
    notice_days: int = Field(default=0, ge=0, le=365)
    submit_days: int = Field(default=30, ge=0, le=365)
    expire_days: int = Field(default=60, ge=1, le=730)

    @model_validator(mode="after")
    def _whole(self) -> "Fund":
        if self.budget.scaleb(exponent(self.currency)) % 1:
            raise ValueError(f"budget: not a whole amount of {self.currency}")
        return self

    def minor(self, amount: Decimal) -> int:
        """An amount of the document in minor units."""
        return int(amount.scaleb(exponent(self.currency)))

    @property
    def ladder(self) -> list[Tier]:
        """The steps as the engine takes them: from minor units of cost, or from an attainment, on."""
        scale = exponent(self.currency) if self.step_by == "cost" else 0
        return [Tier(step.start.scaleb(scale), step.share) for step in self.steps]

    def is_for(self, code: str, level: str, regions: Collection[str]) -> bool:
        """Whether a distributor may use it; who is named by code may in any case."""
        if code in self.parties:
            return True
        if self.parties and not self.regions and not self.levels:
            return False
        return (not self.levels or level in self.levels) and (
            not self.regions or bool(set(self.regions) & set(regions))
        )

    @property
    def personal(self) -> bool:
        """Whether every distributor has a budget of his own in it."""
        return self.own or self.source in ("over_target", "grants")


def lint_fund(fund: Fund) -> list[Finding]:
    """Errors: no money can come in, or steps that are no ladder. Warns of shares that jump and of nothing borne."""
    found = []
    if fund.source == "fixed" and not fund.budget:
        found.append(Finding("error", "budget", _("A fixed fund needs a budget."), "budget"))
    if fund.source in ("sell_in", "over_target") and not fund.rate:
        found.append(Finding("error", "rate", _("A fund that accrues needs a rate."), "rate"))
    if fund.source == "fixed" and fund.personal:
        text = _("A fixed budget is of everybody; give each distributor his own by grants.")
        found.append(Finding("error", "own", text, "own"))
    if check(fund.ladder) or fund.steps[0].start:
        text = _("The steps begin at nothing and rise; each share holds from its start on.")
        found.append(Finding("error", "steps", text, "steps"))
    if fund.expire_days < fund.submit_days:
        text = _("The money would lapse before the last day to claim it.")
        found.append(Finding("error", "expire_days", text, "expire_days"))
    if fund.method == "slab" and fund.step_by == "cost" and len(fund.steps) > 1:
        text = _("With the reached share on everything, one more unit of cost may move the house's part by a lot.")
        found.append(Finding("warning", "cliff", text, "method"))
    if all(step.share == 1 for step in fund.steps):
        found.append(Finding("note", "whole", _("The house bears all of the cost."), "steps"))
    return found


class ClaimType(BaseModel):
    """What a claim of a type needs. `most` is the highest amount of a claim, `auto_up_to` that up to which an unsampled claim
    without findings needs nobody (major units); `most_m` is how far from the agreed place a photo may be (0: not checked)."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern=CODE)
    name: str = Field(min_length=1, max_length=40)
    name_en: str = Field(default="", max_length=60)
    proofs: list[str] = Field(default=["photo", "invoice"], max_length=4)
    photos: int = Field(default=1, ge=0, le=20)
    before_days: int = Field(default=0, ge=0, le=90)
    after_days: int = Field(default=0, ge=0, le=90)
    most_m: int = Field(default=1000, ge=0, le=100_000)
    most: Decimal | None = Field(default=None, gt=0, le=HIGHEST)
    auto_up_to: Decimal | None = Field(default=None, ge=0, le=HIGHEST)


class Points(BaseModel):
    """How heavily a sort of finding weighs."""

    model_config = ConfigDict(extra="forbid")
    code: str
    points: int = Field(ge=0, le=100)


class Band(BaseModel):
    """From a score on, so large a share of the claims is looked at by a person."""

    model_config = ConfigDict(extra="forbid")
    level: Literal["low", "medium", "high"]
    score: int = Field(ge=0, le=100)
    rate: Decimal = Field(ge=0, le=1)


POINTS = {
    "missing": 40, "time": 30, "no_time": 10, "far": 40, "no_place": 10, "twin_file": 70, "twin_image": 60,
    "invoice_used": 70, "over_invoice": 50, "no_invoice": 10, "outside": 30, "late": 40, "over_most": 50, "rejected_before": 15,
}  # fmt: skip


def default_types() -> list[ClaimType]:
    """Types the house begins with."""
    every = [
        ("display", "陈列", "Display", ["photo", "agreement"], 2, 1000),
        ("promotion", "促销活动", "Promotion", ["photo", "invoice"], 1, 3000),
        ("advert", "广告宣传", "Advertising", ["photo", "invoice"], 1, 0),
        ("training", "人员培训", "Training", ["list", "invoice"], 0, 0),
        ("digital", "数字化工具", "Digital tools", ["invoice"], 0, 0),
    ]
    return [
        ClaimType(code=c, name=n, name_en=e, proofs=p, photos=k, most_m=m, after_days=7 if c == "advert" else 0)
        for c, n, e, p, k, m in every
    ]


class ClaimTypes(BaseModel):
    """The types of claims, what weighs how much, how many are looked at, and how effects are measured."""

    model_config = ConfigDict(extra="forbid")
    types: list[ClaimType] = Field(default_factory=default_types, min_length=1, max_length=50)
    alike_bits: int = Field(default=6, ge=0, le=16)  # two pictures that differ in so many of 64 bits are one
    months: int = Field(default=24, ge=1, le=60)  # so far back pictures are compared
    points: list[Points] = Field(
        default_factory=lambda: [Points(code=c, points=p) for c, p in POINTS.items()], max_length=40
    )
    bands: list[Band] = Field(
        default_factory=lambda: [
            Band(level="low", score=0, rate=Decimal("0.1")),
            Band(level="medium", score=20, rate=Decimal("0.5")),
            Band(level="high", score=50, rate=Decimal(1)),
        ],
        min_length=1,
        max_length=3,
    )
    review_days: int = Field(default=7, ge=1, le=90)
    appeal_days: int = Field(default=30, ge=1, le=365)
    answer_days: int = Field(default=14, ge=1, le=90)
    ages: list[int] = Field(default=[30, 60, 90], min_length=1, max_length=6)
    weeks: int = Field(default=8, ge=2, le=52)
    margin: Decimal = Field(default=Decimal("0.25"), ge=0, le=1)

    def type_of(self, code: str) -> ClaimType | None:
        """The type with a code."""
        return next((each for each in self.types if each.code == code), None)

    def weights(self) -> dict[str, int]:
        """Points by sort of finding; what is not named weighs as the house's own."""
        return POINTS | {each.code: each.points for each in self.points}


def lint_types(document: ClaimTypes) -> list[Finding]:
    """Errors: codes twice, unknown proofs or findings, bands or ages that do not rise. Warns when nobody looks at the risky."""
    found = []
    codes = [each.code for each in document.types]
    if len(set(codes)) < len(codes):
        found.append(Finding("error", "twice", _("A type stands twice."), "types"))
    for place, each in enumerate(document.types):
        if set(each.proofs) - set(PROOFS):
            text = _("Proofs are photo, invoice, agreement or list.")
            found.append(Finding("error", "proofs", text, f"types.{place}.proofs"))
        if each.photos and "photo" not in each.proofs:
            said = _("%(type)s wants photographs, but no photo among its proofs.") % {"type": each.name}
            found.append(Finding("warning", "photos", said, f"types.{place}.photos"))
    if {each.code for each in document.points} - POINTS.keys():
        text = _("Points are given for a finding that nobody makes.")
        found.append(Finding("error", "points", text, "points"))
    scores = [band.score for band in document.bands]
    if scores != sorted(set(scores)) or scores[0]:
        text = _("The bands begin at 0 and rise.")
        found.append(Finding("error", "bands", text, "bands"))
    elif document.bands[-1].rate < 1:
        text = _("Not every claim of the highest risk is looked at.")
        found.append(Finding("warning", "unseen", text, "bands"))
    if document.ages != sorted(set(document.ages)):
        found.append(Finding("error", "ages", _("Days of ageing rise."), "ages"))
    return found


class Protection(BaseModel):
    """Price protection and stock rotation."""

    model_config = ConfigDict(extra="forbid")
    window_days: int = Field(default=60, ge=0, le=730)
    cap: int | None = Field(default=None, ge=0, le=10**9)  # base units of one lot
    rotation_rate: Decimal = Field(default=Decimal("0.05"), ge=0, le=1)
    rotation_months: int = Field(default=6, ge=1, le=24)
    debit_pool: bool = True  # no more is compensated than can have been in stock


FUND = register(Kind("funds.fund", _("Fund"), Fund, lint_fund, scopes=("network",)))
TYPES = register(
    Kind("funds.claim_types", _("Types of claims"), ClaimTypes, lint_types, scopes=("network",), key="claim_types")
)
PROTECTION = register(
    Kind(
        "funds.protection",
        _("Price protection"),
        Protection,
        scopes=("network", "region", "party"),
        key="protection",
    )
)
