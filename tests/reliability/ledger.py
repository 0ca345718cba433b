"""Order to cash as a dictionary: what the house must say after every step, reckoned by other code than the house's own.

Whole units and minor units only. It knows the trading world: prices of 10, 20 and 30 yuan, 2 % off for T001, one free for ten of the
first two products, 13 % tax on every line.
"""

from dataclasses import dataclass, field

PRICE = {"G001": 1000, "G002": 2000, "G003": 3000}
TAX, OFF, GOLD = 13, 2, "T001"
COUNTS = ("reserved", "shipped", "short", "delivered", "invoiced", "cancelled", "returned")


def nearest(above, below):
    """A fraction to the nearest whole number, halves up (nothing here is below zero)."""
    return (2 * above + below) // (2 * below)


class No(Exception):
    """The house must refuse this."""


@dataclass
class Line:
    """A line of an order; a free one costs nothing."""

    product: str
    free: bool
    quantity: int
    net: int
    tax: int
    counts: dict = field(default_factory=lambda: dict.fromkeys(COUNTS, 0))

    def __getattr__(self, name):
        if name in COUNTS:
            return self.counts[name]
        raise AttributeError(name)

    @property
    def open(self):
        return self.quantity - self.cancelled - self.shipped + self.short

    @property
    def lacking(self):
        return self.open - self.reserved

    def worth(self, before, count):
        """What so many units cost with tax after others were counted."""
        return sum(
            nearest(total * (before + count), self.quantity) - nearest(total * before, self.quantity)
            for total in (self.net, self.tax)
        )


@dataclass
class Order:
    """An order: its lines by product and whether they are free, and its invoices by number: what is open of each."""

    number: str
    id: int
    party: str
    state: str
    prepaid: bool
    lines: list
    total: int
    holds: bool = False
    invoices: dict = field(default_factory=dict)

    def line(self, product, free):
        return next(line for line in self.lines if (line.product, line.free) == (product, free))

    @property
    def held(self):
        """What is held for it on the account."""
        if not self.holds:
            return 0
        return sum(x.worth(x.invoiced, x.quantity - x.cancelled - x.invoiced) for x in self.lines)

    @property
    def settled(self):
        """Whether nothing is open of what was invoiced."""
        return not any(self.invoices.values())

    def stand(self):
        """Where an accepted order stands by what happened to its lines."""
        if self.state in ("paid", "closed"):
            return
        if all(x.cancelled == x.quantity for x in self.lines):
            self.state, self.holds = "cancelled", False
        elif any(x.open for x in self.lines):
            self.state = "approved" if any(x.lacking for x in self.lines) else "allocated"
        elif any(x.shipped > x.short + x.delivered for x in self.lines):
            self.state = "shipped"
        else:
            self.state = "paid" if self.settled else "invoiced"
        self.holds = self.holds and any(x.quantity > x.cancelled + x.invoiced for x in self.lines) and self.held > 0


class Ledger:
    """Everything that is anywhere, and everything that anybody owes."""

    def __init__(self, parties, each, limit):
        self.orders, self.shipments = {}, {}
        self.on_hand = dict.fromkeys(PRICE, each)
        self.transit, self.quarantine = dict.fromkeys(PRICE, 0), dict.fromkeys(PRICE, 0)
        self.theirs = {(party, product): 0 for party in parties for product in PRICE}
        self.limit, self.owed = limit, dict.fromkeys(parties, 0)
        self.payments = []  # [party, left], oldest first
        self.closed = False
        self.waiting = []  # orders before the credit desk, in the order in which they came there

    # what follows from the figures above

    def prepaid(self, party):
        return sum(left for who, left in self.payments if who == party)

    def held(self, party, prepaid):
        return sum(o.held for o in self.orders.values() if o.party == party and o.prepaid == prepaid)

    def own(self, party):
        """Money paid in advance that no order holds."""
        return self.prepaid(party) - self.held(party, True)

    def reserved(self, product):
        return sum(x.reserved for o in self.orders.values() for x in o.lines if x.product == product)

    def free(self, product):
        return self.on_hand[product] - self.reserved(product)

    def lines(self, party, wishes):
        """Priced lines of (product, quantity), with what comes free."""
        made = []
        for product, quantity in wishes:
            gross = quantity * PRICE[product]
            net = gross - (nearest(gross * OFF, 100) if party == GOLD else 0)
            made.append(Line(product, False, quantity, net, nearest(net * TAX, 100)))
        free = [Line(p, True, q // 10, 0, 0) for p, q in wishes if p != "G003" and q >= 10]
        return made + free

    def fits(self, party, total, prepaid, without=0):
        if prepaid:
            return self.own(party) + without >= total
        return self.limit + self.own(party) - self.owed[party] - self.held(party, False) + without >= total

    def _set_aside(self, order):
        for line in order.lines:
            line.counts["reserved"] += min(line.lacking, self.free(line.product))

    def _accept(self, order):
        order.holds = True
        order.holds = order.held > 0
        self._set_aside(order)
        order.stand()

    # steps

    def receive(self, product, quantity):
        self.on_hand[product] += quantity

    def place(self, party, wishes, prepaid):
        """An order that has no number yet."""
        lines = self.lines(party, wishes)
        total = sum(x.net + x.tax for x in lines)
        order = Order("", 0, party, "held", prepaid, lines, total)
        if self.fits(party, total, prepaid):
            self.orders[""] = order
            self._accept(order)
            del self.orders[""]
        else:
            self.waiting.append(order)
        return order

    def again(self, party):
        """What waits for credit goes on as soon as it fits, the oldest first."""
        self.waiting = [order for order in self.waiting if order.state == "held"]
        for order in [order for order in self.waiting if order.party == party]:
            if self.fits(party, order.total, order.prepaid):
                self.let_go(order)

    def let_go(self, order):
        """The credit desk lets a held order go; it is paid in advance only where the money is there."""
        order.prepaid = order.prepaid and self.own(order.party) >= order.total
        self._accept(order)

    def turn_down(self, order):
        order.state = "rejected"

    def allocate(self):
        """What is free goes to back-orders, the oldest first. Base units by number."""
        told = {}
        for order in sorted(self.orders.values(), key=lambda o: o.id):
            if order.state == "approved":
                before = sum(x.reserved for x in order.lines)
                self._set_aside(order)
                if sum(x.reserved for x in order.lines) > before:
                    told[order.number] = sum(x.reserved for x in order.lines) - before
                    order.stand()
        return told

    def ship(self, order, wanted):
        """Units by line; all that is set aside where none are named. Returns what goes, as (line, units)."""
        gone = wanted or [(x, x.reserved) for x in order.lines if x.reserved]
        if not gone:
            raise No
        for line, n in gone:
            line.counts["reserved"] -= n
            line.counts["shipped"] += n
            self.on_hand[line.product] -= n
            self.transit[line.product] += n
        order.stand()
        return gone

    def deliver(self, order, sent, lost, invoice):
        """A shipment arrives, less what is lost of its first line; what came is invoiced under that number."""
        amount = came = 0
        for place, (line, n) in enumerate(sent):
            got = n - (lost if place == 0 else 0)
            self.transit[line.product] -= n
            self.theirs[order.party, line.product] += got
            amount += line.worth(line.invoiced, got)
            line.counts["delivered"] += got
            line.counts["invoiced"] += got
            line.counts["short"] += n - got
            came += got
        if came:
            order.invoices[invoice] = 0
        if amount:
            self._invoiced(order, invoice, amount)
        order.stand()

    def _invoiced(self, order, invoice, amount):
        used = max(0, min(amount, self.own(order.party))) if order.prepaid else 0
        self.owed[order.party] += amount - used
        order.invoices[invoice] = amount - used
        self._spend(order.party, used)

    def _spend(self, party, amount):
        for payment in self.payments:
            if payment[0] == party:
                part = min(payment[1], amount)
                payment[1], amount = payment[1] - part, amount - part

    def cancel(self, order, wanted):
        """Units of one line, or what is open of everything."""
        if wanted is None:
            gone = [(x, x.open) for x in order.lines if x.open]
        else:
            line, n = wanted
            gone = [(line, n)]
            if not line.free and line.cancelled + n == line.quantity:  # free goods go with the line they came with
                gone += [(x, x.open) for x in order.lines if x.free and x.product == line.product and x.open]
        if not gone:
            raise No
        for line, n in gone:
            line.counts["reserved"] -= max(0, n - line.lacking)
            line.counts["cancelled"] += n
        if order.state == "held" and not all(x.cancelled == x.quantity for x in order.lines):
            return
        order.stand()

    def amend(self, order, wishes):
        """Everything anew. Refused where an accepted order would not fit any more."""
        lines = self.lines(order.party, wishes)
        total = sum(x.net + x.tax for x in lines)
        fits = self.fits(order.party, total, order.prepaid, without=order.held)
        if not fits and order.state != "held":
            raise No
        order.lines, order.total = lines, total
        self.waiting = [each for each in self.waiting if each is not order]
        if fits:
            self._accept(order)
        else:
            self.waiting.append(order)

    def split(self, order):
        """What is missing becomes an order of its own, which has no number yet."""
        gone = [(x, x.lacking) for x in order.lines if x.lacking]
        if not gone or sum(n for _x, n in gone) == sum(x.quantity - x.cancelled for x in order.lines):
            raise No
        made = []
        for line, n in gone:
            start = line.quantity - line.cancelled - n
            net, tax = (
                nearest(total * (start + n), line.quantity) - nearest(total * start, line.quantity)
                for total in (line.net, line.tax)
            )
            made.append(Line(line.product, line.free, n, net, tax))
            line.counts["cancelled"] += n
        other = Order("", 0, order.party, "", order.prepaid, made, sum(x.net + x.tax for x in made))
        self.orders[""] = other
        self._accept(other)
        del self.orders[""]
        order.stand()
        return other

    def pay(self, party, amount):
        self.payments.append([party, amount])

    def match(self, payment, order, invoice, amount):
        party = payment[0]
        if amount > payment[1] or amount > order.invoices[invoice] or amount > self.own(party):
            raise No
        payment[1] -= amount
        order.invoices[invoice] -= amount
        self.owed[party] -= amount
        order.stand()

    def give_back(self, order, line, good, damaged):
        """Units of a line come back: credited, and what is open of the order's invoices is settled, the oldest first."""
        amount = line.worth(line.returned, good + damaged)
        line.counts["returned"] += good + damaged
        self.theirs[order.party, line.product] -= good + damaged
        self.on_hand[line.product] += good
        self.quarantine[line.product] += damaged
        self.owed[order.party] -= amount
        for invoice, left in order.invoices.items():
            part = min(left, amount)
            order.invoices[invoice], amount = left - part, amount - part
        order.stand()
