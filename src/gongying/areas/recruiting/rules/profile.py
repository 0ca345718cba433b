"""What an applicant says of his company, and what a referee is asked."""

from collections.abc import Iterable
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

PARTNERS = (
    ("distributor", _("Distributor")),
    ("city", _("City distributor")),
    ("sub", _("Sub-distributor")),
    ("online", _("Online dealer")),
    ("service", _("Service partner")),
)
CHANNELS = (
    ("", _("all channels")),
    ("retail", _("Retail shops")),
    ("chain", _("Chains and supermarkets")),
    ("project", _("Projects and companies")),
    ("online", _("Online")),
)
SYSTEMS = (
    ("none", _("on paper")),
    ("excel", _("Excel")),
    ("erp", _("a system of the trade (Kingdee, Yonyou, Guanjiapo)")),
    ("own", _("a system of its own")),
)
FEEDS = (("none", _("not at all")), ("monthly", _("monthly")), ("weekly", _("weekly")), ("daily", _("daily")))
RELATIONS = (
    ("supplier", _("a brand or supplier")),
    ("customer", _("a customer")),
    ("bank", _("a bank")),
    ("partner", _("a business partner")),
)
# What a referee is asked, one to five.
QUESTIONS = (
    ("pays", _("Pays on the agreed day")),
    ("keeps", _("Keeps what was agreed")),
    ("market", _("Knows the market and its customers")),
    ("service", _("Looks after its customers after the sale")),
    ("people", _("Has people who stay and know their work")),
)
MOST_NAMES = 20


class Profile(BaseModel):
    """What the application form asks of the company. Counts are whole numbers, money is major units a year."""

    model_config = ConfigDict(extra="forbid")
    founded: int | None = Field(default=None, ge=1900, le=2100)
    people: int | None = Field(default=None, ge=0, le=100_000)
    sellers: int | None = Field(default=None, ge=0, le=100_000)
    outlets: int | None = Field(default=None, ge=0, le=1_000_000)
    sales: int | None = Field(default=None, ge=0, le=10**12)
    warehouse_m2: int | None = Field(default=None, ge=0, le=10**7)
    warehouse_units: int | None = Field(default=None, ge=0, le=10**9)
    vehicles: int | None = Field(default=None, ge=0, le=100_000)
    engineers: int | None = Field(default=None, ge=0, le=100_000)
    response_hours: int | None = Field(default=None, ge=0, le=720)
    service_days: int | None = Field(default=None, ge=0, le=7)
    system: Literal["none", "excel", "erp", "own"] = "none"
    feed: Literal["none", "monthly", "weekly", "daily"] = "none"
    brands: list[str] = Field(default=[], max_length=MOST_NAMES)
    accounts: list[str] = Field(default=[], max_length=MOST_NAMES)
    plan: str = Field(default="", max_length=1500)


class Answers(BaseModel):
    """What a referee says: levels 1 to 5 by question, since when he knows the company, whether he would trade with it again."""

    model_config = ConfigDict(extra="forbid")
    levels: dict[str, int]
    years: int = Field(ge=0, le=60)
    again: bool
    who: str = Field(min_length=1, max_length=120)  # name and position, as he confirms them himself
    text: str = Field(default="", max_length=1000)


def complete(uscc_sound: bool, profile: Profile) -> list[str]:
    """What an application still lacks before it can be handed in, by the name of the field."""
    wanted = {
        "uscc": uscc_sound,
        "founded": profile.founded is not None,
        "people": profile.people is not None,
        "outlets": profile.outlets is not None,
        "sales": profile.sales is not None,
        "warehouse_m2": profile.warehouse_m2 is not None,
        "plan": len(profile.plan.strip()) >= 10,
    }
    return [name for name, there in wanted.items() if not there]


def red_flags(answers: Answers, words: Iterable[str]) -> list[str]:
    """What in a referee's answers asks for a second look: words of the list, a 1 or 2, "not again"."""
    text = answers.text.lower()
    found = [word for word in words if word.strip() and word.strip().lower() in text]
    found += [code for code, level in answers.levels.items() if level <= 2]
    return [*found, *([] if answers.again else ["again"])]


def shown(pairs: tuple[tuple[str, Any], ...], code: str) -> Any:
    """The words of a code, or the code."""
    return dict(pairs).get(code, code)
