"""What a programme is, and what the linter says of it. Pure."""

from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import Finding, Kind, register
from gongying.engines.ladders import Section, Tier, check_sections, cliffs
from gongying.engines.rebates import Terms

CLIFF_WARNING = Decimal("0.01")  # of the boundary: a jump worth more invites stuffing


class Step(BaseModel):
    """A tier as written: [start, end), `end` empty on the last."""

    model_config = ConfigDict(extra="forbid")
    start: Decimal = Field(ge=0)
    end: Decimal | None = None
    rate: Decimal = Field(ge=0)


class Programme(BaseModel):
    """A rebate programme. Starts, caps and guarantee are in major units (or pieces for quantity)."""

    model_config = ConfigDict(extra="forbid")
    method: Literal["slab", "marginal", "fixed", "per_unit"]
    basis: Literal["value", "quantity"] = "value"
    period: Literal["month", "quarter", "year"] = "quarter"
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    categories: list[str] = []
    products: list[str] = []
    without: list[str] = []  # products that never count
    regions: list[str] = []
    tiers: list[Step] = Field(min_length=1, max_length=20)
    base_cap: Decimal | None = None
    payout_cap: Decimal | None = None
    guarantee: Decimal = Decimal(0)

    @model_validator(mode="after")
    def _whole_ladder(self) -> "Programme":
        faults = check_sections([Section(s.start, s.end, s.rate) for s in self.tiers])
        if faults:
            raise ValueError(f"{faults[0].code}: {faults[0].detail}")
        if self.method == "per_unit" and self.basis != "quantity":
            raise ValueError("per_unit pays by quantity")
        return self

    def terms(self) -> Terms:
        """The kernel's terms."""
        minor = 100
        return Terms(
            method=self.method,
            tiers=tuple(Tier(s.start, s.rate) for s in self.tiers),
            basis=self.basis,
            currency=self.currency,
            base_cap=self.base_cap,
            payout_cap=None if self.payout_cap is None else int(self.payout_cap * minor),
            guarantee=int(self.guarantee * minor),
        )


def lint(programme: Programme) -> list[Finding]:
    """Warns of cliffs: what one more unit at a boundary is worth."""
    if programme.method not in ("slab", "per_unit"):
        return []
    found = []
    for cliff in cliffs(programme.terms().tiers):
        steep = programme.basis == "value" and cliff.jump > cliff.start * CLIFF_WARNING
        text = _("At %(start)s the payout jumps by %(jump)s.") % {"start": cliff.start, "jump": cliff.jump}
        found.append(Finding("warning" if steep else "note", "cliff", text, str(cliff.start)))
    return found


PROGRAMME = register(Kind("rewards.programme", _("Rebate programme"), Programme, lint))
