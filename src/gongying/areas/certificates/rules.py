"""Kinds of certificates, who needs them, when to remind, and what a certificate is on a day. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gongying.core.policies.kinds import Finding, Kind, register

REMINDERS = (60, 30, 7)  # days before the last day, where a kind says nothing


class CertificateKind(BaseModel):
    """One kind: its code and names, by whom it is needed (`whom`: codes of levels, regions or distributors), and how many days
    before the last day reminders are sent. `personal`: it is held by people, so the holder is named."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern="^[A-Za-z0-9][A-Za-z0-9-]{0,39}$")
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=120)
    personal: bool = False
    evidence: bool = True  # a copy must come with it
    needed: Literal["nobody", "everybody", "levels", "regions", "parties"] = "nobody"
    whom: list[str] = Field(default=[], max_length=200)
    reminders: list[int] = Field(default=list(REMINDERS), max_length=10)

    @field_validator("whom", mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        """An empty cell of the form names nobody."""
        return [] if value is None else value

    @field_validator("reminders", mode="before")
    @classmethod
    def _left_open(cls, value: object) -> object:
        """An empty cell of the form is what the house says."""
        return list(REMINDERS) if value is None else value

    @field_validator("reminders")
    @classmethod
    def _days(cls, value: list[int]) -> list[int]:
        if any(not 0 <= days <= 365 for days in value):
            raise ValueError("reminders: 0 to 365 days before the last day")
        return sorted(set(value), reverse=True)


class CertificateKinds(BaseModel):
    """The kinds of certificates of the house."""

    model_config = ConfigDict(extra="forbid")
    kinds: list[CertificateKind] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _named_once(self) -> "CertificateKinds":
        if len({each.code for each in self.kinds}) < len(self.kinds):
            raise ValueError("kinds: A code stands twice.")
        return self

    def kind(self, code: str) -> CertificateKind | None:
        """A kind by its code."""
        return next((each for each in self.kinds if each.code == code), None)


def lint(document: CertificateKinds) -> list[Finding]:
    """Errors: needed by a list that names nobody. Warns of a kind nobody is reminded of."""
    found = []
    for place, kind in enumerate(document.kinds):
        said = {"name": kind.name}
        if kind.needed in ("levels", "regions", "parties") and not kind.whom:
            text = _("“%(name)s” is needed by some, and nobody is named.")
            found.append(Finding("error", "nobody", text % said, f"kinds.{place}.whom"))
        if kind.needed in ("nobody", "everybody") and kind.whom:
            text = _("“%(name)s” names codes that are not read: say that only those need it.")
            found.append(Finding("warning", "unread", text % said, f"kinds.{place}.whom"))
        if not kind.reminders:
            text = _("Nobody is reminded before “%(name)s” expires.")
            found.append(Finding("warning", "silent", text % said, f"kinds.{place}.reminders"))
    return found


KINDS = register(
    Kind(
        "certificates.kinds",
        _("Kinds of certificates"),
        CertificateKinds,
        lint,
        scopes=("network",),
        key="certificates.kinds",
    )
)


def stands(
    state: str, valid_from: date, valid_to: date | None, withdrawn_on: date | None, on: date, soon: int
) -> str:
    """What a certificate is on a day, in one word: submitted, rejected, withdrawn, to come, expired, expiring (its last day is
    at most `soon` days away) or valid."""
    if state == "withdrawn" and withdrawn_on is not None and withdrawn_on > on:
        state = "accepted"
    if state != "accepted":
        return state
    if valid_from > on:
        return "to come"
    if valid_to is None:
        return "valid"
    left = (valid_to - on).days
    return "expired" if left < 0 else "expiring" if left <= soon else "valid"


def step_due(reminders: Sequence[int], sent: Sequence[int], left: int) -> int | None:
    """The reminder that is due `left` days before the last day: the nearest step that was reached and neither it nor a nearer
    one was sent; None when there is none.

    >>> step_due([60, 30, 7], [60], 20), step_due([60, 30, 7], [30], 20), step_due([60], [], 61)
    (30, None, None)
    """
    reached = [days for days in reminders if left <= days]
    if left < 0 or not reached:
        return None
    nearest = min(reached)
    return None if any(days <= nearest for days in sent) else nearest
