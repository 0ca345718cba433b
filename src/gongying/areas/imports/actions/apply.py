"""From checked values to postings, kind by kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.books.goods import post as goods
from gongying.books.goods import read as goods_read
from gongying.books.parties import post as parties
from gongying.books.parties import read as parties_read
from gongying.books.trade import post as trade
from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.engines.money import minor_of

from ..models import Batch

Fail = Callable[[int, str, Any, Any], None]
Row = tuple[int, dict[str, Any]]


@dataclass
class Outcome:
    """What became of the rows of one step."""

    created: int = 0
    corrected: int = 0
    unchanged: int = 0
    failures: list[tuple[int, str, str, str]] = field(default_factory=list)

    def fail(self, row: int, name: str, message: Any, remedy: Any) -> None:
        """Hand a row back."""
        self.failures.append((row, name, str(message), str(remedy)))

    def count(self, states: list[str]) -> None:
        """Add outcomes by name."""
        self.created += states.count("created")
        self.corrected += states.count("updated")
        self.unchanged += states.count("unchanged")


def distributors(actor: Actor, batch: Batch, rows: list[Row], out: Outcome) -> None:
    """Parties with their region and supplier."""
    for number, values in rows:
        known = dict(values)
        parent = known.pop("parent", "")
        try:
            out.count(list(parties.parties(actor, [parties.PartyIn(**known)]).values()))
            _link(actor, known["code"], parent, known.get("opened_on"))
        except Refused as no:
            out.fail(number, no.field, no.message, no.remedy)


def _link(actor: Actor, code: str, parent: str, since: date | None) -> None:
    if not parent:
        return
    ids = parties_read.ids_by_code([code, parent])
    if parent not in ids:
        raise Refused(_("There is no distributor %(code)s.") % {"code": parent}, field="parent")
    on = since or date(2000, 1, 1)
    if ids[parent] not in parties_read.ancestors(ids[code], on)[:1]:
        parties.link(actor, parent_id=ids[parent], child_id=ids[code], valid_from=on)


def products(actor: Actor, batch: Batch, rows: list[Row], out: Outcome) -> None:
    """Products with their group and case."""
    records = [goods.ProductIn(**(values | {"base_unit": values.get("base_unit") or "EA"})) for _n, values in rows]
    out.count(list(goods.products(actor, records).values()))


def lines(actor: Actor, batch: Batch, rows: list[Row], out: Outcome) -> None:
    """Sales lines of the batch's level; a distributor may only report his own."""
    held = parties_read.ids_by_code(values["party"] for _n, values in rows)
    range_ = goods_read.ids_by_code(values["product"] for _n, values in rows)
    fresh = []
    for number, values in rows:
        party = held.get(values["party"])
        if party is None or not actor.sees(party):
            out.fail(
                number,
                "party",
                _("There is no such distributor."),
                _("Check the code, or load distributors first."),
            )
        elif values["product"] not in range_:
            out.fail(
                number, "product", _("There is no such product."), _("Check the code, or load products first.")
            )
        else:
            fresh.append(_line(batch.kind, values, party, range_[values["product"]]))
    done = trade.lines(actor, fresh, source=batch.source, batch_id=batch.pk)
    out.created, out.corrected, out.unchanged = done.created, done.corrected, done.unchanged


def _line(level: str, values: dict[str, Any], party: int, product: int) -> trade.LineIn:
    currency = values.get("currency") or "CNY"
    money = {name: minor_of(values.get(name) or 0, currency) for name in ("gross", "discount", "tax", "freight")}
    return trade.LineIn(
        level=level,
        business_date=values["business_date"],
        party_id=party,
        product_id=product,
        quantity=values["quantity"],
        currency=currency,
        gross_minor=money["gross"],
        discount_minor=money["discount"],
        tax_minor=money["tax"],
        freight_minor=money["freight"],
        document=values["document"],
        line_no=values.get("line_no") or "1",
        kind="return" if values["quantity"] < 0 else "sale",
    )


APPLY: dict[str, Callable[[Actor, Batch, list[Row], Outcome], None]] = {
    "distributors": distributors,
    "products": products,
    "sell_in": lines,
    "sell_through": lines,
    "sell_out": lines,
}
