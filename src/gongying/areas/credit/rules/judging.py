"""What counts as credit, and what happens to an order that does not fit. Pure."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import BY_LEVEL, Finding, Kind, register
from gongying.engines import credit
from gongying.engines.money import exponent

HIGHEST = Decimal(10) ** 12  # major units: beyond that it is a slip of the pen


class Authority(BaseModel):
    """Up to which amount (major units) a role approves limits and releases orders; no amount is without end."""

    model_config = ConfigDict(extra="forbid")
    role: str
    up_to: Decimal | None = Field(default=None, ge=0, le=HIGHEST)


class CreditRules(BaseModel):
    """How credit is judged, for the network, a level, a region or one distributor. Amounts are major units of `currency`;
    an order in another currency is judged with the same figures in its own."""

    model_config = ConfigDict(extra="forbid")
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    default_limit: Decimal = Field(default=Decimal(0), ge=0, le=HIGHEST)  # who has no limit of his own
    terms_days: int = Field(default=30, ge=0, le=365)
    forgiven_days: int = Field(default=0, ge=0, le=365)
    forgiven_amount: Decimal = Field(default=Decimal(0), ge=0, le=HIGHEST)
    overdue: Literal["hold", "warn", "pass"] = "hold"
    over_limit: Literal["hold", "warn", "reject"] = "hold"
    deposit_counts: bool = False
    rebate_counts: bool = False
    when_it_fits: Literal["release", "wait"] = (
        "release"  # a held order that fits again goes on, or waits for the desk
    )
    temporary_days: int = Field(default=60, ge=1, le=366)  # the longest a temporary limit may be
    authority: list[Authority] = Field(default=[], max_length=20)

    @model_validator(mode="after")
    def _whole(self) -> "CreditRules":
        for name in ("default_limit", "forgiven_amount"):
            if getattr(self, name).scaleb(exponent(self.currency)) % 1:
                raise ValueError(f"{name}: not a whole amount of {self.currency}")
        return self

    def minor(self, amount: Decimal, currency: str) -> int:
        """An amount of the document in minor units."""
        return int(amount.scaleb(exponent(currency)))

    def measure(self, currency: str) -> credit.Measure:
        """The measure of the kernel."""
        return credit.Measure(
            self.deposit_counts,
            self.rebate_counts,
            self.minor(self.forgiven_amount, currency),
            self.forgiven_days,
        )

    def may(self, role: str, amount_minor: int, currency: str) -> bool:
        """Whether a role decides on an amount. Where the document names no role, everybody with the permission does."""
        own = [each for each in self.authority if each.role == role]
        if not self.authority:
            return True
        return any(each.up_to is None or amount_minor <= self.minor(each.up_to, currency) for each in own)


def lint(rules: CreditRules) -> list[Finding]:
    """Errors: nobody could decide on a large amount. Warns of rules that hold nothing back."""
    found = []
    if rules.authority and all(each.up_to is not None for each in rules.authority):
        text = _("Nobody may decide above the highest amount: name one role without an amount.")
        found.append(Finding("error", "authority", text, "authority"))
    if rules.over_limit == "warn":
        found.append(
            Finding("warning", "open", _("Orders beyond the limit go through with a warning."), "over_limit")
        )
    return found


RULES = register(
    Kind(
        "credit.rules",
        _("Credit rules"),
        CreditRules,
        lint,
        scopes=BY_LEVEL,
        key="credit.rules",
    )
)


@dataclass(frozen=True)
class Standing:
    """How a distributor stands in a currency on a day, in minor units. `available_minor` is what may still be ordered
    on credit (negative: over), the sum of `parts`; `limit_minor` is the agreed limit times `factor`; `policy` is the version that was applied ("" where none is published)."""

    party_id: int
    currency: str
    limit_minor: int
    temporary_minor: int
    owed_minor: int
    held_minor: int
    overdue_minor: int
    overdue_days: int
    prepaid_minor: int
    deposit_minor: int
    rebate_minor: int
    available_minor: int
    terms_days: int
    agreed_minor: int = 0  # the limit before turnover moved it
    factor: Decimal = Decimal(1)
    policy: str = ""
    parts: tuple[credit.Part, ...] = ()
    rules: CreditRules = field(default_factory=CreditRules, repr=False)

    @property
    def used_minor(self) -> int:
        """What of his limits is used: owed and held, less the money he has with us that counts."""
        return self.limit_minor + self.temporary_minor - self.available_minor


@dataclass(frozen=True)
class Reason:
    """Why an order does not fit: code (limit, overdue, advance), the words for people, the amount in minor units, and how
    many days late."""

    code: str
    words: str
    amount_minor: int
    days: int = 0


@dataclass(frozen=True)
class Verdict:
    """Whether an order goes on. With `passes` the reasons are warnings; `rejects` says that it is not even to wait."""

    passes: bool
    reasons: list[Reason] = field(default_factory=list)
    rejects: bool = False


def position(standing: Standing) -> credit.Position:
    """A standing as the kernel takes it."""
    return credit.Position(
        standing.limit_minor,
        standing.temporary_minor,
        standing.owed_minor,
        standing.held_minor,
        standing.prepaid_minor,
        standing.deposit_minor,
        standing.rebate_minor,
    )


def judge(standing: Standing, amount_minor: int, *, prepaid: bool) -> Verdict:
    """Whether an order of an amount (incl. tax, minor units) goes on. `prepaid`: it is paid in advance, and passes when
    the money is there (F14); hold it with `prepaid=True` then, so that the same money is not counted twice."""
    rules, code = standing.rules, standing.currency
    late = credit.Late(standing.overdue_minor, standing.overdue_days)
    found = credit.judge(position(standing), late, rules.measure(code), amount_minor, prepaid=prepaid)
    fates = {"limit": rules.over_limit, "overdue": rules.overdue, "advance": "hold"}
    counted = [short for short in found if fates[short.code] != "pass"]
    reasons = [Reason(short.code, said(short, code), short.amount, short.days) for short in counted]
    stops = {fates[short.code] for short in counted} - {"warn"}
    return Verdict(not stops, reasons, "reject" in stops)


def said(short: credit.Short, currency: str) -> str:
    """A reason in words with its figure in major units."""
    amount: dict[str, Any] = {
        "amount": f"{Decimal(short.amount).scaleb(-exponent(currency)):,.{exponent(currency)}f} {currency}",
        "days": short.days,
    }
    texts = {
        "limit": _("The order is %(amount)s above what is left of the credit."),
        "overdue": _("%(amount)s is overdue, the oldest %(days)s days."),
        "advance": _("%(amount)s of the prepayment is missing."),
    }
    return str(texts[short.code] % amount)
