"""What a programme is, and what the linter says of it. Pure."""

import re
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import Finding, Kind, register
from gongying.core.refusal import Refused
from gongying.engines.ladders import Cliff, Section, Tier, check_sections, cliffs
from gongying.engines.money import exponent
from gongying.engines.rebates import Terms, derive, major

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
    period: Literal["month", "quarter", "half", "year"] = "quarter"
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    categories: list[str] = []
    products: list[str] = []
    without: list[str] = []  # products that never count
    regions: list[str] = []
    parties: list[str] = []  # distributors by code; nobody named is everybody
    tiers: list[Step] = Field(min_length=1, max_length=20)
    base_cap: Decimal | None = Field(default=None, gt=0)
    payout_cap: Decimal | None = Field(default=None, ge=0)
    guarantee: Decimal = Field(default=Decimal(0), ge=0)

    @model_validator(mode="after")
    def _whole_ladder(self) -> "Programme":
        faults = check_sections([Section(s.start, s.end, s.rate) for s in self.tiers])
        if faults:
            raise ValueError(f"{faults[0].code}: {faults[0].detail}")
        if self.tiers[-1].end is not None:
            raise ValueError(f"gap: {self.tiers[-1].end} and above is in no tier")
        if self.method == "per_unit" and self.basis != "quantity":
            raise ValueError("per_unit pays by quantity")
        for name in ("payout_cap", "guarantee"):
            amount = getattr(self, name)
            if amount is not None and amount.scaleb(exponent(self.currency)) % 1:
                raise ValueError(f"{name}: {amount} is not a whole amount of {self.currency}")
        return self

    def terms(self) -> Terms:
        """The kernel's terms."""
        minor = 10 ** exponent(self.currency)
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
    """Errors: a payout that falls while the base grows, a guarantee above the cap. Warns of cliffs: what one more unit
    at a boundary is worth."""
    found = []
    for cliff in priced_cliffs(programme):
        steep = programme.basis == "value" and cliff.jump > cliff.start * CLIFF_WARNING
        said = {"start": f"{cliff.start:,f}", "jump": f"{abs(cliff.jump):,.2f}"}
        if cliff.jump < 0:
            text = _("At %(start)s the payout falls by %(jump)s: who sells more would earn less.") % said
            found.append(Finding("error", "falls", text, str(cliff.start)))
        else:
            text = _("At %(start)s the payout jumps by %(jump)s.") % said
            found.append(Finding("warning" if steep else "note", "cliff", text, str(cliff.start)))
    if programme.payout_cap is not None and programme.guarantee > programme.payout_cap:
        found.append(
            Finding("error", "cap", _("The guarantee is above the cap of the payout."), "guarantee")
        )  # the cap comes last and would win
    return found


def plain(value: Decimal) -> str:
    """A number as people write it.

    >>> plain(Decimal("1E+3")), plain(Decimal("0.50"))
    ('1000', '0.5')
    """
    return format(value.normalize(), "f")


def priced_cliffs(programme: Programme) -> list[Cliff]:
    """The jumps of the payout at the boundaries, in major units; none for methods without cliffs."""
    if programme.method == "marginal":
        return []
    tiers = programme.terms().tiers
    if programme.method == "fixed":
        return [Cliff(up.start, up.rate - low.rate) for low, up in pairwise(tiers)]
    return cliffs(tiers)


def curve(programme: Programme, points: int = 96, reach: Decimal = Decimal(0)) -> list[tuple[float, float]]:
    """Payout against base, both in major units (pieces for quantity), to a fifth beyond the last boundary (or `reach`).

    Every boundary has a point just below it, so that a cliff is drawn upright.
    """
    terms = programme.terms()
    top = max([reach, *(step.start for step in programme.tiers)]) or Decimal(1000)
    right = top * Decimal("1.2")
    places = {right * place / points for place in range(points + 1)}
    for step in programme.tiers:
        places |= {step.start, max(Decimal(0), step.start - right / 10_000)}
    scale = exponent(programme.currency)
    unit = Decimal(1).scaleb(scale) if programme.basis == "value" else Decimal(1)
    found = []
    for place in sorted(places):
        paid = derive(int(place * unit), terms).entitled
        found.append((float(major(int(place * unit), terms)), float(Decimal(paid).scaleb(-scale))))
    return found


NUMBERS = {"base_cap": _("cap of the base"), "payout_cap": _("cap of the payout"), "guarantee": _("guarantee")}


def _number(text: str, field: str, name: Any) -> Decimal | None:
    text = text.replace(",", "").replace("，", "").strip()
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        said = {"name": name, "text": text}
        raise Refused(
            _("%(name)s: “%(text)s” is not a number.") % said, field=field, remedy=_("Write it as 12500.50.")
        )
    return value


def _percents(form: dict[str, Any]) -> bool:
    return form.get("basis") == "value" and form.get("method") in ("slab", "marginal")


def from_form(form: dict[str, Any]) -> dict[str, Any]:
    """The document of a form as typed: rates in percent where they are fractions, codes apart by spaces or commas.

    Raises Refused naming the row and the field of what is not a number.
    """
    scale = Decimal(100) if _percents(form) else Decimal(1)
    tiers = []
    for row, typed in enumerate(form["tiers"], 1):
        if not any(value.strip() for value in typed.values()):
            continue
        said = {
            name: _number(
                typed[name], f"tiers.{row}.{name}", _("tier %(row)s, %(name)s") % {"row": row, "name": label}
            )
            for name, label in (("start", _("from")), ("end", _("to")), ("rate", _("rate")))
        }
        rate = (said["rate"] or Decimal(0)) / scale
        end = None if said["end"] is None else str(said["end"])
        tiers.append({"start": str(said["start"] or 0), "end": end, "rate": plain(rate)})
    document: dict[str, Any] = {name: form[name] for name in ("method", "basis", "period", "currency")}
    document |= {name: list(form.get(name, [])) for name in ("categories", "regions")}
    document |= {
        name: re.split(r"[\s,，;；]+", form.get(name, "").strip()) if form.get(name, "").strip() else []
        for name in ("products", "without", "parties")
    }
    for name, label in NUMBERS.items():
        value = _number(form.get(name, ""), name, label)
        if value is not None:
            document[name] = str(value)
    return document | {"tiers": tiers}


def form_of(programme: Programme) -> dict[str, Any]:
    """A document as the editor shows it."""
    data = programme.model_dump()
    scale = Decimal(100) if _percents(data) else Decimal(1)

    def shown(value: Decimal | None) -> str:
        return "" if value is None else plain(value)

    data["tiers"] = [
        {"start": shown(s.start), "end": shown(s.end), "rate": shown(s.rate * scale)} for s in programme.tiers
    ]
    data |= {name: " ".join(data[name]) for name in ("products", "without", "parties")}
    return data | {name: shown(data[name]) for name in NUMBERS}


class Answers(BaseModel):
    """How soon head office answers an objection, in calendar days; for the network, a region or one distributor."""

    model_config = ConfigDict(extra="forbid")
    days: int = Field(ge=1, le=90)


ANSWER_DAYS = 10  # where no policy says otherwise
# A programme names its regions and distributors itself: two versions of one programme side by side could not be settled
# in one run under one hash.
PROGRAMME = register(Kind("rewards.programme", _("Rebate programme"), Programme, lint, scopes=("network",)))
ANSWERS = register(Kind("rewards.answers", _("Time to answer objections"), Answers, key="rewards.answers"))
