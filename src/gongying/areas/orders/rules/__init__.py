"""Decisions about orders: the policy, where an order stands, what a distributor may still cancel, what he will need. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal, Protocol

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from gongying.core.policies.kinds import BY_LEVEL, Finding, Kind, register

KEY = "orders"
ACCEPTED = ("approved", "allocated", "shipped", "delivered", "invoiced", "paid", "closed")
PATH = ("draft", "submitted", "approved", "allocated", "shipped", "delivered", "invoiced", "paid")
ENDED = ("closed", "cancelled", "rejected")


class OrderRules(BaseModel):
    """What holds for orders. Amounts are major units of `currency`, before tax; days are working days."""

    model_config = ConfigDict(extra="forbid")
    currency: str = Field(default="CNY", pattern="^[A-Z]{3}$")
    minimum_amount: Decimal = Field(default=Decimal(0), ge=0)
    minimum_packs: int = Field(default=0, ge=0)
    most_lines: int = Field(default=500, ge=1, le=2000)
    auto_approve_up_to: Decimal | None = Field(default=None, ge=0)  # None: whatever passes price and credit
    free_up_to: Decimal = Field(default=Decimal(0), ge=0)  # what free goods may be worth without a second person
    free_quarter: Decimal | None = Field(default=None, ge=0)  # what a distributor may be given in a quarter
    approve_special_prices: bool = False  # a line with a special price is looked at by a person
    back_orders: bool = True  # False: what is not in stock is cancelled at once
    short_goods: Literal["owed", "cancelled"] = "owed"  # what was lost on the way
    invoice_at: Literal["delivery", "by_hand"] = "delivery"
    min_life_days: int = Field(default=0, ge=0, le=3650)  # that goods keep after their delivery
    lead_days: int = Field(default=0, ge=0, le=90)
    holidays: list[date] = Field(default=[], max_length=400)
    workdays: list[date] = Field(default=[], max_length=400)  # weekends that are worked
    cancel_until: Literal["approved", "allocated"] = (
        "allocated"  # the last state in which the distributor himself may cancel
    )


def lint(rules: OrderRules) -> list[Finding]:
    """An error: a day that is both a holiday and a working day. Warns when free goods of one order may be worth more
    than those of a quarter; notes that nobody ever looks at an order."""
    found = []
    both = sorted(set(rules.holidays) & set(rules.workdays))
    if both:
        said = _("%(day)s is both a holiday and a working day.") % {"day": both[0]}
        found.append(Finding("error", "calendar", said, "holidays"))
    if rules.auto_approve_up_to is None and not rules.approve_special_prices:
        free = _("Every order that passes price and credit is approved without a person.")
        found.append(Finding("note", "auto", free, "auto_approve_up_to"))
    if rules.free_quarter is not None and rules.free_quarter < rules.free_up_to:
        more = _("A single order may pass that no quarter allows.")
        found.append(Finding("warning", "free", more, "free_quarter"))
    return found


ORDER_RULES = register(Kind("orders.rules", _("Rules of orders"), OrderRules, lint, key=KEY, scopes=BY_LEVEL))  # fmt: skip


def is_working_day(day: date, rules: OrderRules) -> bool:
    """Monday to Friday, less the holidays, and the weekends that are worked.

    >>> is_working_day(date(2026, 11, 28), OrderRules())
    False
    """
    return day in rules.workdays or (day.weekday() < 5 and day not in rules.holidays)


def earliest(today: date, rules: OrderRules) -> date:
    """The first day that may be asked for: so many working days from today, and a working day.

    >>> earliest(date(2026, 11, 27), OrderRules(lead_days=1))
    datetime.date(2026, 11, 30)
    """
    day, left = today, rules.lead_days
    while left > 0 or not is_working_day(day, rules):
        day += timedelta(days=1)
        left -= is_working_day(day, rules)
    return day


class Counted(Protocol):
    """The quantities of a line, in base units."""

    quantity: int
    reserved: int
    shipped: int
    short: int
    delivered: int
    invoiced: int
    cancelled: int


def state_of(lines: Iterable[Counted], *, paid: bool = False) -> str:
    """Where an accepted order stands by what happened to its lines: the least advanced part decides.

    Approved while something is owed and not set aside; allocated while everything owed is set aside; shipped while something is
    on the way; delivered until all that arrived is invoiced; then invoiced, and paid.
    """
    held = list(lines)
    if not any(each.quantity > each.cancelled for each in held):
        return "cancelled"
    owed = [each.quantity - each.cancelled - each.shipped + each.short for each in held]
    if any(owed):
        aside = all(wanted <= each.reserved for wanted, each in zip(owed, held, strict=True))
        return "allocated" if aside else "approved"
    if any(each.shipped > each.short + each.delivered for each in held):
        return "shipped"
    if any(each.invoiced < each.delivered for each in held):
        return "delivered"
    return "paid" if paid else "invoiced"


def may_cancel(state: str, rules: OrderRules, *, outside: bool) -> bool:
    """Whether an order in a state may still be cancelled: by the distributor until the policy's state, by the house as long
    as something is owed."""
    if state in ("submitted", "held", "approved"):
        return True
    return state == "allocated" and (not outside or rules.cancel_until == "allocated")


def needs_person(rules: OrderRules, *, net_minor: int, currency: str, scale: int, special: bool) -> list[str]:
    """Codes of what a person must look at before an order is accepted; nothing: it is accepted at once. `scale` is the
    number of minor units in a major one."""
    found = []
    limit = rules.auto_approve_up_to
    if limit is not None and (currency != rules.currency or Decimal(net_minor) > limit * scale):
        found.append("amount")
    if special and rules.approve_special_prices:
        found.append("special")
    return found


@dataclass(frozen=True)
class Lacking:
    """What an order lacks of its minimum: `kind` is amount (minor units) or packs."""

    kind: str
    least: int
    given: int


def below_minimum(rules: OrderRules, *, net_minor: int, packs: int, currency: str, scale: int) -> list[Lacking]:
    """What an order lacks; the amount counts in the currency of the policy only."""
    found = []
    least = int(rules.minimum_amount * scale)
    if currency == rules.currency and net_minor < least:
        found.append(Lacking("amount", least, net_minor))
    if packs < rules.minimum_packs:
        found.append(Lacking("packs", rules.minimum_packs, packs))
    return found


@dataclass(frozen=True)
class Suggestion:
    """What a distributor will need of a product until the order after this one, in base units, and where it comes from."""

    quantity: int
    rhythm_days: int
    a_day: Fraction
    need: int
    stock: int
    coming: int
    orders: int


def suggest(
    bought: Sequence[tuple[date, int]], *, today: date, stock: tuple[date, int] | None, coming: int, factor: int = 1
) -> Suggestion | None:
    """From the last three purchases: what was bought at all but the last of them lasted until the last one, and gives the use
    a day; the mean gap gives the rhythm. Need = use x rhythm; less declared stock (run down since it was counted), less what
    is on its way; rounded up to whole packs of `factor`. None with fewer than two purchases.

    30 on day 0, 60 on day 30, 60 on day 60: 90 / 60 = 1.5 a day, every 30 days, so 45; 20 counted today leave 25.

    >>> days = [(date(2026, 1, 1), 30), (date(2026, 1, 31), 60), (date(2026, 3, 2), 60)]
    >>> suggest(days, today=date(2026, 3, 20), stock=(date(2026, 3, 20), 20), coming=0).quantity
    25
    """
    last = sorted(bought)[-3:]
    span = (last[-1][0] - last[0][0]).days if last else 0
    if len(last) < 2 or span <= 0:
        return None
    a_day = Fraction(sum(quantity for _day, quantity in last[:-1]), span)
    if a_day <= 0:
        return None
    rhythm = Fraction(span, len(last) - 1)
    need, left = ceil(a_day * rhythm), 0
    if stock is not None:
        left = max(0, stock[1] - int(a_day * max(0, (today - stock[0]).days)))
    short = max(0, need - left - max(0, coming))
    return Suggestion(-(-short // factor) * factor, round(rhythm), a_day, need, left, max(0, coming), len(last))


def said(document: BaseModel | None) -> OrderRules:
    """The policy that holds, or the rules of the house where none was published."""
    return document if isinstance(document, OrderRules) else OrderRules()
