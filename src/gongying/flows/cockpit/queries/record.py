"""What lies behind a distributor's figures: the stock he declared, the prices that hold for him, what happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Sum
from django.utils.translation import gettext_lazy as _

from gongying.areas.rewards import queries as rewards
from gongying.books.places import read as places
from gongying.books.plans import read as plans
from gongying.books.prices import read as prices
from gongying.books.stock import read as stock
from gongying.books.trade import read as trade
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.ui import links
from gongying.core.words import pick

AGES = ((30, "fresh"), (60, "ageing"), (90, "old"))  # days since the last issue; beyond the last it is slow-moving
LONGEST = 300


@dataclass(frozen=True)
class Held:
    """A product on a distributor's newest declaration: base units, value in minor units, and when it last went out.

    The value is the average net price he paid (all sell-in on record); None when he never bought it.
    """

    product: Any
    category: str
    quantity: int
    worth_minor: int | None
    currency: str
    issued_on: date | None
    idle_days: int | None
    age: str


@dataclass(frozen=True)
class Holding:
    """The newest declaration: its day, its rows by value, and the value of each age in minor units."""

    counted_on: date | None
    rows: list[Held]
    ages: dict[str, int]


def age_of(idle_days: int | None) -> str:
    """The class of stock by days since its last issue; never issued is slow.

    >>> [age_of(days) for days in (0, 30, 31, 90, 91, None)]
    ['fresh', 'fresh', 'ageing', 'old', 'slow', 'slow']
    """
    if idle_days is None:
        return "slow"
    return next((name for limit, name in AGES if idle_days <= limit), "slow")


def holding(actor: Actor, party_id: int) -> Holding:
    """The newest declared stock of a distributor in scope, by product, with its age."""
    last = stock.last_declared(actor, party_id).get(party_id)
    if last is None:
        return Holding(None, [], {})
    whole: dict[str, Any] = {"start": date(1970, 1, 1), "party_id": party_id}
    out = [
        trade.lines(actor, level=level, end=last + timedelta(days=1), **whole)
        for level in ("sell_through", "sell_out")
    ]
    issued: dict[int, date] = {}
    for rows in out:
        for product_id, day in (
            rows.filter(quantity__gt=0).order_by().values_list("product_id").annotate(last=Max("business_date"))
        ):
            issued[product_id] = max(day, issued.get(product_id, day))
    bought = trade.lines(actor, level="sell_in", end=date(2199, 1, 1), **whole).order_by()
    sums = bought.values_list("product_id", "currency").annotate(net=Sum("net_minor"), pieces=Sum("quantity"))
    worth = {
        product_id: (currency, Decimal(net) / pieces) for product_id, currency, net, pieces in sums if pieces > 0
    }
    found = []
    for row in (
        stock.counts(actor, holder_id=party_id, on=last).select_related("product__category").filter(quantity__gt=0)
    ):
        currency, each = worth.get(row.product_id, ("CNY", None))
        day = issued.get(row.product_id)
        idle = None if day is None else (last - day).days
        value = None if each is None else int((each * row.quantity).to_integral_value())
        group = row.product.category
        found.append(
            Held(
                row.product, pick(group.name, group.name_en), row.quantity, value, currency, day, idle, age_of(idle)
            )
        )
    ages: dict[str, int] = dict.fromkeys(("fresh", "ageing", "old", "slow"), 0)
    for held in found:
        ages[held.age] += held.worth_minor or 0
    return Holding(last, sorted(found, key=lambda h: -(h.worth_minor or 0)), ages)


@dataclass(frozen=True)
class Priced:
    """What a product costs a distributor on a day: dealer and list price in major units for `per` base units (one `pack`; "" is a
    base unit), with or without tax, and where the price is from."""

    product: Any
    currency: str
    dealer: Decimal | None
    listed: Decimal | None
    source: str
    since: date
    pack: str = ""
    per: int = 1
    tax_included: bool = False

    @property
    def discount(self) -> Decimal | None:
        """How far below the list price he buys, as a fraction."""
        return None if not self.listed or self.dealer is None else 1 - self.dealer / self.listed


def price_list(actor: Actor, party_id: int, on: date) -> list[Priced]:
    """The prices that hold for a distributor on a day, for one piece or the pack the price is written for; a list price for another
    pack is brought to that one, and one that counts tax otherwise is not set beside it."""
    dealer = {row.product_id: row for row in prices.holding(actor, party_id, on, kind="dealer")}
    listed = {row.product_id: row for row in prices.holding(actor, party_id, on, kind="list")}
    found = []
    for product_id, row in sorted({**listed, **dealer}.items(), key=lambda pair: pair[1].product.code):
        above, below = listed.get(product_id), dealer.get(product_id)
        source = f"{row.list_code} · {row.scope_key}" if row.scope_key else row.list_code
        bought = None if below is None else below.price
        shown = (
            None if above is None or above.tax_included != row.tax_included else above.price * row.per / above.per
        )
        found.append(
            Priced(
                row.product,
                row.currency,
                bought,
                shown,
                source,
                row.valid_from,
                row.pack,
                row.per,
                row.tax_included,
            )
        )
    return found


@dataclass(frozen=True)
class Event:
    """Something that happened with a distributor, with the page that shows it."""

    on: date
    kind: str
    text: Any
    amount_minor: int | None = None
    currency: str = "CNY"
    href: str = ""


def activity(actor: Actor, party_id: int, until: date) -> list[Event]:
    """The last year of a distributor, newest first, at most 300 events."""
    since = calendar.year_before(until)
    held = [*_papers(actor, party_id, since, until), *_agreements(actor, party_id, since, until)]
    return sorted(held, key=lambda event: event.on, reverse=True)[:LONGEST]


def _papers(actor: Actor, party_id: int, since: date, until: date) -> Iterator[Event]:
    """Invoices, returns and rebate statements."""
    rows = trade.lines(
        actor, level="sell_in", start=since, end=until + timedelta(days=1), party_id=party_id
    ).order_by()
    papers = rows.values_list("business_date", "document", "currency", "kind").annotate(net=Sum("net_minor"))
    for day, document, currency, kind, net in papers.order_by("-business_date", "document")[: LONGEST - 100]:
        text = _("Return %(document)s") if kind == "return" else _("Invoice %(document)s")
        href = f"/cockpit/distributors/{party_id}/lines/?q={document}"
        yield Event(
            day, "return" if kind == "return" else "invoice", text % {"document": document}, net, currency, href
        )
    theirs = rewards.statements(actor).filter(party_id=party_id, run__business_date__gte=since)
    for row, name in rewards.titled(theirs, 50):
        said = {"title": name, "number": row.run.number, "period": row.run.period}
        title = _("Statement %(number)s: %(title)s, %(period)s") % said
        href = links.to("statement", row.pk)
        yield Event(row.run.business_date, "statement", title, row.due_minor, row.currency, href)


def _agreements(actor: Actor, party_id: int, since: date, until: date) -> Iterator[Event]:
    """Territories, targets and stock declarations."""
    for row in places.territories(actor, party_id=party_id).filter(valid_from__gte=since, valid_from__lte=until)[
        :20
    ]:
        text = _("Territory %(name)s granted") % {"name": pick(row.region.name, row.region.name_en)}
        yield Event(row.valid_from, "territory", text)
    counts = stock.counts(actor, holder_id=party_id).filter(counted_on__gte=since, counted_on__lte=until).order_by()
    for day, products in counts.values_list("counted_on").annotate(products=Count("product_id", distinct=True)):
        href = f"/cockpit/distributors/{party_id}/stock/"
        yield Event(day, "declaration", _("Stock declared: %(count)s products") % {"count": products}, href=href)
    asked = plans.targets(
        actor, start=since.replace(month=1, day=1), end=date(until.year + 2, 1, 1), party_id=party_id
    )
    sums = asked.order_by().values_list("posted_at__date", "currency").annotate(total=Sum("amount_minor"))
    for day, currency, total in sums:
        if since <= day <= until:
            yield Event(day, "target", _("Targets agreed"), total, currency, links.to("targets", ""))
