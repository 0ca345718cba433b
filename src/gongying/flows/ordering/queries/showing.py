"""What the pages of ordering show: a sheet to order from, a quote beside the credit, the one next step of an order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as say

from gongying.areas.credit import queries as credit
from gongying.areas.credit.rules import Standing, judge
from gongying.areas.orders import queries as orders
from gongying.areas.orders import rules as order_rules
from gongying.areas.orders.rules import OrderRules
from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.books.prices import read as prices
from gongying.books.stock import read as stock
from gongying.core.actor import Actor
from gongying.core.words import pick
from gongying.engines.money import exponent

MOST_ROWS = 120  # of a sheet: what is ordered often first; the rest is found by search, or pasted
SCARCE = 20  # free base units below which a product is scarce


@dataclass
class SheetRow:
    """A product on the sheet: its packs, what is asked, what it costs, whether it is there, what is suggested and why."""

    product_id: int
    code: str
    name: str
    group: str
    packs: list[tuple[str, str, int]]
    pack: str = ""
    quantity: str = ""
    price: Decimal | None = None
    per: int = 1
    currency: str = "CNY"
    free: int | None = None
    favourite: bool = False
    suggested: int = 0
    why: str = ""
    fault: str = ""

    @property
    def level(self) -> str:
        """How much is free, in a word: plenty, scarce or none."""
        return (
            "unknown"
            if self.free is None
            else "none"
            if self.free <= 0
            else "scarce"
            if self.free < SCARCE
            else "plenty"
        )

    @property
    def price_minor(self) -> tuple[Decimal, str] | None:
        """The price of `per` base units as money."""
        return None if self.price is None else (self.price.scaleb(exponent(self.currency)), self.currency)


def sheet(
    actor: Actor, party: Any, today: date, chosen: Mapping[tuple[str, str], str], search: str = ""
) -> tuple[list[SheetRow], int]:
    """Rows of a sheet, and how many products there are in all: first what is chosen, then favourites, what is suggested, what was
    ordered last, the rest by code."""
    every = list(goods.products().filter(active=True).prefetch_related("packs"))
    liked = set(orders.favourites(actor, party.pk))
    hints = {each.product_id: each.suggestion for each in orders.suggestions(actor, party.pk, today)}
    last = orders.last_order(actor, party.pk)
    before = {line.product_id for line in orders.lines(actor, last)} if last is not None else set()
    wanted = {code for code, _pack in chosen}

    def rank(product: Any) -> tuple[int, int, str]:
        hint = hints.get(product.pk)
        return (
            0 if product.code in wanted else 1 if product.pk in liked else 2 if hint and hint.quantity else 3 if product.pk in before else 4,
            -(hint.quantity if hint else 0),
            product.code,
        )  # fmt: skip

    if search:
        low = search.casefold()
        every = [p for p in every if p.code in wanted or low in f"{p.code} {p.name} {p.name_en}".casefold()]
    shown = sorted(every, key=rank)[:MOST_ROWS]
    cost = {row.product_id: row for row in prices.holding(actor, party.pk, today)}
    free = _free([p.pk for p in shown])
    found = []
    for product in shown:
        packs = [("", product.base_unit, 1)]
        packs += [
            (p.code, f"{p.code} × {p.factor}", p.factor)
            for p in sorted(product.packs.all(), key=lambda p: p.factor)
        ]
        asked = [(pack, quantity) for (code, pack), quantity in chosen.items() if code == product.code]
        for pack, quantity in asked or [(packs[-1][0], "")]:
            found.append(_row(product, packs, pack, quantity, cost.get(product.pk), free, liked, hints))
    return found, len(every)


def _row(
    product: Any,
    packs: list[tuple[str, str, int]],
    pack: str,
    quantity: str,
    price: Any,
    free: Mapping[int, int] | None,
    liked: set[int],
    hints: Mapping[int, order_rules.Suggestion],
) -> SheetRow:
    factor = {code: n for code, _label, n in packs}.get(pack, 1)
    hint = hints.get(product.pk)
    row = SheetRow(
        product.pk,
        product.code,
        pick(product.name, product.name_en),
        pick(product.category.name, product.category.name_en),
        packs,
        pack,
        quantity,
        favourite=product.pk in liked,
        free=None if free is None else free.get(product.pk, 0),
    )
    if price is not None:
        row.price, row.per, row.currency = price.price, price.per, price.currency
    if hint is not None and hint.quantity:
        row.suggested = -(-hint.quantity // factor)
        row.why = why(hint)
    return row


def why(hint: order_rules.Suggestion) -> str:
    """A suggestion explained in one line."""
    said = {
        "days": hint.rhythm_days,
        "need": f"{hint.need:,}",
        "stock": f"{hint.stock:,}",
        "coming": f"{hint.coming:,}",
    }
    return say("every %(days)s days you need %(need)s; stock %(stock)s, on the way %(coming)s") % said


def _free(product_ids: list[int]) -> dict[int, int] | None:
    """Free base units at the main warehouse; None while there is none."""
    site = places.house_sites("warehouse").first()
    if site is None:
        return None
    held = stock.available(HOUSE, site_id=site.pk, product_ids=product_ids)
    return {product: on_hand - reserved for product, (on_hand, reserved) in held.items()}


HOUSE = Actor("ordering", may=frozenset({"*"}), parties=None, via="flow")


@dataclass
class Review:
    """A basket before it is placed: the quote, what it lacks, how the account stands with it."""

    quote: prices.Quote
    rules: OrderRules
    standing: Standing
    lacking: list[order_rules.Lacking] = field(default_factory=list)
    reasons: list[Any] = field(default_factory=list)
    passes: bool = True
    people: list[str] = field(default_factory=list)
    products: dict[int, Any] = field(default_factory=dict)
    earliest: date | None = None

    @property
    def after_minor(self) -> int:
        """What is left of the credit once it is placed."""
        return self.standing.available_minor - self.quote.total_minor

    @property
    def packs(self) -> int:
        """How many packs it has, gifts not counted."""
        return sum(line.packs for line in self.quote.lines if not line.gift_of)


def review(
    actor: Actor, party: Any, wishes: Iterable[prices.Wish], today: date, *, prepaid: bool = False
) -> Review:
    """A basket with its prices, its minimum, its credit and who would look at it. Writes nothing."""
    rules = orders.rules_for(party.pk, today)
    quote = prices.quote(actor, party_id=party.pk, wishes=list(wishes), on=today)
    standing = credit.standing(HOUSE, party_id=party.pk, currency=quote.currency, on=today)
    verdict = judge(standing, quote.total_minor, prepaid=prepaid)
    scale = 10 ** exponent(quote.currency)
    packs = sum(line.packs for line in quote.lines if not line.gift_of)
    lacking = order_rules.below_minimum(
        rules, net_minor=quote.net_minor, packs=packs, currency=quote.currency, scale=scale
    )
    special = any(step.kind == "special" for line in quote.lines for step in line.steps)
    people = order_rules.needs_person(
        rules, net_minor=quote.net_minor, currency=quote.currency, scale=scale, special=special
    )
    known = {p.pk: p for p in goods.products().filter(pk__in={line.product_id for line in quote.lines})}
    first = order_rules.earliest(today, rules)
    return Review(quote, rules, standing, lacking, verdict.reasons, verdict.passes, people, known, first)


def addresses(actor: Actor, party_id: int, on: date) -> list[Any]:
    """Where a distributor's goods can go on a day, whoever takes them for him first."""
    parties.party(actor, party_id)
    return list(places.addresses(party_id, on))


def price_text(price: Decimal) -> str:
    """A price with at least two decimals, and as many as it has.

    >>> price_text(Decimal("1234.5")), price_text(Decimal("33.335000"))
    ('1,234.50', '33.335')
    """
    whole, _dot, rest = f"{price.normalize():f}".partition(".")
    return f"{int(whole):,}.{rest.ljust(2, '0')}"
