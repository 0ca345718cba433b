"""Monthly stock declarations: what every distributor says it had, received, gave out and counted."""

from collections import defaultdict
from datetime import date
from random import Random
from typing import NamedTuple

from .simulate import Kind, World

MISTAKES = 0.006  # share of rows whose count is written down wrong


class Declared(NamedTuple):
    """One product of one declaration; received less issued explains the count unless it was written down wrong.

    `issued` is what went down or out, net of what outlets sent back; `received` is net of what went back up.
    """

    month_end: date
    party: str
    product: int
    opening: int
    received: int
    issued: int
    closing: int


def declare(world: World, seed: int, silent: str) -> tuple[list[Declared], list[Declared]]:
    """All declarations in order, and those of them that are wrong. `silent` has not handed in the last one."""
    rng = Random(f"{seed}/stock")
    received, issued = _flows(world)
    held = [dict(stock) for stock in world.opening]
    found: list[Declared] = []
    wrong: list[Declared] = []
    last = world.counts[-1].day if world.counts else -1
    for turn, count in enumerate(world.counts):
        month = turn // len(world.shelves)
        shelf, before = world.shelves[count.place], held[count.place]
        for p, closing in count.stock.items():
            came, went = received[month, count.place, p], issued[month, count.place, p]
            if not (before[p] or closing or came or went):
                continue
            row = Declared(world.known.days[count.day], shelf.seat.code, p, before[p], came, went, closing)
            if closing > 4 and rng.random() < MISTAKES:
                row = row._replace(closing=max(0, closing + rng.choice((-1, 1)) * rng.randint(1, 1 + closing // 3)))
                wrong.append(row)
            if not (shelf.seat.code == silent and count.day == last):
                found.append(row)
        held[count.place] = count.stock
    return found, [row for row in wrong if not (row.party == silent and row.month_end == world.known.days[last])]


def _flows(world: World) -> tuple[dict[tuple[int, int, int], int], dict[tuple[int, int, int], int]]:
    """Received and issued by (month, place, product), months numbered from the start."""
    closings = sorted({count.day for count in world.counts})
    month_of, month = [], 0
    for t in range(world.days):
        month_of.append(month)
        month += t in closings
    received: dict[tuple[int, int, int], int] = defaultdict(int)
    issued: dict[tuple[int, int, int], int] = defaultdict(int)
    for event in world.events:
        key = (month_of[event.day], event.place, event.product)
        if event.kind is Kind.SELL_IN:
            received[key] += event.quantity
        elif event.kind is Kind.SELL_IN_RETURN:
            received[key] -= event.quantity
        elif event.kind is Kind.SELL_OUT_RETURN:
            issued[key] -= event.quantity
        else:
            issued[key] += event.quantity
            if event.kind is Kind.SELL_THROUGH:
                received[key[0], event.other, event.product] += event.quantity
    return received, issued
