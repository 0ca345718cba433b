"""The days and grounds of a case, and what may follow what. Pure."""

from datetime import date

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import SCOPES, Finding, Kind, register

VERDICTS = ("upheld", "dismissed")
OPEN = ("opened", "answered", "ruled", "objected")
# A case is about where goods were sold. What they cost there is the distributor's own business: fixing it, or tying anything to
# it, would be a vertical agreement on resale prices (Anti-Monopoly Law of the PRC, article 18).
PRICE_WORDS = ("价", "折扣", "price", "discount", "undercut")


class Ground(BaseModel):
    """What a case may be about: a code and its names."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern="^[a-z][a-z0-9_]{0,39}$")
    name: str = Field(min_length=1, max_length=120)
    name_en: str = Field(default="", max_length=120)


class DiversionRules(BaseModel):
    """How long a distributor has to answer and to object, how long head office takes to rule (days), and the grounds."""

    model_config = ConfigDict(extra="forbid")
    answer_days: int = Field(default=10, ge=3, le=90)
    objection_days: int = Field(default=10, ge=3, le=90)
    ruling_days: int = Field(default=20, ge=1, le=180)
    grounds: list[Ground] = Field(
        default=[
            Ground(
                code="territory", name="货物在授权区域外销售", name_en="Goods sold outside the territory granted"
            ),
            Ground(code="channel", name="货物流入未授权渠道", name_en="Goods sold through a channel not granted"),
            Ground(code="codes", name="货物上的追溯码被涂改", name_en="Codes on the goods were removed"),
        ],
        min_length=1,
        max_length=30,
    )

    @model_validator(mode="after")
    def _named_once(self) -> "DiversionRules":
        if len({each.code for each in self.grounds}) < len(self.grounds):
            raise ValueError("grounds: A code stands twice.")
        return self

    def ground(self, code: str) -> Ground | None:
        """A ground by its code."""
        return next((each for each in self.grounds if each.code == code), None)


def lint(rules: DiversionRules) -> list[Finding]:
    """Errors: a ground that is about prices. Warns of less than a week to answer or to object."""
    found = []
    for place, ground in enumerate(rules.grounds):
        said = f"{ground.name} {ground.name_en}".lower()
        if any(word in said for word in PRICE_WORDS):
            text = _(
                "“%(name)s” speaks of prices: a case is about where goods were sold, never about at which price."
            )
            found.append(Finding("error", "resale_price", text % {"name": ground.name}, f"grounds.{place}.name"))
    for name, days in (("answer_days", rules.answer_days), ("objection_days", rules.objection_days)):
        if days < 7:
            found.append(Finding("warning", "short", _("Less than a week is short to be heard."), name))
    return found


RULES = register(
    Kind(
        "diversion.rules", _("Rules of diversion cases"), DiversionRules, lint, scopes=SCOPES, key="diversion.rules"
    )
)


def may_be_ruled(state: str, answer_by: date | None, on: date) -> bool:
    """Whether a ruling may be given on a day: the distributor was heard, or his last day to answer is over."""
    if state == "opened":
        return answer_by is not None and on > answer_by
    return state in ("answered", "objected")


def was_open(opened_on: date | None, closed_on: date | None, on: date) -> bool:
    """Whether a case was open on the evening of a day: opened by then, and not closed by then."""
    return opened_on is not None and opened_on <= on and (closed_on is None or closed_on > on)
