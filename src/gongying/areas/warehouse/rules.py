"""Decisions of the warehouse: when a second person must look, what counts as near expiry, what an answer must add up to."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import BY_LEVEL, Finding, Kind, register
from gongying.engines.picking import days_left

KEY = "warehouse.rules"
SEVERITIES = (("safety", _("safety")), ("quality", _("quality")), ("label", _("labelling")))
# Of what is on the shelf: expired, then what expires within so many days.
HORIZONS = (("expired", _("expired")), ("d30", _("within 30 days")), ("d60", _("31 to 60 days")), ("d90", _("61 to 90 days")), ("later", _("after 90 days")), ("keeps", _("keeps")))  # fmt: skip
LIMITS = (("d30", 30), ("d60", 60), ("d90", 90))


class Reason(BaseModel):
    """Why stock is adjusted: a code and its names."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(min_length=1, max_length=20, pattern=r"^[a-z_]+$")
    name: str = Field(min_length=1, max_length=40)
    name_en: str = Field(default="", max_length=40)


REASONS = [
    Reason(code="damage", name="破损", name_en="Damage"),
    Reason(code="expired", name="过期报废", name_en="Expired, written off"),
    Reason(code="theft", name="盗失", name_en="Theft or loss"),
    Reason(code="sample", name="样品领用", name_en="Samples taken"),
    Reason(code="found", name="盘盈", name_en="Found"),
    Reason(code="error", name="录入更正", name_en="Correction of an entry"),
]


class WarehouseRules(BaseModel):
    """Adjustments and counts that change more than `four_eyes_units` base units in all wait for a second person.

    `near_expiry_days` is what the expiry radar calls near. `min_life_days` is how long goods must keep after the day of
    delivery; a version for a region, a level or one distributor asks something else of what is sent to them.
    """

    model_config = ConfigDict(extra="forbid")
    four_eyes_units: int = Field(default=100, ge=0)
    near_expiry_days: int = Field(default=60, ge=1, le=3650)
    min_life_days: int = Field(default=0, ge=0, le=3650)
    reasons: list[Reason] = Field(default=REASONS, min_length=1, max_length=40)

    @model_validator(mode="after")
    def _once(self) -> "WarehouseRules":
        codes = [reason.code for reason in self.reasons]
        if len(set(codes)) < len(codes):
            raise ValueError("reasons: one code stands twice")
        return self


def lint(rules: WarehouseRules) -> list[Finding]:
    """Warning: nothing ever waits for a second person. Note: goods may arrive on their last day."""
    found = []
    if rules.four_eyes_units >= 1_000_000:
        found.append(
            Finding(
                "warning", "no_four_eyes", _("No adjustment ever waits for a second person."), "four_eyes_units"
            )
        )
    if rules.min_life_days == 0:
        found.append(Finding("note", "last_day", _("Goods may arrive on their last day."), "min_life_days"))
    return found


RULES = register(Kind(KEY, _("Rules of the warehouse"), WarehouseRules, lint, scopes=BY_LEVEL, key=KEY))


def waits(quantities: Iterable[int], rules: WarehouseRules) -> bool:
    """Whether an adjustment of these base units waits for a second person.

    >>> waits([60, -60], WarehouseRules()), waits([60], WarehouseRules())
    (True, False)
    """
    return sum(map(abs, quantities)) > rules.four_eyes_units


def horizon(expires_on: date | None, on: date) -> str:
    """Which part of the expiry radar a lot is in; its last day is not expired yet.

    >>> horizon(date(2026, 3, 1), date(2026, 3, 1)), horizon(date(2026, 2, 28), date(2026, 3, 1)), horizon(None, date.max)
    ('d30', 'expired', 'keeps')
    """
    if expires_on is None:
        return "keeps"
    left = days_left(expires_on, on)
    if left < 0:
        return "expired"
    return next((code for code, limit in LIMITS if left <= limit), "later")


def faults_of_answer(received: int, parts: Sequence[int]) -> str:
    """Why an answer to a recall cannot be right ("" when it can): a part below zero, or more than was received.

    >>> faults_of_answer(5, [2, 3, 0, 0]), faults_of_answer(5, [6, 0, 0, 0]), faults_of_answer(5, [-1, 0, 0, 0])
    ('', 'more', 'negative')
    """
    if any(part < 0 for part in parts):
        return "negative"
    return "more" if sum(parts) > received else ""


def full(held: int, capacity: int | None) -> float | None:
    """How full a place is, as a fraction; None where nobody said what it can hold.

    >>> full(30, 40), full(30, None)
    (0.75, None)
    """
    return held / capacity if capacity else None
