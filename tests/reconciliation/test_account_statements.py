"""Statements are drawn from what was posted, sent, confirmed with one click, and sealed (X10, C171)."""

import hashlib
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from october import FINANCE, OCT, day

from gongying.areas.reconciliation import actions, queries
from gongying.areas.reconciliation.models import LedgerLine, Statement
from gongying.areas.reconciliation.queries import pools
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM
from gongying.core.notices.models import Notice
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


def row_of(soa_id):
    return Statement.objects.unscoped("test").get(pk=soa_id)


def test_opening_and_documents_come_to_the_closing_by_account_and_currency(books):
    books.book("invoice", "INV-1", 1000, day(20, 9))
    books.book("invoice", "INV-2", 500)
    books.book("payment", "SK-1", 700, day(9))
    books.book("rebate", "JS-1", 30, day(31))
    books.book("invoice", "INV-U", 80, currency="USD")
    books.book("invoice", "INV-3", 999, day(1, 11))
    soa = books.draw()
    found = books.section(soa)
    assert (found.opening_minor, found.up_minor, found.down_minor, found.closing_minor) == (
        1000_00,
        500_00,
        700_00,
        800_00,
    )
    assert books.section(soa, "rebate").closing_minor == 30_00
    assert books.section(soa, currency="USD").closing_minor == 80_00
    assert queries.net(queries.sheet(row_of(soa))) == {"CNY": 770_00, "USD": 80_00}
    kinds = {(e.number, e.kind) for e in books.lines()}
    assert {("INV-2", "invoice"), ("SK-1", "payment"), ("JS-1", "rebate")} <= kinds


def test_net_and_tax_of_one_invoice_are_one_line(books):
    books.book("invoice", "INV-1", 100)
    books.book("tax", "INV-1", 13)
    soa = books.draw()
    (line,) = books.lines()
    assert (line.number, line.kind, line.amount_minor, line.legs.unscoped("test").count()) == (
        "INV-1",
        "invoice",
        113_00,
        2,
    )
    assert books.section(soa).lines == 1


def test_a_document_that_is_posted_late_is_stated_late_and_never_lost(books):
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    books.book("invoice", "INV-LATE", 40, day(30))
    books.book("invoice", "INV-9", 1, day(2, 11))
    assert books.section(soa).closing_minor == 100_00
    with pytest.raises(Refused) as no:
        actions.draw(FINANCE, month="2026-09", party_ids=[books.party])
    assert no.value.code == "order"
    nxt = Statement.objects.unscoped("test").get(pk=soa)
    late = pools.new_legs(books.party)
    assert {leg.number for leg in late} == {"INV-LATE", "INV-9"}
    actions.match(FINANCE, soa_id=nxt.pk)
    waiting = LedgerLine.objects.unscoped("test").filter(statement__isnull=True).values_list("number", flat=True)
    assert set(waiting) == {"INV-LATE", "INV-9"}
    assert list(queries.untold()) == []


def test_of_two_postings_at_once_the_one_that_is_seen_later_is_taken_up_too(books, monkeypatch):
    """The lower number commits last: a mark alone would pass it by."""
    books.book("invoice", "INV-1", 100)
    books.book("invoice", "INV-2", 50)
    every = money.transfers
    first = every(SYSTEM, start=date.min, end=date.max).first().pk
    monkeypatch.setattr(pools.money, "transfers", lambda *a, **k: every(*a, **k).exclude(pk=first))
    soa = books.draw()
    assert [e.number for e in books.lines()] == ["INV-2"]
    monkeypatch.setattr(pools.money, "transfers", every)
    actions.match(FINANCE, soa_id=soa)
    actions.match(FINANCE, soa_id=soa)
    assert [e.number for e in books.lines()] == ["INV-2", "INV-1"]
    assert list(queries.untold()) == []


def test_a_statement_is_for_a_month_that_is_over_and_drawn_once(books):
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    assert actions.draw(FINANCE, month=OCT, party_ids=[books.party]).soa_ids == []
    for month in ("2199-01", "2026Q3"):
        with pytest.raises(Refused):
            actions.draw(FINANCE, month=month, party_ids=[books.party])
    with pytest.raises(Refused):
        actions.draw(FINANCE, month=OCT, party_ids=list(range(201)))
    assert actions.draw(FINANCE, month=OCT, party_ids=[books.ids["D2"]]).empty == 1
    assert row_of(soa).number.startswith("DZ-202610-")


def test_what_is_not_sent_is_not_seen_by_the_distributor(books):
    books.book("invoice", "INV-1", 100)
    soa = books.draw(send=False)
    with pytest.raises(Missing):
        queries.statement(books.owner, soa_id=soa)
    with pytest.raises(Missing):
        actions.confirm(books.owner, soa_id=soa)
    assert queries.entries(books.owner).count() == 0
    assert actions.send(FINANCE, soa_ids=[soa]) == 1
    assert actions.send(FINANCE, soa_ids=[soa]) == 0
    assert queries.statement(books.owner, soa_id=soa).state == "sent"


def test_a_stranger_finds_no_statement(books):
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    line = books.lines()[0].pk
    for ask in (
        lambda: queries.statement(books.stranger, soa_id=soa),
        lambda: queries.statement_lines(books.stranger, soa_id=soa),
        lambda: actions.confirm(books.stranger, soa_id=soa),
        lambda: actions.acknowledge(books.stranger, soa_id=soa),
        lambda: actions.object_line(books.stranger, soa_line_id=line, reason="x"),
        lambda: actions.take_ledger(books.stranger, soa_id=soa, file_id=1),
    ):
        with pytest.raises(Missing):
            ask()


def test_one_click_confirms_and_seals_the_figures(books):
    books.book("invoice", "INV-1", 100)
    books.book("payment", "SK-1", 60, day(8))
    soa = books.draw()
    assert actions.acknowledge(books.owner, soa_id=soa) == "received"
    digest = actions.confirm(books.owner, soa_id=soa)
    row = row_of(soa)
    assert (row.state, row.confirmed_by, row.tacit) == ("confirmed", "owner", False)
    assert digest == row.figures_hash == hashlib.sha256(row.sealed.encode()).hexdigest()
    assert actions.confirm(books.owner, soa_id=soa) == digest
    assert list(queries.tampered()) == []
    assert all(e.settled for e in books.lines())
    with pytest.raises(Refused):
        actions.object_line(books.owner, soa_line_id=books.lines()[0].pk, reason="late")


def test_what_was_confirmed_cannot_be_changed_unnoticed(books, tamper):
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    actions.confirm(books.owner, soa_id=soa)
    entry = books.lines()[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerLine.objects.unscoped("test").filter(pk=entry.pk).update(amount_minor=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerLine.objects.unscoped("test").filter(pk=entry.pk).update(statement=None)
    tamper("reconciliation_ledgerline")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reconciliation_ledgerline SET amount_minor = 1 WHERE id = %s", [entry.pk])
    assert list(queries.tampered()) == [(row_of(soa).number, "figures")]
    assert [fault[1] for fault in queries.untold()] == ["receivable:CNY"]


def test_head_office_takes_a_confirmation_back_only_with_a_reason(books):
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    with pytest.raises(Refused):
        actions.reopen(FINANCE, soa_id=soa, reason="not confirmed")
    actions.confirm(books.owner, soa_id=soa)
    with pytest.raises(Refused) as no:
        actions.reopen(FINANCE, soa_id=soa, reason=" ")
    assert no.value.field == "reason"
    actions.reopen(FINANCE, soa_id=soa, reason="wrong rate")
    assert (row_of(soa).state, row_of(soa).figures_hash) == ("answered", "")
    assert not any(e.settled for e in books.lines())


def rules(**given):
    version = policies.draft(
        SYSTEM,
        kind="reconciliation.rules",
        key="rules",
        title="对账",
        document=given,
        effective_from=date(2026, 1, 1),
    )
    policies.publish(SYSTEM, version_id=version)


def test_the_policy_gives_the_day_of_the_answer_and_its_hash_is_kept(books):
    rules(answer_days=20)
    books.book("invoice", "INV-1", 100)
    row = row_of(books.draw())
    assert (row.due_on - row.sent_at.date()).days in (19, 20, 21)
    assert len(row.policy_hash) == 64


def test_silence_is_no_consent_unless_the_policy_says_so(books):
    """Reminders every few days, head office is told after the escalation days, nothing is confirmed by itself."""
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    due = row_of(soa).due_on
    told = [
        actions.tick(SYSTEM, party_ids=[books.party], on=date.fromordinal(due.toordinal() + n))
        for n in (-8, -7, 1, 5, 5, 6)
    ]
    assert [(t.reminded, t.escalated, t.tacit) for t in told] == [
        (0, 0, 0),
        (1, 0, 0),
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 0),
        (0, 0, 0),
    ]
    assert row_of(soa).state == "sent"
    kinds = list(row_of(soa).notes.unscoped("test").values_list("kind", flat=True))
    assert kinds == ["drawn", "sent", "reminded", "reminded", "escalated"]


def test_tacit_consent_where_a_policy_says_so(books):
    rules(tacit=True)
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    due = row_of(soa).due_on
    actions.tick(SYSTEM, party_ids=[books.party], on=due)
    assert row_of(soa).state == "sent"
    assert actions.tick(SYSTEM, party_ids=[books.party], on=date.fromordinal(due.toordinal() + 1)).tacit == 1
    assert (row_of(soa).state, row_of(soa).tacit) == ("confirmed", True)


def test_sending_and_answering_ring_the_right_bells(books):
    from gongying.core.people.models import User

    User.objects.create_user("boss", None, name="Boss", role="owner", party_id=books.party)
    User.objects.create_user("acc", None, name="Acc", role="finance")
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    assert Notice.objects.filter(link=f"/reconciliation/{soa}/").count() == 1
    actions.object_line(books.owner, soa_line_id=books.lines()[0].pk, reason="not ours")
    assert Notice.objects.filter(title__contains="差异").count() == 1
