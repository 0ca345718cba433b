"""The rules of recruiting as a policy: the text applicants agree to, limits, competing brands, key accounts."""

from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from gongying.core.policies.kinds import Finding, Kind, register

CONSENT = (
    "我同意品牌方为评估本次合作申请而使用我填写的联系人姓名、电话和邮箱，仅用于与我联系及资格审核；"
    "申请未通过或撤回后，这些信息将在保存期满后删除。我可以随时通过申请链接撤回申请并要求删除。"
)
CONSENT_EN = (
    "I agree that the brand owner uses the contact's name, telephone and e-mail address given here to get in touch with me and to "
    "examine this application, and for nothing else. If the application is rejected or withdrawn they are erased when the time "
    "below is over. I may withdraw and have them erased at any time by my own link."
)


class Competitor(BaseModel):
    """A brand that competes: whoever sells it is kept out (block) or looked at twice (warn)."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=2, max_length=60)
    level: Literal["block", "warn"] = "warn"


class KeyAccount(BaseModel):
    """A customer somebody looks after: the house itself (no code), or a distributor by its code."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=2, max_length=80)
    party: str = Field(default="", max_length=40)


class Rules(BaseModel):
    """What holds for every campaign."""

    model_config = ConfigDict(extra="forbid")
    consent: str = Field(default=CONSENT, min_length=20, max_length=2000)
    consent_en: str = Field(default=CONSENT_EN, min_length=20, max_length=2000)
    keep_days: int = Field(default=180, ge=1, le=3650)
    per_hour: int = Field(default=10, ge=1, le=1000)
    all_per_hour: int = Field(default=300, ge=1, le=100_000)
    reference_days: int = Field(default=14, ge=1, le=90)
    months: int = Field(default=12, ge=1, le=60)
    red_flags: list[str] = Field(
        default=["拖欠", "欠款", "起诉", "纠纷", "窜货", "fraud", "lawsuit"], max_length=50
    )
    competitors: list[Competitor] = Field(default=[], max_length=200)
    accounts: list[KeyAccount] = Field(default=[], max_length=500)


def lint(rules: Rules) -> list[Finding]:
    """An error: a brand or customer that stands twice. Warns of a text that does not say how to withdraw."""
    found = []
    for field, names in (
        ("competitors", [each.name for each in rules.competitors]),
        ("accounts", [each.name for each in rules.accounts]),
    ):
        if len({name.lower() for name in names}) < len(names):
            found.append(Finding("error", "twice", _("A name stands twice."), field))
    if "撤回" not in rules.consent or "withdraw" not in rules.consent_en.lower():
        said = _("The text does not say that one may withdraw.")
        found.append(Finding("warning", "withdraw", said, "consent"))
    return found


RULES = register(
    Kind("recruiting.rules", _("Rules of recruiting"), Rules, lint, scopes=("network",), key="recruiting")
)
