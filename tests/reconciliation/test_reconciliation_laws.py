"""Laws that hold whatever is posted, sent and answered, in whatever order (X10)."""

import random
from datetime import date, timedelta

import pytest
from october import FINANCE

from gongying.areas.reconciliation import actions, queries
from gongying.areas.reconciliation.models import Difference, LedgerLine, Match, Statement
from gongying.core.refusal import Refused

MONTHS = ("2026-08", "2026-09", "2026-10")


def laws(books):
    """What must be true at any time."""
    assert list(queries.untold()) == []
    assert list(queries.tampered()) == []
    before = {}
    rows = list(Statement.objects.unscoped("test").order_by("end"))
    for row in rows:
        for section in queries.sheet(row):
            key = (section.account, section.currency)
            assert section.opening_minor == before.get(key, section.opening_minor), "opening is the last closing"
            before[key] = section.closing_minor
            if section.their_closing_minor is not None:
                steps = sum(step[3] for step in section.bridge)
                assert section.closing_minor + steps == section.their_closing_minor, (row.number, section.bridge)
    lines = LedgerLine.objects.unscoped("test")
    for match in Match.objects.unscoped("test"):
        held = list(lines.filter(match=match))
        between = sum(e.amount_minor if e.side == "ours" else -e.amount_minor for e in held)
        assert held
        assert between == match.difference_minor
    for each in Difference.objects.unscoped("test").exclude(state="closed").exclude(kind="opening"):
        held = list(lines.filter(difference=each, match__isnull=True, withdrawn=False))
        between = sum(e.amount_minor if e.side == "ours" else -e.amount_minor for e in held)
        assert held
        assert between == each.amount_minor
    stray = lines.filter(side="theirs", match__isnull=True, difference__isnull=True, withdrawn=False)
    assert stray.count() == 0, "a line of his is matched or a difference"


def ledger_of(dice, posted, month):
    """His version of a month: most lines as posted, some lacking, late, wrong, split or unknown to us."""
    rows = []
    for number, amount, on in posted:
        fate = dice.random()
        if on.month != month or fate < 0.12:
            continue
        cents = amount + (dice.choice([100, -100, 900]) if fate < 0.24 else 0)
        booked = min(on + timedelta(days=dice.randrange(3)), date(2026, month, 28))
        parts = [cents // 3, cents - cents // 3] if fate > 0.9 and abs(cents) > 10 else [cents]
        for place, part in enumerate(parts):
            name = number if len(parts) == 1 else f"{number}/{place}"
            sides = ("", f"{part / 100:.2f}") if part > 0 else (f"{-part / 100:.2f}", "")
            rows.append((booked.isoformat(), name, *sides, ""))
    if dice.random() < 0.5:
        rows.append(
            (date(2026, month, dice.randrange(1, 28)).isoformat(), f"X{dice.randrange(99)}", "33.00", "", "费用")
        )
    return rows


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_the_books_add_up(books, seed):
    """Three months of postings, ledgers, answers, corrections, waivers and confirmations by chance."""
    dice = random.Random(seed)  # noqa: S311 - the same story every time
    posted, number = [], 0
    for month in (8, 9, 10):
        for _document in range(7):
            number += 1
            kind = dice.choice(["invoice", "invoice", "payment"])
            amount, on = dice.randrange(100, 90_000), date(2026, month, dice.randrange(1, 29))
            books.book(kind, f"{'INV' if kind == 'invoice' else 'SK'}-{number:04d}", amount / 100, on)
            posted.append(
                (
                    f"INV-{number}" if kind == "invoice" else f"SK-{number}",
                    amount if kind == "invoice" else -amount,
                    on,
                )
            )
        soa = books.draw(f"2026-{month:02d}")
        laws(books)
        closings = {"receivable:CNY": dice.randrange(10**6)} if dice.random() < 0.3 else {}
        rows = ledger_of(dice, posted, month)
        if rows:
            books.take(soa, rows, closings=closings)
            laws(books)
            if dice.random() < 0.4:
                books.take(soa, dice.sample(rows, max(1, len(rows) - 2)), closings=closings)
                laws(books)
        for each in list(Difference.objects.unscoped("test").exclude(state="closed")):
            _something(dice, books, each, number)
            laws(books)
        try:
            actions.confirm(books.owner, soa_id=soa)
        except Refused:
            continue
        laws(books)


def _something(dice, books, each, number):
    """One thing that either side may do about a difference; a no is fine too."""
    what = dice.randrange(6)
    try:
        if what == 0:
            actions.waive(FINANCE, difference_id=each.pk, reason="x")
        elif what == 1:
            actions.concede(books.owner, difference_id=each.pk, text="x")
        elif what == 2:
            actions.accept(FINANCE, difference_id=each.pk)
        elif what == 3:
            actions.tell_apart(FINANCE, difference_id=each.pk)
        elif what == 4 and each.amount_minor > 0:
            books.book("credit", f"CN-{number}-{each.pk}", each.amount_minor / 100, date(2026, 11, 2))
            actions.match(FINANCE, soa_id=each.statement_id)
        else:
            actions.agree(FINANCE, difference_id=each.pk, corrects="house", text="x")
    except Refused:
        return


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_a_true_closing_leaves_nothing_unexplained(books, seed):
    """He says what his lines come to: whatever was matched, answered and corrected, the bridge needs no unknown opening."""
    dice = random.Random(100 + seed)  # noqa: S311 - the same story every time
    posted = []
    for month in (8, 9, 10):
        for number in range(8):
            amount, on = dice.randrange(100, 90_000), date(2026, month, dice.randrange(1, 29))
            books.book("invoice", f"INV-{month}{number:03d}", amount / 100, on)
            posted.append(
                (f"INV-{month}{number}" if dice.random() < 0.1 else f"inv {month}{number:03d}", amount, on)
            )
        soa = books.draw(f"2026-{month:02d}")
        rows = ledger_of(dice, posted, month)
        books.take(soa, rows)
        his = LedgerLine.objects.unscoped("test").filter(side="theirs", withdrawn=False)
        true = sum(his.values_list("amount_minor", flat=True))
        books.take(soa, rows, closings={"receivable:CNY": true})
        assert not Difference.objects.unscoped("test").filter(kind="opening").exists()
        for each in list(Difference.objects.unscoped("test").exclude(state="closed")):
            _something(dice, books, each, month)
        laws(books)
        section = books.section(soa)
        assert section.their_closing_minor == true
        assert not Difference.objects.unscoped("test").filter(kind="opening").exists()
