"""What the category of an award is, and what its linter says of it. Pure."""

from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import Finding

KIND = "awards.category"


class Criterion(BaseModel):
    """What is marked, with how much weight, and what the lowest and the highest mark stand for."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern="^[a-z0-9_]{1,20}$")
    name: str
    name_en: str = ""
    weight: Decimal = Field(gt=0, le=100)
    low: str = ""
    low_en: str = ""
    high: str = ""
    high_en: str = ""


class Category(BaseModel):
    """An award: criteria marked from 1 to `scale`, at least `min_jurors` marks for a nomination, of whose scores the `trim`
    highest and lowest are left out; what tells equal ones apart, how many win, and what each of them gets (0: the honour)."""

    model_config = ConfigDict(extra="forbid")
    criteria: list[Criterion] = Field(min_length=1, max_length=10)
    scale: int = Field(default=5, ge=2, le=10)
    min_jurors: int = Field(default=3, ge=1, le=30)
    trim: int = Field(default=1, ge=0, le=5)
    tie: Literal["weightiest", "mean", "share"] = "weightiest"
    winners: int = Field(default=1, ge=1, le=50)
    prize: Decimal = Field(default=Decimal(0), ge=0)
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")

    @model_validator(mode="after")
    def _told_apart(self) -> "Category":
        if len({each.code for each in self.criteria}) < len(self.criteria):
            raise ValueError("criteria: two criteria have one code")
        return self

    def weights(self) -> dict[str, Decimal]:
        """The criteria as the engine takes them."""
        return {each.code: each.weight for each in self.criteria}


def lint(category: Category) -> list[Finding]:
    """Error: so many marks are left out that none are left. Warning: marks that stand for nothing."""
    found = []
    if category.trim * 2 >= category.min_jurors and category.trim:
        text = _("With %(jurors)s jurors nothing is left when %(trim)s are left out on either side.") % {
            "jurors": category.min_jurors,
            "trim": category.trim,
        }
        found.append(Finding("error", "trim", text, "trim"))
    for each in category.criteria:
        if not each.low or not each.high:
            text = _("%(name)s: say what the lowest and the highest mark stand for.") % {"name": each.name}
            found.append(Finding("warning", "anchors", text, each.code))
    return found
