"""From good rows to postings, kind by kind: `PREPARE` in the child that read the file, `APPLY` in the transaction."""

from collections.abc import Callable
from typing import Any

from gongying.books.plans import post as plans
from gongying.books.plans import read as plans_read
from gongying.books.prices import post as prices
from gongying.books.prices import read as prices_read
from gongying.books.stock import post as stock
from gongying.books.stock import read as stock_read
from gongying.books.trade import post as trade
from gongying.books.trade import read as trade_read
from gongying.core.actor import Actor
from gongying.core.intake.columns import Frame
from gongying.core.posting import Posted, chunks

from ..models import Batch
from ..rules import LINES
from . import basics

AT_ONCE = 500  # days of sale that are looked up in one statement
# The field of a file for each field of a line, and what stands for it in a file that has no such column.
LINE_FIELDS: dict[str, tuple[str, Any]] = {
    "business_date": ("business_date", None),
    "party_id": ("party", None),
    "product_id": ("product", None),
    "quantity": ("quantity", 0),
    "currency": ("currency", "CNY"),
    "gross_minor": ("gross", 0),
    "discount_minor": ("discount", 0),
    "document": ("document", ""),
    "line_no": ("line_no", "1"),
    "tax_minor": ("tax", 0),
    "freight_minor": ("freight", 0),
    "counterparty": ("counterparty", ""),
    "place": ("place", ""),
}


def ready_lines(level: str) -> Callable[[Frame], None]:
    """Make sales lines ready where the file is read, so that the posting need not."""

    def work(frame: Frame) -> None:
        held = {name: frame.column(field, empty) for name, (field, empty) in LINE_FIELDS.items()}
        held["line_no"] = [number or "1" for number in held["line_no"]]
        held["kind"] = ["return" if quantity < 0 else "sale" for quantity in held["quantity"]]
        held["level"] = [level] * len(frame)
        sold = frame.column("sold_on", None)
        frame.values = trade.ready(held) | ({"sold_on": sold} if any(sold) else {})

    return work


def lines(actor: Actor, batch: Batch, frame: Frame) -> Posted:
    """Sales lines of the batch's level."""
    if "business_key" not in frame.values:
        ready_lines(batch.kind)(frame)
    told = trade.columns(actor, frame.values, source=batch.source, batch_id=batch.pk)
    sold = zip(frame.values["business_key"], frame.values.get("sold_on", ()), strict=False)
    for some in chunks([(key, day) for key, day in sold if day], AT_ONCE):
        trade.came_from(actor, dict(some), level=batch.kind, source=batch.source)
    return told


def price_lists(actor: Actor, batch: Batch, frame: Frame) -> Posted:
    """Prices for everybody, a region, a level or a distributor; for a piece or a pack, with tax or without."""
    made = []
    for row in frame.each():
        named = [(kind, row[kind]) for kind in ("party", "level", "region") if row.get(kind)]
        scope_kind, scope_key = named[0] if named else ("network", "")
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
                scope_kind=scope_kind,
                scope_key=scope_key,
                pack=row.get("pack", ""),
                tax_included=row.get("tax") == "included",
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
        for row in frame.each()
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
        for row in frame.each()
    ]
    return stock.counts(actor, made, source=batch.source, batch_id=batch.pk)


APPLY: dict[str, Callable[[Actor, Batch, Frame], Posted]] = {
    "distributors": basics.distributors,
    "products": basics.products,
    "sell_in": lines,
    "sell_through": lines,
    "sell_out": lines,
    "price_lists": price_lists,
    "targets": targets,
    "stock_declarations": stock_declarations,
}
PREPARE = {level: ready_lines(level) for level in LINES}
UNDO: dict[str, Callable[..., int]] = {
    "distributors": basics.take_distributors_back,
    "products": basics.take_products_back,
    "sell_in": trade.reverse_batch,
    "sell_through": trade.reverse_batch,
    "sell_out": trade.reverse_batch,
    "price_lists": prices.reverse_batch,
    "targets": plans.reverse_batch,
    "stock_declarations": stock.reverse_batch,
}
CORRECTED: dict[str, Callable[[int], bool]] = {
    "distributors": basics.changed_since,
    "products": basics.changed_since,
    "sell_in": trade_read.corrected_since,
    "sell_through": trade_read.corrected_since,
    "sell_out": trade_read.corrected_since,
    "price_lists": prices_read.corrected_since,
    "targets": plans_read.corrected_since,
    "stock_declarations": stock_read.declared_after,
}
