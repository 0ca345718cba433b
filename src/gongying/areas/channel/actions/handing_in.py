"""What handing a declaration in posts, and the differences it leaves."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from gongying.books.stock import post as stock
from gongying.core.actor import Actor

from .. import queries
from ..models import Declaration, DeclarationLine, Difference


def post(actor: Actor, row: Declaration, held: Sequence[DeclarationLine], again: bool) -> None:
    """What was bought without a movement, what was sold, each adjustment, then the counts, as one batch of the books that
    carries the declaration's own number (below zero: batches above it are files). Handed in again, the first batch is
    undone before."""
    batch = -row.pk
    if again:
        stock.reverse_batch(actor, batch_id=batch)
    moves = []
    for line in held:
        spot = f"{row.party_id}/{row.period}/{line.product_id}/{line.lot}"
        units = {("receipt", ""): line.received - line.moved, ("sale", ""): -line.sold}
        units |= {("adjust", each.reason): each.quantity for each in queries.changes(line)}
        moves += [
            stock.MoveIn(
                f"{spot}/{kind}{reason and '/' + reason}", row.party_id, line.product_id, row.counted_on, quantity,
                kind=kind, lot=line.lot, reason=reason, document=row.number,
            )
            for (kind, reason), quantity in units.items()
            if quantity
        ]  # fmt: skip
    stock.moves(actor, moves, source=queries.SOURCE, batch_id=batch)
    counts = [
        stock.CountIn(
            row.party_id, line.product_id, row.counted_on, line.counted, lot=line.lot, currency=line.currency
        )
        for line in held
        if line.counted is not None
    ]
    stock.counts(actor, counts, source=queries.SOURCE, batch_id=batch)


def compare(actor: Actor, row: Declaration, held: Sequence[DeclarationLine], today: date) -> int:
    """Open a difference for every line whose count differs beyond what is tolerated; one that is no more is closed. Returns
    how many are open."""
    calendar = queries.calendar_of(row.party_id, row.end)
    rows = Difference.objects.unscoped("differences of a row in scope").filter(declaration=row)
    known = {(each.product_id, each.lot): each for each in rows}
    count = 0
    for line in held:
        found = queries.figures(line)
        apart = found.difference
        beyond = apart is not None and abs(apart) > calendar.tolerated(found.calculated)
        each = known.get((line.product_id, line.lot))
        if not beyond or apart is None:
            if each is not None and each.state != "closed":
                each.state, each.closed_by, each.closed_on = "closed", actor.name, today
                each.quantity = apart or 0
                each.save(update_fields=["state", "closed_by", "closed_on", "quantity"])
            continue
        count += 1
        values: dict[str, Any] = {
            "quantity": apart, "value_minor": apart * line.unit_minor, "currency": line.currency, "state": "open",
        }  # fmt: skip
        if each is None:
            Difference.objects.create(
                party_id=row.party_id, declaration=row, product_id=line.product_id, lot=line.lot, period=row.period,
                opened_on=today, **values,
            )  # fmt: skip
        elif each.quantity != apart:
            values |= {"closed_by": "", "closed_on": None, "reason": "", "text": "", "excused": False}
            for name, value in values.items():
                setattr(each, name, value)
            each.save()
    return count


def digest(held: Sequence[DeclarationLine]) -> str:
    """A hash over every line, for the fact."""
    rows = [
        [line.product_id, line.lot, line.opening, line.received, line.sold, line.adjusted, line.counted]
        for line in held
    ]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
