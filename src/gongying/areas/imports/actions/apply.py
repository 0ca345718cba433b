"""From good rows to postings, kind by kind: `PREPARE` in the child that read the file, `APPLY` in the transaction."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import repeat
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.books.goods import post as goods
from gongying.books.parties import post as parties
from gongying.books.parties import read as parties_read
from gongying.books.plans import post as plans
from gongying.books.prices import post as prices
from gongying.books.stock import post as stock
from gongying.books.trade import post as trade
from gongying.core.actor import Actor
from gongying.core.intake.columns import Frame
from gongying.core.posting import Posted
from gongying.core.refusal import Refused

from ..models import Batch

LINE_COLUMNS: tuple[tuple[str, Any], ...] = (
    ("business_date", None),
    ("party", None),
    ("product", None),
    ("quantity", 0),
    ("currency", "CNY"),
    ("gross", 0),
    ("discount", 0),
    ("document", ""),
    ("line_no", "1"),
    ("tax", 0),
    ("freight", 0),
)


def _rows(frame: Frame) -> Iterator[dict[str, Any]]:
    """The good rows one by one."""
    names = list(frame.values)
    return (dict(zip(names, values, strict=True)) for values in zip(*frame.values.values(), strict=True))


def _posted(states: Iterable[str]) -> Posted:
    told = list(states)
    return Posted(told.count("created"), told.count("unchanged"), told.count("updated"))


def distributors(actor: Actor, batch: Batch, frame: Frame) -> Posted:
    """Parties with their region and supplier."""
    told: list[str] = []
    for at, known in enumerate(_rows(frame)):
        parent = known.pop("parent", "")
        try:
            told += parties.parties(actor, [parties.PartyIn(**known)]).values()
            _link(actor, known["code"], parent, known.get("opened_on"))
        except Refused as no:
            frame.fail(at, no.field, no.message, no.remedy)
    return _posted(told)


def _link(actor: Actor, code: str, parent: str, since: date | None) -> None:
    if not parent:
        return
    ids = parties_read.ids_by_code([code, parent])
    if parent not in ids:
        raise Refused(_("There is no distributor %(code)s.") % {"code": parent}, field="parent")
    on = since or date(2000, 1, 1)
    if ids[parent] not in parties_read.ancestors(ids[code], on)[:1]:
        parties.link(actor, parent_id=ids[parent], child_id=ids[code], valid_from=on)


def products(actor: Actor, batch: Batch, frame: Frame) -> Posted:
    """Products with their group and case."""
    rows = [goods.ProductIn(**(row | {"base_unit": row.get("base_unit") or "EA"})) for row in _rows(frame)]
    return _posted(goods.products(actor, rows).values())


def ready_lines(level: str) -> Callable[[Frame], None]:
    """Make sales lines ready where the file is read, so that the posting need not."""

    def work(frame: Frame) -> None:
        held = {name: frame.column(name, empty) for name, empty in LINE_COLUMNS}
        held["line_no"] = [number or "1" for number in held["line_no"]]
        sorts = ["return" if quantity < 0 else "sale" for quantity in held["quantity"]]
        rows = zip(repeat(level), *held.values(), sorts, repeat(""), repeat(""))
        frame.values = trade.ready(list(map(trade.LineIn._make, rows)))
        frame.rows = []  # nothing can go wrong with a row from here on

    return work


def lines(actor: Actor, batch: Batch, frame: Frame) -> Posted:
    """Sales lines of the batch's level."""
    if "business_key" not in frame.values:
        ready_lines(batch.kind)(frame)
    return trade.columns(actor, frame.values, source=batch.source, batch_id=batch.pk)


def price_lists(actor: Actor, batch: Batch, frame: Frame) -> Posted:
    """Prices for everybody, a region or a distributor."""
    made = []
    for row in _rows(frame):
        region, party = row.get("region", ""), row.get("party", "")
        made.append(
            prices.PriceIn(
                list_code=row["list_code"],
                kind=row.get("kind", "dealer"),
                product_id=row["product"],
                currency=row.get("currency", "CNY"),
                price=row["price"],
                min_quantity=row.get("min_quantity", 1),
                valid_from=row["valid_from"],
                valid_to=row.get("valid_to"),
                scope_kind="party" if party else "region" if region else "network",
                scope_key=party or region,
            )
        )
    return prices.prices(actor, made, source=batch.source, batch_id=batch.pk)


def targets(actor: Actor, batch: Batch, frame: Frame) -> Posted:
    """Targets of distributors and salespeople."""
    made = [
        plans.TargetIn(
            period=row["period"],
            party_id=row["party"],
            seller=row.get("seller", ""),
            category=row.get("category", ""),
            metric=row.get("metric", "sell_in"),
            currency=row.get("currency", "CNY"),
            amount_minor=row["amount"],
            quantity=row.get("quantity") or None,
        )
        for row in _rows(frame)
    ]
    return plans.targets(actor, made, source=batch.source, batch_id=batch.pk)


def stock_declarations(actor: Actor, batch: Batch, frame: Frame) -> Posted:
    """What distributors have on hand; the difference to the books becomes a movement."""
    made = [
        stock.CountIn(
            holder_id=row["party"],
            product_id=row["product"],
            on=row["on"],
            quantity=row["quantity"],
            lot=row.get("lot", ""),
            unit_cost=row.get("unit_cost"),
            currency=row.get("currency", "CNY"),
        )
        for row in _rows(frame)
    ]
    return stock.counts(actor, made, source=batch.source, batch_id=batch.pk)


APPLY: dict[str, Callable[[Actor, Batch, Frame], Posted]] = {
    "distributors": distributors,
    "products": products,
    "sell_in": lines,
    "sell_through": lines,
    "sell_out": lines,
    "price_lists": price_lists,
    "targets": targets,
    "stock_declarations": stock_declarations,
}
PREPARE = {level: ready_lines(level) for level in ("sell_in", "sell_through", "sell_out")}


UNDO: dict[str, Callable[..., int]] = {
    "sell_in": trade.reverse_batch,
    "sell_through": trade.reverse_batch,
    "sell_out": trade.reverse_batch,
    "price_lists": prices.reverse_batch,
    "targets": plans.reverse_batch,
    "stock_declarations": stock.reverse_batch,
}
