"""One of many writers of order to cash: it does random operations through the action door, and reckons from what each acknowledged.

It owns its orders and its payments; shelves, accounts, numbers and the journal it shares with everybody. What its operations come to is
a dictionary of sums, so that the sums of all writers together are what the books must say.
"""

import random
import time
from collections import Counter

from django.db import OperationalError, connection
from django.utils import timezone
from ledger import Line, Order, nearest
from trading import CLERK, FINANCE

from gongying.areas.billing import actions as billing
from gongying.areas.billing.models import Invoice
from gongying.areas.orders.actions import DraftLine
from gongying.areas.orders.models import OrderLine
from gongying.areas.supply import actions as supply
from gongying.areas.supply.actions import Finding, ReturnLineIn
from gongying.areas.supply.models import ReturnLine, ShipmentLine
from gongying.books.stock import post as stock
from gongying.core.actor import SYSTEM
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.refusal import Refused
from gongying.flows.ordering import actions as ordering

GOLD = ("T001", "T003", "T005", "T007")
SCARCE = ("G011", "G012")
AGAIN = 20
GIFTS = ("G001", "G002")
PRICE = {f"G{n:03d}": 1000 * n for n in range(1, 13)}
MIX = {
    "receive": 17, "adjust": 9, "promise": 15, "release": 12, "pay": 14,
    "place": 9, "ship": 7, "deliver": 6, "allocate": 3, "cancel": 2, "match": 5, "give_back": 1,
}  # fmt: skip


@action(needs="tests.move", roles=("admin",), name="tests.move", exposed=False)
def move(actor, *, key: str, product_id: int, quantity: int, site_id: int) -> None:
    """Goods come into the warehouse, or leave it by a count."""
    kind = {} if quantity > 0 else {"kind": "adjust"}
    row = stock.MoveIn(key, None, product_id, timezone.localdate(), quantity, site_id=site_id, **kind)
    stock.moves(actor, [row], source="test")


@action(needs="tests.promise", roles=("admin",), name="tests.promise", exposed=False)
def promise(actor, *, key: str, product_id: int, quantity: int, site_id: int) -> int:
    """Promise what is free."""
    need = stock.Need(key, product_id, quantity)
    return stock.reserve(actor, site_id=site_id, needs=[need], document="test", on=timezone.localdate())[key]


@action(needs="tests.release", roles=("admin",), name="tests.release", exposed=False)
def release(actor, *, key: str) -> int:
    """Give a promise back."""
    return stock.release(actor, keys=[key]).get(key, 0)


for _name in ("tests.move", "tests.promise", "tests.release"):
    ACTIONS.pop(_name, None)


def every(model, **wanted):
    return model.objects.unscoped("test").filter(**wanted).order_by("id")


class Drift(AssertionError):
    """The house answered something else than the model says."""


def agree(found, said, what):
    if found != said:
        raise Drift(f"{what}: {found} instead of {said}")


class Writer:
    """The operations of one writer; `sums` is what they come to, `did` how many of each were answered, `no` how many refused."""

    def __init__(self, name, parties, products, site_id, seed):
        self.name, self.parties, self.products, self.site_id = name, parties, products, site_id
        self.dice = random.Random(f"{seed}/{name}")  # noqa: S311 - dice, no secret
        self.sums, self.did, self.no, self.waited, self.place_no = Counter(), Counter(), Counter(), Counter(), 0
        self.orders, self.shipments, self.payments, self.promises = [], [], [], {}

    def key(self):
        self.place_no += 1
        return f"{self.name}-{self.place_no}"

    def step(self):
        """One operation that is possible now; how many verbs were answered for it."""
        (what,) = self.dice.choices(list(MIX), list(MIX.values()))
        before = sum(self.did.values())
        getattr(self, what)()
        return sum(self.did.values()) - before

    def ask(self, verb, actor, **inputs):
        """Call a verb. A client that is sent away for a lock tries again: nothing of that attempt was written."""
        for _attempt in range(AGAIN):
            since = time.monotonic()
            try:
                return verb(actor, **inputs)
            except OperationalError as fault:
                self.waited[f"{str(fault).splitlines()[0][:100]} after {time.monotonic() - since:.0f} s"] += 1
                connection.close()
        raise Drift(f"{verb.__name__} was sent away {AGAIN} times")

    def call(self, verb, actor, **inputs):
        """A verb; of ten one carries an idempotency key and is sent once more, and the second answer is the first."""
        name = verb.__name__
        key = {"idempotency_key": self.key()} if self.dice.random() < 0.1 else {}
        try:
            answer = self.ask(verb, actor, **inputs, **key)
            if key:
                agree(self.ask(verb, actor, **inputs, **key), answer, f"{name} again")
        except Refused:
            self.no[name] += 1
            self.did[name] += 1
            raise
        self.did[name] += 1
        return answer

    def add(self, where, n):
        self.sums[where] += n

    def pick(self, of):
        return self.dice.choice(of) if of else None

    # goods

    def receive(self):
        product = self.pick(list(PRICE))
        n = self.dice.randrange(1, 3 if product in SCARCE else 30)
        self.call(move, SYSTEM, key=self.key(), product_id=self.products[product], quantity=n, site_id=self.site_id)
        self.add(f"warehouse {product}", n)

    def adjust(self):
        product, n = self.pick(list(PRICE)), self.dice.randrange(1, 20)
        try:
            self.call(
                move, SYSTEM, key=self.key(), product_id=self.products[product], quantity=-n, site_id=self.site_id
            )
        except Refused:
            if product not in SCARCE:
                raise Drift(f"{product} is plentiful") from None
            return
        self.add(f"warehouse {product}", -n)

    def promise(self):
        product, n, key = self.pick(list(PRICE)), self.dice.randrange(1, 12), self.key()
        got = self.call(
            promise, SYSTEM, key=key, product_id=self.products[product], quantity=n, site_id=self.site_id
        )
        if product not in SCARCE:
            agree(got, n, f"promise of {product}")
        self.add(f"aside {product}", got)
        if got:
            self.promises[key] = product, got

    def release(self):
        key = self.pick(list(self.promises))
        if key is None:
            return self.promise()
        product, n = self.promises.pop(key)
        agree(self.call(release, SYSTEM, key=key), n, f"release of {key}")
        self.add(f"aside {product}", -n)
        return None

    # money

    def pay(self):
        party, n = self.pick(list(self.parties)), self.dice.randrange(1, 900_00)
        done = self.call(
            billing.record_payment, FINANCE, party_id=self.parties[party], currency="CNY", amount_minor=n,
            on=timezone.localdate(), advance=True, reference=self.key(),
        )  # fmt: skip
        self.payments.append([party, done.id, n])
        self.add(f"prepaid {party}", n)

    def match(self):
        """A payment settles an invoice of the same distributor, or a part of it."""
        owing = [(order, number) for order in self.orders for number, left in order.invoices.items() if left]
        order, number = self.pick(owing) or (None, None)
        paid = self.pick([each for each in self.payments if order and each[0] == order.party and each[2]])
        if paid is None:
            return self.pay()
        amount = min(paid[2], order.invoices[number])
        item = every(Invoice, number=number).get().item_id
        left = self.call(billing.match, FINANCE, payment_id=paid[1], uses=[(item, amount)])
        paid[2] -= amount
        agree(left, paid[2], f"left of payment {paid[1]}")
        order.invoices[number] -= amount
        self.add(f"prepaid {order.party}", -amount)
        self.add(f"owed {order.party}", -amount)
        order.stand()
        return None

    # orders

    def place(self):
        party, chosen = self.pick(list(self.parties)), self.dice.sample(list(PRICE), self.dice.randrange(1, 4))
        wishes = [(p, self.dice.randrange(1, 20 if p in GIFTS else 7)) for p in chosen]
        if len(set(chosen) & set(SCARCE)) > 1:  # of one that is scarce the answer tells how much there was
            wishes = [each for each in wishes if each[0] != SCARCE[0]]
        lines = lines_of(party, wishes)
        total = sum(x.net + x.tax for x in lines)
        done = self.call(
            ordering.place, CLERK, party_id=self.parties[party], lines=[DraftLine(p, n) for p, n in wishes]
        )
        order = Order(done.number, done.id, party, "approved", False, lines, total, holds=True)
        agree(done.total_minor, total, f"total of {done.number}")
        self.add(f"held {party}", order.held)
        self._aside(order, done.reserved)
        agree(done.state, order.state, f"state of {done.number}")
        self.orders.append(order)

    def _aside(self, order, units):
        """So many units more are set aside: all that is lacking of what is plentiful, the rest of what is scarce."""
        for line in sorted((x for x in order.lines if x.lacking), key=lambda x: x.product in SCARCE):
            got = min(line.lacking, units)
            if line.product not in SCARCE:
                agree(got, line.lacking, f"set aside of {line.product}")
            line.counts["reserved"] += got
            units -= got
            self.add(f"aside {line.product}", got)
        agree(units, 0, "set aside beyond what was wanted")
        order.stand()

    def allocate(self):
        order = self.pick([each for each in self.orders if each.state == "approved"])
        if order is None:
            return self.place()
        return self._aside(order, self.call(ordering.allocate, CLERK, order_id=order.id))

    def ship(self):
        order = self.pick([
            o for o in self.orders if o.state in ("approved", "allocated") and any(x.reserved for x in o.lines)
        ])  # fmt: skip
        if order is None:
            return self.place()
        sent = [(x, x.reserved) for x in order.lines if x.reserved]
        done = self.call(ordering.ship, CLERK, order_id=order.id)
        agree(done.units, sum(n for _x, n in sent), f"shipped of {order.number}")
        for line, n in sent:
            line.counts["reserved"] -= n
            line.counts["shipped"] += n
            for where, sign in (("aside", -1), ("warehouse", -1), ("transit", 1)):
                self.add(f"{where} {line.product}", sign * n)
        order.stand()
        self.shipments.append((done.id, order, sent))
        return None

    def deliver(self):
        if not self.shipments:
            return self.ship()
        shipment, order, sent = self.shipments.pop(self.dice.randrange(len(self.shipments)))
        lost = int(self.dice.random() < 0.1)
        line, n = sent[0]
        mine = every(ShipmentLine, shipment_id=shipment, order_line=str(self._row(order, line).place)).get()
        done = self.call(
            ordering.deliver, CLERK, shipment_id=shipment, signed_by="王", received={str(mine.pk): n - lost}
        )
        agree(sum(x.received for x in done.lines), sum(n for _x, n in sent) - lost, f"came of {order.number}")
        held, amount = order.held, 0
        for place, (line, n) in enumerate(sent):
            got = n - (lost if place == 0 else 0)
            amount += line.worth(line.invoiced, got)
            for name, count in (("delivered", got), ("invoiced", got), ("short", n - got)):
                line.counts[name] += count
            self.add(f"transit {line.product}", -n)
            self.add(f"{order.party} {line.product}", got)
        for made in every(Invoice, order=order.number, kind="invoice").exclude(number__in=order.invoices):
            agree(made.total_minor, amount, f"invoice {made.number}")
            order.invoices[made.number] = amount
        order.stand()
        self.add(f"held {order.party}", order.held - held)
        self.add(f"owed {order.party}", amount)
        return None

    def cancel(self):
        order = self.pick([o for o in self.orders if o.state in ("approved", "allocated")])
        if order is None:
            return self.place()
        gone, held = [(x, x.open) for x in order.lines if x.open], order.held
        state = self.call(ordering.cancel, CLERK, order_id=order.id, reason="test")
        for line, n in gone:
            self.add(f"aside {line.product}", -max(0, n - line.lacking))
            line.counts["reserved"] -= max(0, n - line.lacking)
            line.counts["cancelled"] += n
        order.stand()
        self.add(f"held {order.party}", order.held - held)
        if state not in (order.state, "invoiced"):  # that it is paid it hears a moment later
            raise Drift(f"{order.number} is {state}, not {order.state}")
        return None

    def give_back(self):
        """Goods of a delivery come back: asked for, allowed, sent, inspected, credited."""
        lines = [(o, x) for o in self.orders for x in o.lines if x.delivered > x.returned]
        if not lines:
            return self.deliver()
        order, line = self.pick(lines)
        row, n = self._row(order, line), 1
        for sent in every(ShipmentLine, shipment__order=order.number, order_line=str(row.place), received__gt=0):
            if (sent.received or 0) - supply.returning.already(sent) >= n:
                break
        else:
            return None
        damaged = int(self.dice.random() < 0.3)
        asked = [ReturnLineIn(sent.product_id, n, "defect", shipped_line_id=sent.pk)]
        made = self.call(supply.request_return, CLERK, party_id=self.parties[order.party], lines=asked)
        self.call(supply.decide_return, SYSTEM, return_id=made)
        self.call(supply.send_return, CLERK, return_id=made)
        finding = Finding(every(ReturnLine, of_id=made).get().pk, n - damaged, damaged)
        self.call(ordering.inspect, CLERK, return_id=made, site_id=self.site_id, findings=[finding])
        amount = line.worth(line.returned, n)
        line.counts["returned"] += n
        self.add(f"{order.party} {line.product}", -n)
        self.add(f"{'quarantine' if damaged else 'warehouse'} {line.product}", n)
        self.add(f"owed {order.party}", -amount)
        for number, left in order.invoices.items():
            part = min(left, amount)
            order.invoices[number], amount = left - part, amount - part
        order.stand()
        return None

    def _row(self, order, line):
        gift = {"gift_of__gt": ""} if line.free else {"gift_of": ""}
        return every(OrderLine, order_id=order.id, product__code=line.product).get(**gift)


def lines_of(party, wishes):
    """Priced lines of (product, quantity), with what comes free."""
    made = []
    for product, quantity in wishes:
        gross = quantity * PRICE[product]
        net = gross - (nearest(gross * 2, 100) if party in GOLD else 0)
        made.append(Line(product, False, quantity, net, nearest(net * 13, 100)))
    return made + [Line(p, True, q // 10, 0, 0) for p, q in wishes if p in GIFTS and q >= 10]
