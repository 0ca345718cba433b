"""Random steps of order to cash, done by the house and by the ledger of the model; after every step both must say the same."""

from contextlib import contextmanager
from datetime import timedelta

from compared import Compared, every, same
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from ledger import PRICE, Ledger, No
from trading import CLERK, DIRECTOR, FINANCE

from gongying.areas.billing import actions as billing
from gongying.areas.billing.models import Invoice, Payment
from gongying.areas.credit import actions as credit
from gongying.areas.credit.models import Held
from gongying.areas.orders.actions import DraftLine
from gongying.areas.orders.models import OrderLine
from gongying.areas.supply import actions as supply
from gongying.areas.supply.actions import Finding, ReturnLineIn
from gongying.areas.supply.models import ReturnLine, ShipmentLine
from gongying.books.money import read as money
from gongying.books.stock import post as stock
from gongying.core import soundness
from gongying.core.actor import SYSTEM
from gongying.core.closing import actions as closing
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.journal import book
from gongying.core.refusal import Refused
from gongying.flows.ordering import actions as ordering

ACCEPTED, OPEN = ("approved", "allocated"), ("held", "approved", "allocated")
EACH, LIMIT = 25, 90_000_00
PICK = st.integers(0, 10**6)
BASKET = st.lists(
    st.tuples(st.sampled_from(list(PRICE)), st.integers(1, 24)), min_size=1, max_size=3, unique_by=lambda w: w[0]
)


@action(needs="tests.receive", roles=("admin",), name="tests.receive", exposed=False)
def _receive(actor, *, key: str, product_id: int, quantity: int, site_id: int) -> None:
    """Goods come into the warehouse."""
    row = stock.MoveIn(key, None, product_id, timezone.localdate(), quantity, site_id=site_id)
    stock.moves(actor, [row], source="test")


ACTIONS.pop("tests.receive", None)


@contextmanager
def refused():
    """The house must refuse what the model refuses, and nothing may have changed."""
    try:
        yield
    except Refused:
        return
    raise AssertionError("the house should have refused this")


def when(*states):
    """A rule that needs an order in one of these states."""
    return precondition(lambda self: any(order.state in states for order in self.model.orders.values()))


class Machine(Compared, RuleBasedStateMachine):
    """Steps of two distributors and of the house. `world` is set by the test; each run is undone at its end."""

    world = None

    @initialize()
    def begin(self):
        self.undo = transaction.atomic()
        self.undo._from_testcase = True  # the house's own transactions may lie within
        self.undo.__enter__()
        self.model = Ledger(list(self.world.parties), EACH, LIMIT)
        self.steps = 0
        self.payment_ids = []

    def teardown(self):
        if hasattr(self, "undo"):
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    def one(self, pick, **wanted):
        """One of the orders in a state, or None."""
        found = [o for o in self.model.orders.values() if o.state in wanted["states"]]
        return found[pick % len(found)] if found else None

    def owing(self, party):
        """Invoices of a distributor of which something is open."""
        mine = [order for order in self.model.orders.values() if order.party == party]
        return [(order, number) for order in mine for number, left in order.invoices.items() if left]

    def key(self):
        self.steps += 1
        return f"step-{self.steps}"

    def hear(self):
        while book.seal() + book.deliver():
            pass
        for party in self.world.parties:
            self.model.again(party)

    def row(self, order, line):
        return every(OrderLine, order_id=order.id, product__code=line.product).get(
            **({"gift_of__gt": ""} if line.free else {"gift_of": ""})
        )

    def written(self, order, number, pk):
        order.number, order.id = number, pk
        self.model.orders[number] = order

    @rule(product=st.sampled_from(list(PRICE)), quantity=st.integers(1, 30))
    def receive(self, product, quantity):
        _receive(
            SYSTEM,
            key=self.key(),
            product_id=self.world.products[product],
            quantity=quantity,
            site_id=self.world.site_id,
        )
        self.model.receive(product, quantity)

    @rule(
        pick=PICK,
        basket=BASKET,
        prepaid=st.sampled_from([False, False, True]),
        packs=st.sampled_from([1, 1, 1, 60]),
    )
    def place(self, pick, basket, prepaid, packs):
        """An order, now and then one that is far too large; sent twice under one name of a phone it is one."""
        party = list(self.world.parties)[pick % len(self.world.parties)]
        wishes = [(product, n * packs) for product, n in basket if n * packs < 50 or product == "G003"] or [
            ("G001", 9)
        ]
        if any(n >= 20 for p, n in wishes if p == "G003") or any(n >= 50 for _p, n in wishes):
            wishes = [(p, min(n, 19)) for p, n in wishes]  # below the steps, which the model does not know
        expected = self.model.place(party, wishes, prepaid)
        asked = {
            "party_id": self.world.parties[party], "lines": [DraftLine(p, n) for p, n in wishes], "prepaid": prepaid,
            "client_id": self.key(),
        }  # fmt: skip
        done = ordering.place(SYSTEM, **asked)
        assert (done.state, done.total_minor) == (expected.state, expected.total)
        self.written(expected, done.number, done.id)
        again = ordering.place(SYSTEM, **asked)
        assert (again.repeated, again.id) == (True, done.id)

    @when("held")
    @rule(pick=PICK, go_on=st.booleans())
    def decide(self, pick, go_on):
        """The credit desk lets an order go, or turns it down."""
        order = self.one(pick, states=("held",))
        if order is None:
            return
        waiting = every(Held, order=order.number, state="open").get()
        if go_on:
            credit.release(DIRECTOR, hold_id=waiting.pk, reason="test")
            self.model.let_go(order)
        else:
            credit.decline(DIRECTOR, hold_id=waiting.pk, reason="test")
            self.model.turn_down(order)

    @when("approved")
    @rule()
    def allocate(self):
        assert ordering.allocate_waiting(SYSTEM) == self.model.allocate()

    @when(*ACCEPTED)
    @rule(pick=PICK, whole=st.booleans())
    def ship(self, pick, whole):
        order = self.one(pick, states=("approved", "allocated"))
        if order is None:
            return
        aside = [line for line in order.lines if line.reserved]
        if not aside:
            with refused():
                ordering.ship(SYSTEM, order_id=order.id)
            return
        some = None if whole else [(aside[pick % len(aside)], 1 + pick % aside[pick % len(aside)].reserved)]
        asked = some and [ordering.ShipIn(self.row(order, line).place, n) for line, n in some]
        done = ordering.ship(SYSTEM, order_id=order.id, lines=asked)
        self.model.shipments[done.id] = order, self.model.ship(order, some)

    @precondition(lambda self: self.model.shipments)
    @rule(pick=PICK, lost=st.sampled_from([0, 0, 0, 1, 100]))
    def deliver(self, pick, lost):
        if not self.model.shipments:
            return
        shipment = list(self.model.shipments)[pick % len(self.model.shipments)]
        order, sent = self.model.shipments.pop(shipment)
        line, n = sent[0]
        gone = min(lost, n)
        mine = every(ShipmentLine, shipment_id=shipment, order_line=str(self.row(order, line).place)).get()
        before = set(every(Invoice).values_list("number", flat=True))
        ordering.deliver(SYSTEM, shipment_id=shipment, signed_by="王", received={str(mine.pk): n - gone})
        made = set(every(Invoice).values_list("number", flat=True)) - before
        self.model.deliver(order, sent, gone, made.pop() if made else "")
        assert not made

    @when(*OPEN)
    @rule(pick=PICK, part=st.booleans())
    def cancel(self, pick, part):
        order = self.one(pick, states=("held", "approved", "allocated"))
        if order is None:
            return
        open_lines = [line for line in order.lines if line.open]
        line = open_lines[pick % len(open_lines)]
        wanted = (line, 1 + pick % line.open) if part else None
        asked = wanted and [ordering.CancelLine(self.row(order, line).place, wanted[1])]
        state = ordering.cancel(SYSTEM, order_id=order.id, lines=asked, reason="test")
        self.model.cancel(order, wanted)
        assert order.state in (state, "paid")  # that it is paid it hears a moment later

    @when(*OPEN)
    @rule(pick=PICK, basket=BASKET)
    def amend(self, pick, basket):
        order = self.one(pick, states=("held", "approved", "allocated"))
        if order is None or any(line.shipped for line in order.lines):
            return
        wishes = [(product, min(n, 19)) for product, n in basket]
        asked = {"order_id": order.id, "lines": [DraftLine(p, n) for p, n in wishes], "reason": "test"}
        try:
            self.model.amend(order, wishes)
        except No:
            with refused():
                ordering.amend(SYSTEM, **asked)
            return
        ordering.amend(SYSTEM, **asked)

    @when("approved")
    @rule(pick=PICK)
    def split(self, pick):
        order = self.one(pick, states=("approved",))
        if order is None:
            return
        try:
            made = self.model.split(order)
        except No:
            with refused():
                ordering.split(SYSTEM, order_id=order.id)
            return
        done = ordering.split(SYSTEM, order_id=order.id)
        self.written(made, done.number, done.id)

    @rule(pick=PICK, steps=st.integers(1, 4))
    def forward(self, pick, steps):
        """The natural next steps: let go, ship, deliver, pay in full, close; or place an order where nothing waits."""
        for turn in range(steps):
            mine = pick + turn
            if self.model.shipments:
                self.deliver(mine, 0)
            elif any(self.owing(party) for party in self.world.parties):
                party = next(party for party in self.world.parties if self.owing(party))
                order, number = self.owing(party)[mine % len(self.owing(party))]
                self.pay(list(self.world.parties).index(party), order.invoices[number], False)
                self.match(len(self.payment_ids) - 1, 1, 0)
            elif self.one(mine, states=("paid",)):
                self.close_order(mine)
            elif self.one(mine, states=("held",)):
                self.decide(mine, True)
            elif any(x.reserved for o in self.model.orders.values() for x in o.lines):
                self.ship(mine, True)
            else:
                self.place(mine, [("G001", 10 + mine % 9), ("G003", 1 + mine % 5)], False, 1)
            self.hear()

    @rule(pick=PICK, amount=st.integers(1, 900_00), past=st.sampled_from([False, False, True]))
    def pay(self, pick, amount, past):
        """Money in advance; with a day of last month it is refused while that month is closed."""
        party = list(self.world.parties)[pick % len(self.world.parties)]
        on = last_month() if past else timezone.localdate()
        asked = {
            "party_id": self.world.parties[party],
            "currency": "CNY",
            "amount_minor": amount,
            "on": on,
            "advance": True,
        }
        if past and self.model.closed:
            with refused():
                billing.record_payment(FINANCE, **asked)
            return
        done = billing.record_payment(FINANCE, **asked)
        self.payment_ids.append((on, done.id))
        self.model.pay(party, amount)
        order = sorted(range(len(self.payment_ids)), key=lambda n: self.payment_ids[n])
        self.payment_ids = [self.payment_ids[n] for n in order]
        self.model.payments = [self.model.payments[n] for n in order]

    @precondition(lambda self: self.payment_ids and any(self.owing(party) for party in self.world.parties))
    @rule(pick=PICK, share=st.sampled_from([1, 1, 2, 3]), over=st.sampled_from([0, 0, 0, 0, 1]))
    def match(self, pick, share, over):
        """A payment settles an invoice, a part of it, or (which is refused) more than is open or free."""
        place = pick % len(self.payment_ids)
        payment = self.model.payments[place]
        owing = self.owing(payment[0])
        if not owing:
            return
        order, number = owing[pick % len(owing)]
        amount = max(1, min(order.invoices[number], payment[1]) // share) + over
        item = every(Invoice, number=number).get().item_id
        asked = {"payment_id": self.payment_ids[place][1], "uses": [(item, amount)]}
        try:
            self.model.match(payment, order, number, amount)
        except No:
            with refused():
                billing.match(FINANCE, **asked)
            return
        billing.match(FINANCE, **asked)

    @precondition(lambda self: any(x.delivered > x.returned for o in self.model.orders.values() for x in o.lines))
    @rule(pick=PICK, damaged=st.sampled_from([0, 0, 1]), rejected=st.sampled_from([0, 0, 1]))
    def give_back(self, pick, damaged, rejected):
        """Goods of a delivery come back: asked for, allowed, inspected, credited."""
        found = [
            (order, line) for order in self.model.orders.values() for line in order.lines
            if line.delivered > line.returned
        ]  # fmt: skip
        if not found:
            return
        order, line = found[pick % len(found)]
        row = self.row(order, line)
        for sent in every(ShipmentLine, shipment__order=order.number, order_line=str(row.place), received__gt=0):
            n = min(1 + pick % 3, (sent.received or 0) - supply.returning.already(sent))
            if n > 0:
                self._send_back(order, line, sent, n, min(damaged, n), rejected)
                return

    def _send_back(self, order, line, sent, n, damaged, rejected):
        asked = [ReturnLineIn(sent.product_id, n, "defect", shipped_line_id=sent.pk)]
        made = supply.request_return(CLERK, party_id=self.world.parties[order.party], lines=asked)
        supply.decide_return(SYSTEM, return_id=made)
        supply.send_return(CLERK, return_id=made)
        rejected = min(rejected, n - damaged)
        good = n - damaged - rejected
        mine = every(ReturnLine, of_id=made).get()
        finding = Finding(mine.pk, good, damaged, rejected)
        ordering.inspect(SYSTEM, return_id=made, site_id=self.world.site_id, findings=[finding])
        if good + damaged:
            self.model.give_back(order, line, good, damaged)

    @when("paid")
    @rule(pick=PICK)
    def close_order(self, pick):
        order = self.one(pick, states=("paid",))
        if order is not None:
            ordering.close(SYSTEM, order_id=order.id)
            order.state = "closed"

    @rule()
    def close_month(self):
        """Last month is closed; opened again by two."""
        code = f"{last_month():%Y-%m}"
        if self.model.closed:
            with refused():
                closing.close(FINANCE, month=code)
            closing.ask_reopen(FINANCE, month=code, reason="test")
            closing.reopen(DIRECTOR, month=code)
        else:
            closing.close(FINANCE, month=code)
        self.model.closed = not self.model.closed

    @invariant()
    def alike(self):
        """Everything that is anywhere, and everything that anybody owes, is what the model says."""
        if not hasattr(self, "model"):
            return
        self.hear()
        same(self.stock_is(), self.stock_should())
        for code, party in self.world.parties.items():
            now = money.exposure(party, "CNY")
            assert (now.owed, now.held, now.prepaid) == (
                self.model.owed[code], self.model.held(code, False), self.model.own(code)
            ), code  # fmt: skip
        same(self.orders_are(), self.orders_should())
        left = dict(every(Payment).values_list("id", "left_minor"))
        assert [left[pk] for _on, pk in self.payment_ids] == [each[1] for each in self.model.payments]
        assert {each.name: faults for each, faults in soundness.faults() if faults} == {}


def last_month():
    """A day of the month before this one."""
    return timezone.localdate().replace(day=1) - timedelta(days=1)
