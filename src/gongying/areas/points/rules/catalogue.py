"""The catalogue: what points can be used for."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gongying.core.policies.kinds import Finding, Kind, register

KINDS = ("fund", "goods", "training", "advert", "equipment")
NAMED = ("fund", "goods")  # they create something that must be named


class Reward(BaseModel):
    """One reward: its price in points and what it costs the house in major units; `target` names what it creates (a fund by its
    code, a product by its code), `units` how many pieces of goods one is. No `stock` is as many as are wanted."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=120)
    kind: Literal["fund", "goods", "training", "advert", "equipment"]
    points: int = Field(gt=0)
    cost: Decimal = Field(ge=0)
    target: str = Field(default="", max_length=80)
    units: int = Field(default=1, ge=1, le=100_000)
    stock: int | None = Field(default=None, ge=0)
    per_party: int | None = Field(default=None, ge=1)
    start: date | None = None
    end: date | None = None  # the last day

    @field_validator("units", mode="before")
    @classmethod
    def _left_open(cls, value: Any) -> Any:
        """An empty cell of the form is one piece."""
        return 1 if value is None else value

    def offered(self, on: date) -> bool:
        """Whether it may be had on a day."""
        return (self.start is None or self.start <= on) and (self.end is None or on <= self.end)


class Catalogue(BaseModel):
    """The rewards of the house."""

    model_config = ConfigDict(extra="forbid")
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    voucher_days: int = Field(default=180, ge=1, le=1095)
    rewards: list[Reward] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _named_once(self) -> "Catalogue":
        if len({reward.code for reward in self.rewards}) < len(self.rewards):
            raise ValueError("rewards: A code stands twice.")
        return self

    def reward(self, code: str) -> Reward | None:
        """A reward by its code."""
        return next((each for each in self.rewards if each.code == code), None)


def lint(catalogue: Catalogue) -> list[Finding]:
    """Errors: a fund or goods that name nothing, a reward that ends before it begins. A note for one nobody can have."""
    found = []
    for place, reward in enumerate(catalogue.rewards):
        said, where = {"name": reward.name}, f"rewards.{place}"
        if reward.kind in NAMED and not reward.target:
            text = _("“%(name)s” must say what it creates: the code of a fund or of a product.")
            found.append(Finding("error", "no_target", text % said, where))
        if reward.start and reward.end and reward.end < reward.start:
            found.append(Finding("error", "ends_first", _("“%(name)s” ends before it begins.") % said, where))
        if reward.stock == 0:
            found.append(
                Finding("note", "no_stock", _("“%(name)s” has no stock: nobody can have it.") % said, where)
            )
    return found


CATALOGUE = register(
    Kind(
        "points.catalogue",
        _("Catalogue of rewards"),
        Catalogue,
        lint,
        scopes=("network",),
        key="points.catalogue",
    )
)
