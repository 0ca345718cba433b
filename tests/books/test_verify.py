"""`gongying verify`: what the facts say, the lines they told, and the balances that were kept."""

import pytest
from click.testing import CliRunner

from gongying.books.trade import read as trade
from gongying.books.trade.models import Line
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.site.cli import main

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(network, settings, tmp_path):
    """Three postings: sales with a return, a correction of both, an undone batch."""
    settings.DATA_DIR = tmp_path
    network.sell(network.line(yuan=10), network.line("D2", -3, doc="B", qty=-1), network.line(yuan=4, doc="C"))
    network.sell(network.line(yuan=12), network.line("D2", -2, doc="B", qty=-1))
    network.sell(network.line(yuan=7, doc="D"), batch_id=5)
    return network


def verify(*given):
    return CliRunner().invoke(main, ["verify", *given])


def test_all_is_well_and_said_in_two_lines(told):
    done = verify()
    assert done.exit_code == 0, done.output
    first, second = done.output.splitlines()
    assert first == f"whole: {book.verify().sealed} facts, head {book.verify().head}"
    assert second.startswith("books: ")


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": 9},
        {"gross_minor": 99, "net_minor": 99},
        {"freight_minor": 1},
        {"business_date": "2026-07-16"},
        {"currency": "USD"},
        {"document": "Z"},
        {"place": "X"},
        {"counterparty": "X"},
        {"party_id": None},
        {"level": "direct"},
    ],
)
def test_a_line_that_was_changed_by_hand_is_named(told, tamper, change):
    tamper("trade_line")
    lines = Line.objects.unscoped("test").order_by("id")
    change = change | ({"level": "direct"} if "party_id" in change else {})
    for row in (lines.filter(kind="sale").first(), lines.filter(kind="reversal").first()):
        assert list(trade.check()) == []
        lines.filter(pk=row.pk).update(**change)
        (found,) = trade.check()
        assert (found.line_id, Entry.objects.get(pk=found.entry_id).name) == (row.pk, "trade.lines_posted")
        done = verify()
        assert done.exit_code == 1
        assert f"line_id={row.pk}" in done.output
        lines.filter(pk=row.pk).update(**{name: getattr(row, name) for name in change})


def test_a_line_that_is_gone_exchanged_or_was_never_told_is_noticed(told, tamper):
    tamper("trade_line")
    lines = Line.objects.unscoped("test").order_by("id")
    extra = lines.last()
    extra.pk, extra.document, extra.business_key = None, "EXTRA", "EXTRA"
    extra.save(force_insert=True)
    assert {found.line_id for found in trade.check()} == {extra.pk}
    extra.delete()
    assert list(trade.check()) == []
    first = lines.get(document="C")
    lines.filter(pk=first.pk).delete()
    found = list(trade.check())
    assert [each.line_id for each in found] == [None]
    assert found[0].entry_id == Entry.objects.filter(name="trade.lines_posted").order_by("id").first().pk


def test_a_fact_that_was_changed_is_named_first(told, tamper):
    while book.seal():
        pass
    tamper("journal_entry")
    row = Entry.objects.filter(name="trade.lines_posted").first()
    Entry.objects.filter(pk=row.pk).update(payload=row.payload.replace("1", "2", 1))
    done = verify()
    assert done.exit_code == 1
    assert (
        done.output
        == f"BROKEN at position {row.position}: entry {row.pk} (trade.lines_posted) is not what was sealed\n"
    )
