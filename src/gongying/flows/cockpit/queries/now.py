"""Where orders, goods and money stand today: what a home page shows before any figure of the year."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from gongying.areas.billing import queries as billing
from gongying.areas.credit import queries as credit
from gongying.areas.orders import queries as orders
from gongying.areas.supply import queries as supply
from gongying.core.actor import Actor

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Due:
    """What is to be paid in a currency, minor units: `soon_minor` within a week, `late_minor` overdue; `next_on` is the first
    day something falls due."""

    currency: str
    late_minor: int
    soon_minor: int
    next_on: date | None


@dataclass(frozen=True)
class Mine:
    """A distributor's order to cash: his newest order (None: none yet), what is on its way to him, what he pays next, what he may still order
    on credit (None: no such permission)."""

    last: Any
    drafts: int
    coming: list[Any]
    due: list[Due] | None
    left: list[credit.StandingView] | None


def mine(actor: Actor, party_id: int, today: date) -> Mine:
    """Where a distributor stands today, as far as this person may see it."""
    sees = actor.can("orders.view")
    return Mine(
        last=orders.last_order(actor, party_id) if sees else None,
        drafts=orders.drafts(actor).count() if sees else 0,
        coming=_coming(actor),
        due=_due(actor, party_id, today) if actor.can("billing.mine") else None,
        left=credit.mine(actor, on=today) if actor.can("credit.mine") else None,
    )


def _coming(actor: Actor) -> list[Any]:
    """Shipments that have not arrived, the soonest first."""
    if not actor.can("supply.view"):
        return []
    rows = supply.shipments(actor).exclude(state="delivered")
    return sorted(rows[:50], key=lambda row: (row.eta or row.shipped_on, row.pk))


def _due(actor: Actor, party_id: int, today: date) -> list[Due]:
    found = []
    for currency, owed, late, _credit in billing.sums(actor, today):
        if not owed:
            continue
        ahead = [x for x in billing.open_documents(actor, party_id, currency, today) if x.due_on >= today]
        soon = sum(x.open_minor for x in ahead if x.due_on <= today + SOON)
        found.append(Due(currency, late, soon, min((x.due_on for x in ahead), default=None)))
    return found


@dataclass(frozen=True)
class Stage:
    """A stretch of the way from an order to its money, in scope today: how many documents, what they come to by currency
    (minor units), how much of that is late (documents; for money the amounts by currency)."""

    code: str  # submitted | to_ship | going | owed
    count: int
    sums: dict[str, int]
    late: int = 0
    late_sums: dict[str, int] = field(default_factory=dict)


def flow(actor: Actor, today: date) -> list[Stage]:
    """The stretches this person may see."""
    found = []
    if actor.can("orders.view"):
        piles = orders.piles(actor, today)
        found += [
            _stage("submitted", piles, ("submitted", "held")),
            _stage("to_ship", piles, ("approved", "allocated")),
        ]
    if actor.can("supply.view"):
        going = sum(count for state, count in supply.by_state(actor).items() if state != "delivered")
        found.append(Stage("going", going, {}, supply.late(actor, today).order_by().count()))
    if actor.can("billing.view_all"):
        sums = billing.sums(actor, today)
        owed = {currency: minor for currency, minor, _late, _credit in sums}
        found.append(
            Stage("owed", 0, owed, late_sums={currency: late for currency, _owed, late, _c in sums if late})
        )
    return found


def _stage(code: str, piles: dict[str, orders.ByState], states: tuple[str, ...]) -> Stage:
    mine = [piles[state] for state in states if state in piles]
    sums: Counter[str] = Counter()
    for pile in mine:
        sums.update(pile.sums)
    return Stage(code, sum(pile.count for pile in mine), dict(sums), sum(pile.late for pile in mine))
