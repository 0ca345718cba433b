"""What a basket costs and why: the waterfall with the documents behind it, and the prices that were considered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.prices import read as prices
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.policies.read import scopes_of
from gongying.core.refusal import Refused
from gongying.core.ui import links

from ..models import SpecialRequest


@query(needs="pricing.view", roles=EVERYONE)
def quote(
    actor: Actor, *, party_id: int, on: date, items: tuple[str, ...] = (), currency: str = ""
) -> prices.Quote:
    """What a basket costs a distributor on a day, each line as a waterfall of steps.

    An item is `code:packs` or `code:packs:pack`, such as `P1:10` or `P2:3:CS`. Raises Refused for one that is not.
    """
    return prices.quote(actor, party_id=party_id, wishes=wishes_of(items), on=on, currency=currency)


MOST_ITEMS = 500


def wishes_of(items: Sequence[str]) -> list[prices.Wish]:
    """Items as they are written, as wishes; the first is line 1."""
    parts = [item.strip().split(":") for item in items[:MOST_ITEMS]]
    ids = goods.ids_by_code(part[0] for part in parts)
    found = []
    for number, part in enumerate(parts, 1):
        if len(part) not in (2, 3) or part[0] not in ids or not part[1].isascii() or not part[1].isdecimal():
            raise Refused(
                _("“%(item)s” is no item of a basket.") % {"item": ":".join(part)},
                code="item",
                field="items",
                remedy=_("Write the code of a product, a colon and the quantity, such as P1:10."),
            )
        found.append(prices.Wish(str(number), ids[part[0]], int(part[1][:10]), part[2] if len(part) == 3 else ""))
    return found


@dataclass(frozen=True)
class Shown:
    """A step as the page draws it: from where to where (fractions of the list amount), and the document behind it."""

    step: prices.Step
    before: int
    after: int
    left: Decimal
    width: Decimal
    document: str
    url: str


def drawn(line: prices.QuotedLine, specials: dict[int, SpecialRequest]) -> list[Shown]:
    """The steps of a line as bars that hang from where the step before ended."""
    top = Decimal(max((step.amount_minor for step in line.steps if step.kind == "list"), default=1) or 1)
    found, reached = [], 0
    for step in line.steps:
        before, reached = reached, reached + step.amount_minor
        low, high = sorted((before, reached)) if step.kind != "list" else (0, reached)
        document, url = _document(step, specials)
        found.append(Shown(step, before, reached, low / top * 100, (high - low) / top * 100, document, url))
    return found


def _document(step: prices.Step, specials: dict[int, SpecialRequest]) -> tuple[str, str]:
    """The name and the address of the document behind a step."""
    kind, _colon, number = step.source.partition(":")
    if kind == "special" and number.isdecimal() and int(number) in specials:
        row = specials[int(number)]
        return row.number, links.to("special", row.pk)
    if kind == "policy":
        return step.label, links.to("promotion", number) if step.kind == "promotion" else links.to("policy", number)
    return step.label, ""


def requests_behind(actor: Actor, line: prices.QuotedLine) -> dict[int, SpecialRequest]:
    """The requests behind the special prices of a line, by the number of the price."""
    ids = [int(step.source.split(":")[1]) for step in line.steps if step.kind == "special"]
    rows = prices.by_ids(ids)
    found = SpecialRequest.objects.for_actor(actor).filter(
        price_key__in=[row.business_key for row in rows.values()]
    )
    by_key = {each.price_key: each for each in found}
    return {pk: by_key[row.business_key] for pk, row in rows.items() if row.business_key in by_key}


@dataclass(frozen=True)
class Considered:
    """A price of the product that holds on the day: why it holds or what beat it (a stable code)."""

    row: Any
    wins: bool
    why: str


def considered(
    actor: Actor, party_id: int, product_id: int, quantity: int, pack: str, on: date, currency: str, winner: int
) -> list[Considered]:
    """All prices of a product in the party's scopes on a day, the one that holds first: holds, scope, pack, step, older,
    small, kind."""
    scopes = {scope: place for place, scope in enumerate(scopes_of(party_id, on))}
    rows = [
        row
        for row in prices.prices(actor, product_id=product_id, at=on).filter(currency=currency)
        if (row.scope_kind, row.scope_key) in scopes and row.kind in ("dealer", "list")
    ]
    best = next((row for row in rows if row.pk == winner), None)
    found = [Considered(row, row.pk == winner, _why(row, best, scopes, quantity, pack)) for row in rows]
    return sorted(
        found,
        key=lambda each: (not each.wins, scopes[each.row.scope_kind, each.row.scope_key], -each.row.min_quantity),
    )


def _why(row: Any, best: Any, scopes: dict[tuple[str, str], int], quantity: int, pack: str) -> str:
    if best is None or row.pk == best.pk:
        return "holds" if best is not None else "none"
    if row.min_quantity > quantity:
        return "small"
    if row.kind != best.kind:
        return "kind"
    if scopes[row.scope_kind, row.scope_key] != scopes[best.scope_kind, best.scope_key]:
        return "scope"
    if (row.pack == pack) != (best.pack == pack):
        return "pack"
    return "step" if row.min_quantity != best.min_quantity else "older"


def packs_of(product_id: int) -> list[str]:
    """The packs a product is sold in; "" is the base unit."""
    return ["", *sorted(goods.packs([product_id])[product_id])]


def product_of(code: str) -> Any:
    """A product by its code; None when there is none."""
    return goods.products().filter(code=code).first()


def wins(line: prices.QuotedLine) -> int:
    """The number of the list price of a line."""
    source = next((step.source for step in line.steps if step.kind == "list"), "")
    return int(source.partition(":")[2] or 0)


def gift_lines(found: prices.Quote) -> Sequence[prices.QuotedLine]:
    """The free goods of a quote."""
    return [line for line in found.lines if line.gift_of]
