"""The two policies of prices as documents: terms by level, and promotions; and how a document becomes numbers."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import Finding, Kind, kind_of, register
from gongying.core.policies.models import PolicyVersion
from gongying.engines.ladders import Section, Tier, check_sections
from gongying.engines.money import exponent
from gongying.engines.promotions import Goods, Limits, Promotion

Code = Field(pattern=r"^[A-Za-z0-9_\-]{1,80}$")
LIMITS = ("cap_units", "cap_value", "budget_units", "budget_value")


class TermsRow(BaseModel):
    """A discount (a fraction) for a level ("" is every level) on products or groups (none named is everything)."""

    model_config = ConfigDict(extra="forbid")
    level: str = Field(default="", max_length=40)
    categories: list[str] = Field(default=[], max_length=200)
    products: list[str] = Field(default=[], max_length=500)
    rate: Decimal = Field(ge=0, lt=1)


class Terms(BaseModel):
    """Level discounts. Of the rows that fit a line the one for a product wins, then for a group, then a named level."""

    model_config = ConfigDict(extra="forbid")
    rows: list[TermsRow] = Field(min_length=1, max_length=200)

    def row_for(self, level: str, product: str, group: str) -> TermsRow | None:
        """The row that holds for a product of a group at a level."""
        best: tuple[tuple[int, int], TermsRow] | None = None
        for row in self.rows:
            named = bool(row.products or row.categories)
            fits = product in row.products or group in row.categories or not named
            if row.level not in ("", level) or not fits:
                continue
            place = (2 if product in row.products else 1 if named else 0, 1 if row.level else 0)
            if best is None or place > best[0]:
                best = place, row
        return best[1] if best else None


class StepIn(BaseModel):
    """A step as written: [start, end), `end` empty on the last. Starts are units, or major units by value; the rate is a
    fraction, an amount in major units, or gift units."""

    model_config = ConfigDict(extra="forbid")
    start: Decimal = Field(ge=0)
    end: Decimal | None = None
    rate: Decimal = Field(ge=0)


class PartIn(BaseModel):
    """So many units of a product in a set."""

    model_config = ConfigDict(extra="forbid")
    product: str
    quantity: int = Field(ge=1, le=10_000)


class PromotionTerms(BaseModel):
    """A promotion: for which goods and levels, what it gives, its limits, and its place among others.

    Limits of units are in base units, of value in major units without tax. `currency` "" holds for every currency.
    `counted_from` is the day from which uses count for caps, budgets and cumulation; without it the first day of validity.
    """

    model_config = ConfigDict(extra="forbid")
    form: Literal["buy_get", "steps", "bundle"]
    reward: Literal["gift", "percent", "amount", "per_unit"] = "gift"
    currency: str = Field(default="", pattern="^([A-Z]{3})?$")
    products: list[str] = Field(default=[], max_length=500)
    categories: list[str] = Field(default=[], max_length=200)
    without: list[str] = Field(default=[], max_length=500)
    levels: list[str] = Field(default=[], max_length=20)
    basis: Literal["quantity", "value"] = "quantity"
    unit: str = Field(default="", max_length=10)
    buy: Decimal = Field(default=Decimal(0), ge=0)
    get: int = Field(default=0, ge=0, le=100_000)
    together: bool = False
    method: Literal["slab", "marginal"] = "slab"
    steps: list[StepIn] = Field(default=[], max_length=20)
    parts: list[PartIn] = Field(default=[], max_length=20)
    rate: Decimal = Field(default=Decimal(0), ge=0)
    gift: str = ""
    gift_unit: str = Field(default="", max_length=10)
    cumulative: bool = False
    counted_from: date | None = None
    cap_units: int | None = Field(default=None, ge=0)
    cap_value: Decimal | None = Field(default=None, ge=0)
    budget_units: int | None = Field(default=None, ge=0)
    budget_value: Decimal | None = Field(default=None, ge=0)
    after: list[str] = Field(default=[], max_length=50)
    not_with: list[str] = Field(default=[], max_length=50)

    @model_validator(mode="after")
    def _makes_sense(self) -> "PromotionTerms":
        for wrong, words in self._faults():
            if wrong:
                raise ValueError(words)
        return self

    def _faults(self) -> list[tuple[bool, str]]:
        one_product = bool(self.gift) or len(self.products) == 1
        whole_gifts = all(step.rate % 1 == 0 for step in self.steps) and self.rate % 1 == 0
        return [
            (self.form == "buy_get" and not (self.buy > 0 and self.get > 0), str(_("Say how many to buy, and how many are free."))),
            (self.form == "buy_get" and self.reward != "gift", str(_("Buy and get gives goods; choose steps for a discount."))),
            (self.form == "buy_get" and self.basis == "quantity" and self.buy % 1 != 0, str(_("Quantities are whole."))),
            (self.form == "steps" and not self.steps, str(_("A ladder needs at least one step."))),
            (self.form == "bundle" and not self.parts, str(_("Name the products of the set."))),
            (self.form == "bundle" and not self.rate, str(_("Say what a set brings."))),
            (self.form == "bundle" and self.cumulative, str(_("Sets are counted in one order."))),
            (self.reward == "gift" and not whole_gifts, str(_("Gifts are whole."))),
            (self.reward == "gift" and not one_product and (self.form != "buy_get" or self.together or self.cumulative or self.basis == "value"), str(_("Name the gift where several products count together."))),
            (self.reward == "percent" and any(rate >= 1 for rate in (self.rate, *(step.rate for step in self.steps))), str(_("A discount stays below 100 %."))),
            (self.reward == "per_unit" and self.basis == "value", str(_("An amount for each unit counts units."))),
            (self.method == "marginal" and self.reward == "percent" and self.basis != "value", str(_("Rates on parts of the value need steps by value."))),
            (self.method == "marginal" and self.reward in ("gift", "amount"), str(_("A fixed reward has no parts."))),
            (self.has_amounts() and not self.currency, str(_("Amounts need a currency."))),
        ]  # fmt: skip

    def has_amounts(self) -> bool:
        """Whether anything in it is money."""
        limits = self.cap_value is not None or self.budget_value is not None
        return self.basis == "value" or self.reward in ("amount", "per_unit") or limits

    @property
    def limited(self) -> bool:
        """Whether anything ends it but the calendar."""
        return any(getattr(self, name) is not None for name in LIMITS)

    def compiled(self, code: str, currency: str) -> Promotion:
        """The same as the engine takes it, in minor units of a currency."""
        minor = 10 ** exponent(currency)
        start = minor if self.basis == "value" else 1
        rate = minor if self.reward in ("amount", "per_unit") else 1
        caps = [None if (each := getattr(self, name)) is None else int(each * (minor if name.endswith("value") else 1)) for name in LIMITS]  # fmt: skip
        return Promotion(
            code,
            self.form,
            Goods(*(frozenset(each) for each in (self._bundled(), self.categories, self.without))),
            self.reward,
            self.basis,
            self.unit,
            int(self.buy * start),
            self.get,
            self.together,
            self.method,
            tuple(Tier(step.start * start, step.rate * rate) for step in self.steps),
            tuple((part.product, part.quantity) for part in self.parts),
            self.rate * rate,
            self.gift,
            self.gift_unit,
            self.cumulative,
            frozenset(self.after),
            frozenset(self.not_with),
            Limits(*caps),
        )

    def _bundled(self) -> list[str]:
        return [part.product for part in self.parts] if self.form == "bundle" else self.products


@lru_cache(maxsize=512)
def _read(version_id: int, digest: str, kind: str, text: str) -> BaseModel:
    return kind_of(kind).schema.model_validate_json(text)


def parsed(row: PolicyVersion) -> Any:
    """The document of a version; read once in a process, because a version's hash says what it holds."""
    return _read(row.pk, row.hash, row.kind, row.document)


@lru_cache(maxsize=512)
def _built(version_id: int, digest: str, kind: str, text: str, key: str, currency: str) -> Promotion:
    document = _read(version_id, digest, kind, text)
    assert isinstance(document, PromotionTerms)
    return document.compiled(key, currency)


def built(row: PolicyVersion, currency: str) -> Promotion:
    """A version of a promotion as the engine takes it, built once in a process."""
    return _built(row.pk, row.hash, row.kind, row.document, row.key, currency)


def sections(document: PromotionTerms) -> list[Section]:
    """The steps as they are written."""
    return [Section(step.start, step.end, step.rate) for step in document.steps]


STEP_FAULTS = {
    "gap": _("Between the steps there is a gap: %(detail)s"),
    "overlap": _("Two steps overlap: %(detail)s"),
    "order": _("The steps do not rise: %(detail)s"),
    "negative": _("A step is below zero: %(detail)s"),
}


def lint_promotion(document: PromotionTerms) -> list[Finding]:
    """Errors: gaps and overlaps of steps, a step that brings less than the one below, a promotion declared after or against
    itself. Warnings: a step that no cap lets anybody reach."""
    found = []
    if document.steps:
        for fault in check_sections(sections(document)):
            found.append(Finding("error", fault.code, STEP_FAULTS[fault.code] % {"detail": fault.detail}, "steps"))
        if document.steps[-1].end is not None:
            text = _("The last step must be open: nothing is given from %(end)s on.") % {
                "end": document.steps[-1].end
            }
            found.append(Finding("error", "gap", text, "steps"))
        found += _unreachable(document)
    if not (document.products or document.categories or document.parts):
        found.append(Finding("warning", "everything", _("No goods are named: everything counts."), "products"))
    return found


def _unreachable(document: PromotionTerms) -> list[Finding]:
    """Steps that give nothing more, and steps whose reward the cap cuts off."""
    found = []
    for low, high in zip(document.steps, document.steps[1:], strict=False):
        said = {"start": f"{high.start:,f}"}
        if high.rate < low.rate:
            found.append(Finding("error", "falls", _("From %(start)s on the step brings less than the one below.") % said, "steps"))  # fmt: skip
        elif high.rate == low.rate:
            found.append(
                Finding("warning", "flat", _("From %(start)s on the step brings nothing more.") % said, "steps")
            )
    for step in document.steps:
        least = step.rate * step.start if (document.reward, document.basis) in (("percent", "value"), ("per_unit", "quantity")) else step.rate  # fmt: skip
        cap = document.cap_units if document.reward == "gift" else document.cap_value
        exact = document.reward == "gift" or (document.reward, document.basis) != ("percent", "quantity")
        if cap is not None and exact and document.method == "slab" and least > cap:
            text = _("The step from %(start)s is out of reach: the cap ends before it.") % {
                "start": f"{step.start:,f}"
            }
            found.append(Finding("warning", "unreachable", text, "steps"))
    return found


def lint_terms(document: Terms) -> list[Finding]:
    """Error: two rows for the same level and goods. Warning: a discount of more than half."""
    found, seen = [], set()
    for number, row in enumerate(document.rows, 1):
        for goods in [*row.products, *row.categories] or [""]:
            if (row.level, goods) in seen:
                text = _("Row %(row)s says again what another row says.") % {"row": number}
                found.append(Finding("error", "twice", text, f"rows.{number}"))
            seen.add((row.level, goods))
        if row.rate > Decimal("0.5"):
            found.append(Finding("warning", "deep", _("Row %(row)s deducts more than half.") % {"row": number}, f"rows.{number}"))  # fmt: skip
    return found


def codes_in(text: str) -> list[str]:
    """Codes apart by blanks, commas or semicolons, each once.

    >>> codes_in("A1, B2；A1")
    ['A1', 'B2']
    """
    return list(dict.fromkeys(each for each in re.split(r"[\s,，;；、]+", text.strip()) if each))


PROMOTION = register(Kind("prices.promotion", _("Promotion"), PromotionTerms, lint_promotion))
TERMS = register(Kind("prices.terms", _("Level discounts"), Terms, lint_terms, key="prices.terms"))
