"""Decisions and thresholds of supply; pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from gongying.core.policies.kinds import Finding, Kind, register
from gongying.engines.money import exponent, whole

RULE_NAMES = {"proportional": _("in proportion"), "max_min": _("max-min fair"), "priority": _("by priority")}
MOST_LINES = 500  # of one document
EVENTS = {"picked_up": "in transit", "in_transit": "in transit", "arrived": "arrived", "exception": "exception"}
EVENT_NAMES = {
    "picked_up": _("picked up"),
    "in_transit": _("on the way"),
    "arrived": _("arrived at the place of delivery"),
    "exception": _("exception: delayed, damaged or lost"),
    "note": _("note of the carrier"),
}
SHIPMENT_STATES = ("shipped", "in transit", "exception", "arrived", "delivered")
LACKS = {
    "short": _("missing"),
    "damaged": _("spoilt on the way"),
    "wrong": _("wrong goods"),
    "late_life": _("too little shelf life left"),
    "refused": _("not accepted"),
}
FAULTS = {
    "carrier": _("the carrier"),
    "warehouse": _("our warehouse"),
    "distributor": _("the distributor"),
    "nobody": _("nobody's fault"),
}
RETURN_STATES = ("requested", "approved", "refused", "sent back", "inspected", "credited", "cancelled")
RETURN_REASONS = {
    "damaged": _("spoilt on the way"),
    "defect": _("fault of the goods"),
    "wrong": _("wrong goods"),
    "expired": _("near or past expiry"),
    "recall": _("recalled"),
    "unsold": _("not sold"),
}


class Supply(BaseModel):
    """How returns and scarce goods are handled; for the network, a region, a level or one distributor."""

    model_config = ConfigDict(extra="forbid")
    answer_days: int = Field(default=3, ge=1, le=60)  # calendar days in which a return is answered
    send_days: int = Field(default=14, ge=1, le=365)  # for so long an approved return may be sent
    return_days: int = Field(default=180, ge=0, le=3650)  # after a delivery its goods may be asked to be taken back
    classes: list[str] = Field(default_factory=list, max_length=20)  # levels, the first served first
    rule: str = "max_min"


def lint(document: Supply) -> list[Finding]:
    """What is doubtful in the terms of supply."""
    found = []
    if document.rule not in ("proportional", "max_min", "priority"):
        found.append(Finding("error", "rule", _("There is no such rule of allocation."), "rule"))
    if len(set(document.classes)) < len(document.classes):
        found.append(Finding("error", "twice", _("A class is named twice."), "classes"))
    if document.rule == "priority" and not document.classes:
        found.append(Finding("error", "classes", _("Priority wants classes, the first served first."), "classes"))
    return found


KIND = "supply.rules"
register(Kind(KIND, _("Returns and allocation"), Supply, lint, key=KIND))


def state_after(events: Iterable[tuple[datetime, str]]) -> str:
    """Where a shipment stands by (time, kind) of what the carrier told, in whatever order it was told.

    >>> state_after([(datetime(2026, 1, 2), "arrived"), (datetime(2026, 1, 1), "picked_up"), (datetime(2026, 1, 3), "note")])
    'arrived'
    """
    told = [(at, kind) for at, kind in events if kind in EVENTS]
    return EVENTS[max(told, key=lambda event: event[0])[1]] if told else "shipped"


def on_time(delivered: date, wanted: date | None, announced: date | None) -> bool | None:
    """Whether a delivery came by the day that was asked for, else by the day that was announced; None when there was neither.

    >>> on_time(date(2026, 1, 3), None, date(2026, 1, 2))
    False
    """
    due = wanted or announced
    return None if due is None else delivered <= due


def returnable_until(delivered: date, days: int) -> date:
    """The last day on which goods delivered on a day may be asked to be taken back."""
    return delivered + timedelta(days=days)


def penalty(
    planned: int, delivered: int, *, value: Decimal, tolerance: Decimal, rate: Decimal, currency: str
) -> int:
    """What is due, in minor units, for a month in which less than planned was delivered: rate × value of what is short of
    planned × (1 − tolerance), rounded once.

    >>> penalty(1000, 900, value=Decimal("12.5"), tolerance=Decimal("0.05"), rate=Decimal("0.1"), currency="CNY")
    6250
    """
    short = max(Decimal(0), Decimal(planned) * (1 - tolerance) - delivered)
    return whole((short * value * rate).scaleb(exponent(currency)))


def words_of(names: dict[str, Any], code: str) -> Any:
    """The word of a code; an unknown code stands for itself."""
    return names.get(code, code)


def classes_of(text: str) -> list[str]:
    """Classes as they are typed, the first served first.

    >>> classes_of("gold, silver，")
    ['gold', 'silver']
    """
    return [name.strip() for name in text.replace("，", ",").split(",") if name.strip()]
