"""Both ledgers differ: found by file or by line, owned, and closed by the document that corrects them (X10, C171)."""

import pytest
from october import FINANCE, day

from gongying.areas.reconciliation import actions, queries
from gongying.areas.reconciliation.models import Difference, LedgerLayout, LedgerLine, Statement
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


def row_of(soa_id):
    return Statement.objects.unscoped("test").get(pk=soa_id)


def difference(**which):
    return Difference.objects.unscoped("test").get(**which)


def bridged(books, soa_id, account="receivable"):
    """The bridge of a section, checked to add up: [(kind, reason, minor units)]."""
    found = books.section(soa_id, account)
    assert found.closing_minor + sum(step[3] for step in found.bridge) == found.their_closing_minor
    return [(kind, reason, amount) for kind, reason, _count, amount in found.bridge]


def test_two_ledgers_document_by_document(books):
    """Same number in another spelling, one payment for two invoices, an amount that differs, one in transit, one he lacks."""
    books.book("invoice", "INV-0001", 100)
    books.book("invoice", "INV-0002", 200)
    books.book("invoice", "INV-0003", 450)
    books.book("invoice", "INV-0004", 70, day(30))
    books.book("payment", "SK-1", 300, day(12))
    soa = books.draw()
    rows = [
        ("2026-10-05", "inv 1", "", "100.00", ""),
        ("2026/10/06", "ＩＮＶ－０００２", "", "200.00", ""),
        ("2026-10-05", "INV-0003", "", "400.00", ""),
        ("2026-10-12", "PAY-9", "100.00", "", ""),
        ("2026-10-12", "PAY-10", "200.00", "", ""),
        ("2026-10-20", "PAY-11", "25.00", "", "样品费"),
    ]
    ran = books.take(soa, rows).ran
    assert (ran.matched, ran.open) == (3, 3)
    assert sorted(books.open_ones()) == [
        ("amount", "amount", "INV-0003", 5000),
        ("ours", "transit", "INV-0004", 7000),
        ("theirs", "missing", "PAY-11", 2500),
    ]
    assert bridged(books, soa) == [
        ("amount", "amount", -5000),
        ("ours", "transit", -7000),
        ("theirs", "missing", -2500),
    ]
    assert books.section(soa).their_closing_minor == 375_00
    assert row_of(soa).state == "answered"
    turns = {d.number: d.turn for d in Difference.objects.unscoped("test")}
    assert turns == {"INV-0003": "house", "INV-0004": "", "PAY-11": "house"}
    dues = {
        d.number: (d.due_on - d.opened_on).days if d.due_on else None for d in Difference.objects.unscoped("test")
    }
    assert dues == {"INV-0003": 30, "INV-0004": None, "PAY-11": 30}


def test_a_correction_posted_later_closes_its_difference_by_itself(books):
    books.book("invoice", "INV-3", 450)
    soa = books.draw()
    books.take(soa, [("2026-10-05", "INV-3", "", "400.00", "")])
    assert [d[0] for d in books.open_ones()] == ["amount"]
    books.book("credit", "CN-1", 50, day(3, 11))
    ran = actions.match(FINANCE, soa_id=soa)
    assert (ran.closed, ran.open) == (1, 0)
    row = difference()
    assert (row.state, row.how) == ("closed", "matched")
    assert bridged(books, soa) == [("ours", "transit", -5000)], "as of October the books still differed"


def test_a_difference_lives_over_months_until_its_partner_comes(books):
    """His payment of 30 October is ours of 2 November: in transit in October, nothing in November."""
    books.book("invoice", "INV-1", 100, day(1, 9))
    books.book("payment", "SK-7", 60, day(2, 10))
    sep = books.draw("2026-09")
    books.take(sep, [("2026-09-02", "INV-1", "", "100.00", ""), ("2026-09-29", "银行 5521", "60.00", "", "")])
    assert books.open_ones() == [], "our payment of October was posted already"
    assert bridged(books, sep) == [("theirs", "transit", -6000)]
    octo = books.draw("2026-10")
    books.take(octo, [("2026-10-08", "X", "", "5.00", "")])
    assert bridged(books, octo) == [("theirs", "missing", 500)]
    books.book("invoice", "X", 5, day(8))
    assert actions.match(FINANCE, soa_id=octo).closed == 1


def test_what_he_says_of_his_closing_is_held_against_the_lines(books):
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    books.take(soa, [("2026-10-05", "INV-1", "", "100.00", "")], closings={"receivable:CNY": 130_00})
    assert books.open_ones() == [("opening", "opening", "", -30_00)]
    assert bridged(books, soa) == [("opening", "opening", 3000)]
    with pytest.raises(Refused):
        actions.confirm(books.owner, soa_id=soa)
    actions.waive(FINANCE, difference_id=difference().pk, reason="before our time")
    assert bridged(books, soa) == [("opening", "settled", 3000)]
    actions.confirm(books.owner, soa_id=soa)


def test_a_ledger_sent_again_replaces_the_first_line_by_line(books):
    books.book("invoice", "INV-1", 100)
    books.book("invoice", "INV-2", 200)
    soa = books.draw()
    books.take(soa, [("2026-10-05", "INV-1", "", "100.00", ""), ("2026-10-06", "WRONG", "", "7.00", "")])
    assert {d[2] for d in books.open_ones()} == {"WRONG", "INV-2"}
    books.take(soa, [("2026-10-05", "INV-1", "", "100.00", ""), ("2026-10-06", "INV-2", "", "200.00", "")])
    assert books.open_ones() == []
    live = LedgerLine.objects.unscoped("test").filter(side="theirs", withdrawn=False)
    assert sorted(live.values_list("number", flat=True)) == ["INV-1", "INV-2"]
    assert bridged(books, soa) == []


def test_the_same_lines_in_the_file_of_the_next_month_are_known(books):
    books.book("invoice", "INV-1", 100, day(5, 9))
    books.take(books.draw("2026-09"), [("2026-09-05", "INV-1", "", "100.00", "")])
    books.book("invoice", "INV-2", 100, day(5))
    both = [("2026-09-05", "INV-1", "", "100.00", ""), ("2026-10-05", "INV-2", "", "100.00", "")]
    taken = books.take(books.draw(), both)
    assert (taken.lines, taken.skipped, taken.ran.open) == (1, 1, 0)


def test_columns_are_remembered_and_a_file_written_from_our_side_is_turned(books):
    books.book("invoice", "INV-1", 100)
    books.book("payment", "SK-1", 40, day(9))
    soa = books.draw()
    header = ("入账日", "编号", "应收增加", "应收减少", "说明")
    rows = [("2026-10-05", "INV-1", "100.00", "", ""), ("2026-10-09", "SK-1", "", "40.00", "")]
    with pytest.raises(Refused) as no:
        books.take(soa, rows, header=header)
    assert no.value.code == "columns"
    chosen = {"day": "入账日", "number": "编号", "debit": "应收增加", "credit": "应收减少", "text": "说明"}
    assert books.take(soa, rows, header=header, columns=chosen).ran.open == 0
    kept = LedgerLayout.objects.unscoped("test").get()
    assert (kept.turned, kept.columns["debit"]) == (True, "应收增加")
    assert books.take(soa, rows, header=header).ran.open == 0


def test_half_a_ledger_is_no_ledger(books):
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    for rows, code in (
        ([("soon", "INV-1", "", "1", "")], "rows"),
        ([("2026-10-05", "INV-1", "", "", "")], "empty"),
    ):
        with pytest.raises(Refused) as no:
            books.take(soa, rows)
        assert no.value.code == code
    assert books.lines("theirs") == []


def test_he_answers_line_by_line_without_a_file(books):
    books.book("invoice", "INV-1", 100)
    books.book("invoice", "INV-2", 200)
    soa = books.draw()
    one, two = books.lines()
    first = actions.object_line(books.owner, soa_line_id=one.pk, reason="we have 90", their_minor=90_00)
    actions.object_line(books.owner, soa_line_id=two.pk, reason="never arrived")
    third = actions.add_line(
        books.owner,
        soa_id=soa,
        account="receivable",
        currency="CNY",
        day=day(30),
        number="PAY-1",
        amount_minor=-25_00,
        reason="paid",
    )
    assert sorted(d[:2] for d in books.open_ones()) == [
        ("amount", "amount"),
        ("ours", "missing"),
        ("theirs", "transit"),
    ]
    assert bridged(books, soa) == [
        ("amount", "amount", -1000),
        ("ours", "missing", -20000),
        ("theirs", "transit", -2500),
    ]
    with pytest.raises(Refused) as no:
        actions.object_line(books.owner, soa_line_id=one.pk, reason="again")
    assert no.value.code == "answered"
    with pytest.raises(Refused) as no:
        actions.confirm(books.owner, soa_id=soa)
    assert no.value.code == "open"
    actions.withdraw(books.owner, difference_id=first)
    actions.withdraw(books.owner, difference_id=difference(number="INV-2").pk, reason="found it")
    assert [d[1] for d in books.open_ones()] == ["transit"]
    actions.confirm(books.owner, soa_id=soa)
    assert difference(pk=third).state == "open", "what is in transit is confirmed as such"
    assert '"PAY-1",-2500' not in row_of(soa).sealed
    assert '"PAY-1",2500' in row_of(soa).sealed


def test_a_payment_he_names_is_found_in_our_books_at_once(books):
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    books.book("payment", "SK-5", 25, day(1, 11))
    made = actions.add_line(
        books.owner,
        soa_id=soa,
        account="receivable",
        currency="CNY",
        day=day(31),
        number="",
        amount_minor=-25_00,
        reason="paid",
    )
    assert made == 0
    assert books.open_ones() == []


def test_what_comes_from_a_file_is_not_taken_back_by_a_click(books):
    books.book("invoice", "INV-1", 100)
    books.book("invoice", "INV-2", 200)
    soa = books.draw()
    books.take(soa, [("2026-10-05", "INV-1", "", "100.00", "")])
    row = difference(number="INV-2")
    with pytest.raises(Refused) as no:
        actions.withdraw(books.owner, difference_id=row.pk)
    assert no.value.code == "ledger"
    actions.concede(books.owner, difference_id=row.pk, text="we book it in November")
    assert (difference(pk=row.pk).state, difference(pk=row.pk).turn) == ("agreed", "party")
    actions.confirm(books.owner, soa_id=soa)
    assert "INV-2" in row_of(soa).sealed


def test_a_difference_has_an_owner_an_age_and_a_next_step(books):
    from gongying.core.people.models import User

    User.objects.create_user("acc", None, name="Acc", role="finance")
    books.book("invoice", "INV-1", 100)
    soa = books.draw()
    made = actions.object_line(books.owner, soa_line_id=books.lines()[0].pk, reason="not ours")
    assert (
        actions.assign(
            FINANCE, difference_ids=[made], owner="acc", next_step="ask the warehouse", due_on=day(20, 11)
        )
        == 1
    )
    with pytest.raises(Refused):
        actions.assign(FINANCE, difference_ids=[made], owner="nobody")
    actions.say(FINANCE, difference_id=made, text="please send the delivery note")
    assert difference().turn == "party"
    actions.say(books.owner, difference_id=made, text="here it is")
    (view,) = queries.open_differences(FINANCE)
    assert (view.owner, view.turn, view.number) == ("acc", "house", "INV-1")
    assert view.age > 0
    (his,) = queries.open_differences(books.owner)
    assert his.owner == "", "who works at head office is not the distributor's business"
    said = [(n.kind, n.side) for n in queries.said(FINANCE, difference())]
    assert said == [
        ("opened", "party"),
        ("said", "party"),
        ("assigned", "house"),
        ("said", "house"),
        ("said", "party"),
    ]
    for ask in (
        lambda: actions.say(books.stranger, difference_id=made, text="x"),
        lambda: actions.withdraw(books.stranger, difference_id=made),
        lambda: actions.concede(books.stranger, difference_id=made, text="x"),
    ):
        with pytest.raises(Missing):
            ask()
    assert queries.differences(books.stranger).count() == 0
    assert row_of(soa).state == "answered"


def test_a_proposal_is_accepted_or_told_apart_once_and_for_all(books):
    books.book("invoice", "INV-1", 100)
    books.book("invoice", "INV-2", 123, day(6))
    soa = books.draw()
    books.take(soa, [("2026-10-25", "A1", "", "100.00", ""), ("2026-10-06", "B2", "", "132.00", "")])
    assert [d[:2] for d in books.open_ones()] == [("proposed", "far"), ("proposed", "digits")]
    far, digits = Difference.objects.unscoped("test").order_by("id")
    with pytest.raises(Refused) as no:
        actions.accept(FINANCE, difference_id=digits.pk)
    assert no.value.code == "differs"
    actions.accept(FINANCE, difference_id=far.pk)
    assert actions.tell_apart(FINANCE, difference_id=digits.pk) == 2
    assert sorted(d[:3] for d in books.open_ones()) == [("ours", "missing", "INV-2"), ("theirs", "missing", "B2")]
    assert actions.match(FINANCE, soa_id=soa).open == 2, "what a person told apart is not proposed again"
    assert bridged(books, soa) == [("ours", "missing", -12300), ("theirs", "missing", 13200)]


def test_what_is_let_stand_needs_a_reason_and_stays_in_every_later_bridge(books):
    books.book("invoice", "INV-1", 100.07, day(5, 9))
    sep = books.draw("2026-09")
    books.take(sep, [("2026-09-05", "INV-1", "", "100.00", "")])
    with pytest.raises(Refused):
        actions.waive(FINANCE, difference_id=difference().pk, reason="")
    actions.waive(FINANCE, difference_id=difference().pk, reason="seven cents")
    assert bridged(books, sep) == [("matched", "waived", -7)]
    books.book("invoice", "INV-2", 10)
    octo = books.draw()
    books.take(octo, [("2026-10-05", "INV-2", "", "10.00", "")], closings={"receivable:CNY": 110_00})
    assert bridged(books, octo) == [("opening", "settled", -7)]
    assert books.open_ones() == []


def test_another_currency_is_a_reason_of_its_own(books):
    books.book("invoice", "INV-1", 100, currency="USD")
    soa = books.draw()
    rows = [("2026-10-05", "INV-1", "", "100.00", "", "CNY")]
    books.take(
        soa, rows, header=("日期", "单据编号", "借方", "贷方", "摘要", "币种"), closings={"receivable:USD": 0}
    )
    assert sorted(d[:2] for d in books.open_ones()) == [("ours", "currency"), ("theirs", "currency")]
