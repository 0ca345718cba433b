"""Orders, shipments, deliveries, invoices and payments of the story, each on its day, by the people whose work it is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import Any

from gongying.areas.billing import actions as billing
from gongying.areas.credit import actions as desk
from gongying.areas.credit import queries as credit
from gongying.areas.orders.actions import DraftLine
from gongying.areas.supply import actions as supply
from gongying.areas.supply import queries as supplied
from gongying.areas.warehouse import actions as warehouse
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import call
from gongying.core.journal import book

from .clock import Clock
from .documents import Back, Paper
from .ground import HELD, MAIN, Receipt
from .story import SEED, Story

CARRIERS = (("顺丰", "SF"), ("德邦", "DPK"), ("京东物流", "JD"), ("跨越速运", "KY"))
PAID_ON = 4  # Friday
NAMED = 18  # documents that a payment names at most
SILENT_FROM = 40  # days before the end from which the fader pays nothing any more
LATE_FROM = 22  # the same for a second one, who is a little late


@dataclass(slots=True)
class Trader:
    """Works a timetable off. `who` gives the person for a log-in, `owners` the log-in of a distributor's owner."""

    story: Story
    clock: Clock
    ids: dict[str, int]
    who: Callable[[str], Actor]
    owners: dict[str, str]
    sites: dict[str, int] = field(default_factory=dict)
    rng: Random = field(default_factory=lambda: Random(f"{SEED}/trading"))
    orders: dict[str, int] = field(default_factory=dict)  # document of the story -> order
    shipments: dict[str, int] = field(default_factory=dict)
    parties: set[str] = field(default_factory=set)
    _plan: list[tuple[date, int, int, Callable[[], object]]] = field(default_factory=list)
    _turn: int = 0
    done: int = 0

    def at(self, day: date, rank: int, what: Callable[[], object]) -> None:
        """Put something on the timetable; of one day the lower rank comes first."""
        self._turn += 1
        heappush(self._plan, (day, rank, self._turn, what))

    def until(self, day: date) -> None:
        """Work off everything up to the evening of a day."""
        while self._plan and self._plan[0][0] <= day:
            on, rank, _turn, what = heappop(self._plan)
            self.clock.set(on, 8 + rank)
            what()
            self.done += 1

    def tell(self) -> None:
        """Let everybody hear what happened: reactions take place, people get their messages."""
        while book.seal():
            pass
        book.deliver()

    def plan(self, carried: Iterable[Paper], backs: Iterable[Back], receipts: Iterable[Receipt]) -> None:
        """Write the timetable: production, orders, shipments, deliveries, returns, and payments every week."""
        for receipt in receipts:
            self.at(receipt.day, 0, partial(self.receive, receipt))
        for paper in carried:
            self.parties.add(paper.party)
            entered = paper.day if paper.known - paper.day <= timedelta(days=1) else paper.known
            self.at(paper.ordered, 1, partial(self.order, paper))
            self.at(paper.shipped, 3, partial(self.ship, paper))
            self.at(entered, 5, partial(self.deliver, paper))
        for back in backs:
            entered = back.day if back.known - back.day <= timedelta(days=1) else back.known
            self.at(entered, 6, partial(self.take_back, back))

    def plan_payments(self, first: date, last: date) -> None:
        """Every Friday everybody pays what is due within the week, except who cannot."""
        day = first + timedelta(days=(PAID_ON - first.weekday()) % 7)
        while day <= last:
            for party in sorted(self.parties):
                if not self._owing(party, day):
                    self.at(day, 7, partial(self.pay, party, day))
            day += timedelta(days=7)

    def _owing(self, party: str, day: date) -> bool:
        """Whether somebody has stopped paying by a day."""
        left = (self.story.end - day).days
        slow = sorted(self.parties)[1::9][:2]
        return (party == self.story.truth.fader and left < SILENT_FROM) or (party in slow and left < LATE_FROM)

    def buyer(self, party: str) -> Actor:
        """Who orders for a distributor: his own people, or head office for those without a log-in."""
        return self.who(self.owners.get(party, "planner"))

    def receive(self, receipt: Receipt) -> int:
        """Goods from production."""
        return warehouse.receive(
            self.who("planner"),
            site_id=self.sites[receipt.site],
            lines=receipt.lines,
            on=receipt.day,
            reference=receipt.reference,
        )

    def order(self, paper: Paper) -> None:
        """Place the order of a delivery; a large one is approved, one that credit holds back is let go."""
        wanted = [
            self._wish(
                sale.product,
                sale.quantity + (self.story.catalogue[sale.product].case if place == paper.short else 0),
            )
            for place, sale in enumerate(paper.lines)
        ]
        made = self.do(
            "place", self.buyer(paper.party), party_id=self.ids[paper.party], lines=wanted,
            ship_to_id=self.sites[f"{paper.party}-1"], requested_on=paper.wanted,
            reference=f"PO{paper.ordered:%y%m%d}-{paper.party[1:]}", client_id=f"demo-{paper.document}",
        )  # fmt: skip
        self.orders[paper.document] = made.id
        state = made.state
        if state == "submitted":
            state = self.do("approve", self.who("director"), order_id=made.id)
        if state == "held":
            self.let_go(made.number)

    def let_go(self, number: str) -> None:
        """Credit lets an order go on, at once."""
        held = credit.holds(SYSTEM).get(order=number)
        why = "已与经销商确认付款计划，本单放行"
        desk.release(self.who("director"), hold_id=held.pk, reason=why)
        self.do("go_on", SYSTEM, number=number, by=self.who("director").name, reason=why)

    def do(self, verb: str, actor: Actor, **inputs: Any) -> Any:
        """A verb of ordering, by its name: flows do not know each other."""
        return call(f"ordering.{verb}", actor, inputs)

    def _wish(self, product: int, quantity: int) -> DraftLine:
        """In cases where they come out even."""
        known = self.story.catalogue[product]
        if known.case > 1 and quantity % known.case == 0:
            return DraftLine(known.code, quantity // known.case, "CS")
        return DraftLine(known.code, quantity)

    def ship(self, paper: Paper) -> None:
        """Ship what was ordered."""
        name, mark = self.rng.choice(CARRIERS)
        made = self.do(
            "ship",
            self.who("planner"),
            order_id=self.orders[paper.document],
            carrier=name,
            tracking=f"{mark}{self.rng.randrange(10**11, 10**12)}",
            eta=paper.wanted,
        )
        self.shipments[paper.document] = made.id

    def deliver(self, paper: Paper) -> None:
        """Confirm the receipt, on the day of the delivery: the sale is posted and invoiced with it."""
        late, shipment = paper.day != self.clock.today, self.shipments[paper.document]
        received, reasons = None, None
        if paper.short >= 0:
            lost = paper.lines[paper.short]
            code = self.story.catalogue[lost.product].code
            row = supplied.shipment_row(SYSTEM, shipment)
            line = next(x for x in supplied.lines(SYSTEM, row) if x.product.code == code)
            received, reasons = {str(line.pk): lost.quantity}, {str(line.pk): "short"}
        self.do(
            "deliver", self.who("planner") if late else self.buyer(paper.party), shipment_id=shipment, received=received,
            signed_by=self.story.companies[paper.party].contact, on=paper.day, reasons=reasons,
            note="外箱缺一件，已在签收单注明" if received else "",
        )  # fmt: skip

    def take_back(self, back: Back) -> None:
        """Goods come back: asked for, allowed, sent and inspected."""
        row = supplied.shipments(SYSTEM).get(pk=self.shipments[back.lines[0].origin])
        codes = {sale.product: self.story.catalogue[sale.product].code for sale in back.lines}
        held = list(supplied.lines(SYSTEM, row))
        lines = []
        for sale in back.lines:
            left, reason = -sale.quantity, self.rng.choice(("damaged", "defect", "unsold"))
            for line in sorted(held, key=lambda each: -each.quantity):
                if left and line.product.code == codes[sale.product]:
                    count = min(left, line.quantity)
                    lines.append(supply.ReturnLineIn(line.product_id, count, reason, line.lot, line.pk))
                    left -= count
        made = supply.request_return(
            self.buyer(back.party), party_id=self.ids[back.party], lines=lines, on=back.day
        )
        supply.decide_return(self.who("director"), return_id=made, on=back.day)
        supply.send_return(self.buyer(back.party), return_id=made, carrier="德邦", on=back.day)
        found = supplied.return_lines(SYSTEM, supplied.return_row(SYSTEM, made))
        self.do(
            "inspect",
            self.who("planner"),
            return_id=made,
            site_id=self.sites[MAIN],
            quarantine_id=self.sites[HELD],
            findings=[
                supply.Finding(line.pk, 0, line.asked) if line.reason == "damaged" else supply.Finding(line.pk, line.asked)
                for line in found
            ],
            on=back.day,
        )  # fmt: skip

    def pay(self, party: str, day: date) -> None:
        """Pay everything that is due within the week, naming the documents."""
        soon = day + timedelta(days=6)
        due = [
            each
            for each in money.open_items(SYSTEM, holder_id=self.ids[party], on=day)
            if each.open_minor > 0 and each.due_on <= soon
        ][:NAMED]
        total = sum(each.open_minor for each in due)
        if total <= 0:
            return
        billing.record_payment(
            self.who("finance"),
            party_id=self.ids[party],
            currency="CNY",
            amount_minor=total,
            on=day,
            method="bank",
            reference=f"{day:%Y%m%d}{self.ids[party]:04d}{self.rng.randrange(10**6):06d}",
            text=" ".join(each.document for each in due)[:400],
        )
