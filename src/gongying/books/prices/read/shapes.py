"""What is asked of a quote and what it says."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Wish:
    """So many packs of a product under a line key of the caller's; pack "" is the base unit."""

    line: str
    product_id: int
    packs: int
    pack: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a line: list, tax (contained in a stated price), level, promotion or special; the amounts of all steps of
    a line sum to its net. `source` names the document: price:<id>, policy:<version>."""

    kind: str
    source: str
    label: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line with its price. gross - discount == net == sum of the steps; net + tax == total. `gift_of` is the promotion
    that gives it for nothing."""

    line: str
    product_id: int
    pack: str
    packs: int
    factor: int
    quantity: int
    price: Decimal
    per: int
    gross_minor: int
    discount_minor: int
    net_minor: int
    tax_rate: Decimal
    tax_minor: int
    total_minor: int
    gift_of: str
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class PromotionUse:
    """What a quote uses of a promotion (or, by a code that begins with special/, of a special price).

    `counted` is in the promotion's own measure, `units` are free or specially priced base units, `since` is the day from
    which its uses are counted. `limits` names the limits that made it less than was earned.
    """

    code: str
    scope: str
    version_id: int
    title: str
    since: date
    currency: str
    counted: int
    base_minor: int
    discount_minor: int
    units: int
    gift_value_minor: int
    limits: list[str]


@dataclass(frozen=True, slots=True)
class NotUsed:
    """A promotion for this customer that gives nothing here, and why: not_reached, no_goods, used_up or excluded (by the
    better `other`)."""

    code: str
    title: str
    reason: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a basket costs on a day; `missing` are lines without a price, `hash` tells whether anything changed."""

    currency: str
    lines: list[QuotedLine]
    gross_minor: int
    discount_minor: int
    net_minor: int
    tax_minor: int
    total_minor: int
    uses: list[PromotionUse]
    missing: list[str]
    hash: str
    not_used: list[NotUsed]
