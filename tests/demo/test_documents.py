"""The last months of the story run through orders, shipments, deliveries, invoices and payments; the morning after finds open work.

Nothing of it may change what the story says (`test_load` compares every line), and everything that must be true of a database is.
"""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from gongying.areas.billing import queries as billing
from gongying.areas.channel import queries as channel
from gongying.areas.connections import queries as connections
from gongying.areas.credit import queries as credit
from gongying.areas.imports import queries as imports
from gongying.areas.orders import queries as orders
from gongying.areas.pricing import queries as pricing
from gongying.areas.reconciliation import queries as reconciliation
from gongying.areas.supply import queries as supply
from gongying.areas.warehouse import queries as warehouse
from gongying.books.lake import post as lake
from gongying.books.money import read as money
from gongying.books.prices.models import Price
from gongying.books.stock import read as stock
from gongying.books.trade import read as trade
from gongying.books.trade.models import Line
from gongying.core import soundness
from gongying.core.actor import SYSTEM
from gongying.core.approvals.models import Delegation
from gongying.core.journal import book
from gongying.flows.demo.seeds import documents
from gongying.flows.demo.seeds.clock import Clock
from gongying.flows.demo.seeds.load import Loader
from gongying.flows.demo.seeds.story import Story

from .conftest import END, given_away

TODAY = END + timedelta(days=1)


def test_a_delivery_of_the_story_is_the_delivery_of_an_order(loaded: Loader, small: Story) -> None:
    """The document posts the line: same day, party, product, quantity and net amount as the story says."""
    wanted: Counter[tuple[object, ...]] = Counter()
    for paper in loaded.carried.values():
        for sale in paper.lines:
            wanted[sale.day, sale.party, small.catalogue[sale.product].code, sale.quantity, sale.net] += 1
    for back in loaded.backs.values():
        for sale in back.lines:
            wanted[sale.day, sale.party, small.catalogue[sale.product].code, sale.quantity, sale.net] += 1
    found: Counter[tuple[object, ...]] = Counter()
    rows = Line.objects.unscoped("test").filter(source="orders").select_related("party", "product")
    rows = rows.exclude(document__in=given_away())  # goods that cost nothing, which no story of sales knows
    for line in rows:
        found[line.business_date, line.party.code, line.product.code, line.quantity, line.net_minor] += 1
    assert found == wanted
    assert len(loaded.carried) > 100
    numbers = {row.delivery.number for row in supply.shipments(SYSTEM) if hasattr(row, "delivery")} - set(
        given_away()
    )
    assert {line.document for line in rows if line.kind == "sale"} == numbers


def test_every_order_of_the_past_is_invoiced_at_what_it_came_to(loaded: Loader, small: Story) -> None:
    """An order's page, its invoice and the story agree to the fen before tax."""
    net: dict[str, int] = defaultdict(int)
    for invoice in billing.invoices(SYSTEM):
        net[invoice.order] += invoice.net_minor if invoice.kind == "invoice" else 0
    for document, paper in loaded.carried.items():
        order = orders.order_row(SYSTEM, loaded.trader.orders[document])
        assert net[order.number] == sum(sale.net for sale in paper.lines), document


def test_papers_bear_the_day_on_which_they_were_written(loaded: Loader) -> None:
    """An order of the past says that it was placed then, not when the demonstration was loaded."""
    for document, paper in list(loaded.carried.items())[::7]:
        order = orders.order_row(SYSTEM, loaded.trader.orders[document])
        assert order.placed_on == paper.ordered
        assert order.placed_at is not None
        assert order.placed_at.date() - paper.ordered <= timedelta(days=1)


def test_every_queue_has_open_work(loaded: Loader, small: Story) -> None:
    """What a visitor finds in the morning: something to do for everybody."""
    piles = Counter(orders.listed(SYSTEM).values_list("state", flat=True))
    assert orders.drafts(loaded.trader.who("owner")), "no draft"
    for state in ("submitted", "held", "approved", "allocated", "shipped", "invoiced", "paid"):
        assert piles[state], f"no order is {state}: {piles}"
    reasons = {code for row in credit.waiting(SYSTEM) for code in row.codes}
    assert {"limit", "overdue"} <= reasons
    assert {row.state for row in supply.returns(SYSTEM)} >= {"requested", "approved", "sent back", "credited"}
    assert supply.claims(SYSTEM).exists(), "a delivery was short"
    assert supply.runs(SYSTEM).filter(state="draft").exists(), "scarce goods are to be shared out"
    assert {row.level for row in billing.letters(SYSTEM)} >= {1, 2}
    assert billing.payments(SYSTEM).filter(left_minor__gt=0).exists(), "money that nobody has matched"
    assert billing.waiting_receipts()
    assert billing.requests(SYSTEM).exists()
    assert credit.proposals(SYSTEM).exists()
    assert set(pricing.specials(SYSTEM).values_list("state", flat=True)) >= {"approved", "submitted"}
    assert warehouse.recalls().exists()
    assert {row.state for row in reconciliation.statements(SYSTEM)} >= {"sent", "received", "confirmed", "answered"}


def test_what_both_sides_settled_is_there_beside_what_waits(loaded: Loader, small: Story) -> None:
    """Lists show more than one state: differences of account, limits, runs that share out, transfers, messages, delegations."""
    star = loaded.trader.who("owner")
    differences = reconciliation.differences(SYSTEM)
    assert set(differences.values_list("state", flat=True)) >= {"open", "agreed", "closed"}
    assert differences.filter(turn="party").exists()
    states = set(credit.grants(SYSTEM).filter(kind="temporary").values_list("state", flat=True))
    assert states >= {"proposed", "approved"}
    assert set(supply.runs(SYSTEM).values_list("state", flat=True)) >= {"draft", "applied"}
    assert supply.shares(star).exists(), "the star sees its share"
    assert supply.transfers(star).filter(state="on offer").exists()
    assert supply.claims(star).exists()
    assert channel.samples(star).exists()
    assert list(connections.keys(star))
    sent = set(connections.deliveries(star).values_list("state", flat=True))
    assert sent >= {"done", "queued"}
    assert Delegation.objects.filter(verb="ordering.approve", until__gt=TODAY).exists()
    assert billing.exported(), "a journal was handed over"
    assert stock.balances(SYSTEM).filter(site__kind="quarantine", quantity__gt=0).exists()
    assert Price.objects.filter(pack="CS", valid_from=TODAY).exists()
    assert imports.batches(loaded.trader.who("clerk")).exists()


def test_declarations_and_grades_differ(loaded: Loader, small: Story) -> None:
    """Some declare in time and count well, some late or carelessly, one not at all."""
    held = list(channel.declarations(SYSTEM))
    assert {row.state for row in held} >= {"submitted", "accepted"}
    assert any(row.submitted_on > row.due_on for row in held if row.submitted_on)
    grades = set(channel.grades(SYSTEM).filter(feed="").values_list("grade", flat=True))
    assert len(grades - {""}) >= 3, grades
    assert {row.state for row in channel.samples(SYSTEM)} >= {"unchecked", "checked"}
    assert channel.objections(SYSTEM).filter(state="open").exists()


def test_everything_that_must_be_true_is(loaded: Loader) -> None:
    """`gongying fsck` and `gongying verify` find nothing after the load."""
    while book.seal():
        pass
    book.deliver()
    assert [(asked.name, found) for asked, found in soundness.faults() if found] == []
    assert book.verify().whole
    assert book.stopped() == []
    lake.refresh()
    assert [*trade.check(), *money.check(), *stock.check(), *lake.check()] == []


def test_prices_are_the_same_from_the_order_to_the_delivery(story: Story) -> None:
    """An order is placed in the season of discounts and under the price list of its delivery."""
    since = documents.begins(story.end, 6, story.start)
    stops = [day for pair in documents.windows(since.year, story.end.year) for day in pair]
    for paper in documents.papers(story, since).values():
        assert since <= paper.ordered <= paper.shipped <= paper.day <= paper.known
        assert not any(paper.ordered < stop <= paper.day for stop in stops)
        for sale in paper.lines:
            assert story.catalogue[sale.product].at(paper.ordered) == story.catalogue[sale.product].at(paper.day)


def test_the_clock_of_the_story_never_goes_back() -> None:
    clock = Clock(END)
    before = clock.now()
    clock.set(END - timedelta(days=3))
    assert before < clock.now()
    clock.set(TODAY, 11)
    assert clock.today == TODAY


@pytest.mark.parametrize("months", [1, 6])
def test_the_months_through_documents_begin_with_a_month(months: int, story: Story) -> None:
    assert documents.begins(END, months, story.start).day == 1
