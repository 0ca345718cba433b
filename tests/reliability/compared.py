"""What the house holds beside what the model says: stock by place and product, orders by number."""

from ledger import COUNTS, PRICE

from gongying.areas.orders.models import Order, OrderLine
from gongying.books.places.models import Site
from gongying.books.stock.models import Balance, Shelf


def every(model, **wanted):
    return model.objects.unscoped("test").filter(**wanted).order_by("id")


def same(found, said):
    """What the house says is what the model says; else what differs is told: (house, model) by name."""
    apart = {
        key: (found.get(key), said.get(key))
        for key in found.keys() | said.keys()
        if found.get(key) != said.get(key)
    }
    assert apart == {}


class Compared:
    """Both sides of the comparison; `world` and `model` are those of the machine."""

    def stock_is(self):
        kinds = dict(Site.objects.unscoped("test").values_list("id", "kind"))
        held = {}
        for row in every(Balance).exclude(quantity=0).select_related("product"):
            where = row.holder_id or kinds[row.site_id]
            held[where, row.product.code] = held.get((where, row.product.code), 0) + row.quantity
        aside = {
            ("aside", row.product.code): row.reserved
            for row in every(Shelf).exclude(reserved=0).select_related("product")
        }
        return held | aside

    def stock_should(self):
        m, found = self.model, {}
        for product in PRICE:
            found |= {
                ("warehouse", product): m.on_hand[product], ("transit", product): m.transit[product],
                ("quarantine", product): m.quarantine[product], ("aside", product): m.reserved(product),
            }  # fmt: skip
        found |= {(self.world.parties[party], product): n for (party, product), n in m.theirs.items()}
        return {where: n for where, n in found.items() if n}

    def orders_are(self):
        found = {number: (state, {}) for number, state in every(Order).values_list("number", "state")}
        for row in every(OrderLine).select_related("order", "product"):
            line = row.product.code, bool(row.gift_of)
            found[row.order.number][1][line] = (row.quantity, *(getattr(row, name) for name in COUNTS))
        return found

    def orders_should(self):
        return {
            order.number: (
                order.state,
                {(x.product, x.free): (x.quantity, *(x.counts[name] for name in COUNTS)) for x in order.lines},
            )
            for order in self.model.orders.values()
        }
