"""What every step shares: the house's own hands, the turn of an account, names of promises and holds, what became of an order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.areas.orders import actions as orders
from gongying.areas.orders import facts, queries
from gongying.areas.orders import rules as order_rules
from gongying.areas.orders.actions import Change, Said
from gongying.books.money import post as ledger
from gongying.books.stock import post as stock
from gongying.core.actor import Actor
from gongying.core.journal.fact import Fact
from gongying.core.refusal import Refused

from ..rules import still_held

WRITERS = ("admin", "director", "regional", "planner", "owner", "clerk")
DECIDERS = ("admin", "director", "regional")
CLERKS = ("admin", "director", "planner")
ALL = frozenset({"*"})
SOURCE = "orders"


def house(actor: Actor) -> Actor:
    """The same person with the hands of the house: whoever may take a step may do all it entails. Only for what belongs to an
    order that was found in his own scope."""
    return replace(actor, may=ALL, parties=None)


def hold_key(number: str) -> str:
    """The name under which an order's amount is held."""
    return f"order/{number}"


def promise(number: str, place: int) -> str:
    """The name under which goods are set aside for a line."""
    return f"{number}/{place}"


def found(actor: Actor, order_id: int, *states: str) -> Any:
    """An order in scope, locked, in one of the states. Raises Missing, or Refused with where it stands."""
    row = queries.order_row(actor, order_id, locked=True)
    if row.state not in states:
        raise Refused(
            _("This cannot be done: the order is %(state)s.") % {"state": queries.state_word(row.state)},
            code="state",
            remedy=_("Open the order to see what can be done now."),
        )
    return row


def turn(order: Any) -> None:
    """Take the turn of the distributor's account: before any goods, in every step."""
    ledger.turn(house_actor(), party_id=order.party_id, currency=order.currency)


def house_actor() -> Actor:
    """Nobody in particular."""
    return Actor("ordering", may=ALL, parties=None, via="flow")


@dataclass
class Outcome:
    """What a step did to an order, collected and then written down at once."""

    order: Any
    lines: list[Any]
    actor: Actor
    changes: dict[int, Change] = field(default_factory=dict)
    events: list[Said] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    told: list[Fact] = field(default_factory=list)

    def add(self, line: Any, **counts: int) -> None:
        """Add to the counts of a line, here and in what will be written."""
        old = self.changes.get(line.pk, Change(line.pk))
        self.changes[line.pk] = replace(old, **{name: getattr(old, name) + n for name, n in counts.items()})
        for name, n in counts.items():
            setattr(line, name, getattr(line, name) + n)

    def mark(self, kind: str, ref: tuple[str, int | None, str] = ("", None, ""), **data: Any) -> None:
        """Put a sentence on the timeline."""
        self.events.append(Said(kind, data, *ref))

    def settle(self, *, paid: bool = False) -> str:
        """Where the order stands now by its lines. What makes it end where every invoice is paid already (the rest is cancelled, or
        lost) makes it paid: nobody will tell of a payment any more."""
        self.values["state"] = order_rules.state_of(self.lines, paid=paid)
        if self.values["state"] == "invoiced" and self._all_paid():
            self.values["state"] = "paid"
            self.told.append(facts.OrderPaid(self.order.pk, self.order.number, self.order.party_id))
        return str(self.values["state"])

    def _all_paid(self) -> bool:
        fresh = [each.data["total_minor"] for each in self.events if each.kind == "invoiced"]
        if any(fresh):  # a new one, which nobody has paid
            return False
        billed, settled = queries.bills(house(self.actor), self.order)
        return bool(billed or fresh) and set(billed) <= settled

    def write(self) -> None:
        """Write it down."""
        orders.record(
            house(self.actor),
            order_id=self.order.pk,
            changes=list(self.changes.values()),
            events=self.events,
            values=self.values,
            told=self.told,
        )


def begin(actor: Actor, order: Any) -> Outcome:
    """An outcome with the lines of an order."""
    return Outcome(order, list(queries.lines(house(actor), order)), actor)


def hold_again(outcome: Outcome, on: date) -> None:
    """Hold what is still to be invoiced, no more and no less."""
    order = outcome.order
    if order.hold_key:
        rest = still_held(outcome.lines)
        ledger.turn_hold(
            house(outcome.actor), key=order.hold_key, posted=[], rest_minor=rest, document=order.number, on=on
        )
        if not rest:
            outcome.values["hold_key"] = ""


def set_aside(outcome: Outcome, on: date, site_id: int) -> int:
    """Promise what is free to every line that lacks something. Returns base units that are newly set aside."""
    order, wanting = outcome.order, [line for line in outcome.lines if line.unreserved > 0]
    if not wanting:
        return 0
    needs = [
        stock.Need(promise(order.number, line.place), line.product_id, line.quantity - line.cancelled + line.short)
        for line in wanting
    ]
    got = stock.reserve(house(outcome.actor), site_id=site_id, needs=needs, document=order.number, on=on)
    fresh = 0
    for line in wanting:
        more = got[promise(order.number, line.place)] - line.shipped - line.reserved
        if more > 0:
            outcome.add(line, reserved=more)
            fresh += more
    return fresh


def give_back(outcome: Outcome, units: Iterable[tuple[Any, int]]) -> None:
    """Give promised goods of lines back."""
    wanted = {promise(outcome.order.number, line.place): (line, n) for line, n in units if n > 0}
    if not wanted:
        return
    given = stock.release(
        house(outcome.actor), keys=list(wanted), quantities={key: n for key, (_line, n) in wanted.items()}
    )
    for key, n in given.items():
        outcome.add(wanted[key][0], reserved=-n)


def today() -> date:
    """The business day."""
    return timezone.localdate()


def day_of(actor: Actor, on: date | None) -> date:
    """The business day of a step: today, or a day that the house (not a distributor) names; never one to come."""
    now = today()
    if on is None or on == now:
        return now
    if queries.outside(actor) or on > now:
        raise Refused(_("The day of a step is today or one before."), code="day", field="on")
    return on


def units(lines: Sequence[Any], of: Callable[[Any], int]) -> int:
    """A sum over lines."""
    return sum(of(line) for line in lines)
