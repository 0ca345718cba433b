"""Declarations for programs."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, HQ, query

from .asking import board
from .declarations import Sum, compared, declaration_row, figures, lines


@dataclass(frozen=True)
class LineView:
    """One product and lot of a declaration, in base units."""

    product: str
    lot: str
    opening: int
    received: int
    sold: int
    adjusted: int
    calculated: int
    counted: int | None
    difference: int | None


@dataclass(frozen=True)
class DeclarationView:
    """A declaration of stock with its lines."""

    id: int
    number: str
    party: str
    period: str
    counted_on: date
    due_on: date
    state: str
    lines: list[LineView]


@dataclass(frozen=True)
class DeclaredView:
    """Where the declaration of a distributor stands."""

    party: str
    period: str
    due_on: date
    state: str
    late_days: int
    declaration_id: int | None


@query(needs="channel.view", roles=EVERYONE)
def declaration(actor: Actor, *, declaration_id: int) -> DeclarationView:
    """One declaration of stock: what was there, came, was sold, was adjusted, and what was counted."""
    row = declaration_row(actor, declaration_id)
    held = []
    for line in lines(actor, row):
        found = figures(line)
        held.append(
            LineView(
                line.product.code,
                line.lot,
                line.opening,
                line.received,
                line.sold,
                line.adjusted,
                found.calculated,
                line.counted,
                found.difference,
            )
        )
    return DeclarationView(
        row.pk, row.number, row.party.code, row.period, row.counted_on, row.due_on, row.state, held
    )


@query(needs="channel.view", roles=EVERYONE)
def declared(actor: Actor, *, on: date, period: str = "") -> list[DeclaredView]:
    """Who in scope has declared a period and who has not ("" is the newest period that is over on the day)."""
    return [
        DeclaredView(
            asked.party.code,
            asked.span.code,
            asked.due_on,
            asked.state,
            asked.late_days,
            asked.declaration.pk if asked.declaration else None,
        )
        for asked in board(actor, on, period)
    ]


@query(needs="channel.compare", roles=HQ)
def compare(actor: Actor, *, period: str, by: Literal["product", "lot", "party", "place"] = "product") -> list[Sum]:
    """Reported beside calculated stock of a period by product, lot, distributor or place, of declarations handed in."""
    return compared(actor, period, by)
