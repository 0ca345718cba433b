"""Payments: what they settle by themselves and why, by hand, and back; deposits, prepayment, rebates, write-offs (X25)."""

from datetime import date

import pytest
from bills import DIRECTOR, FINANCE, ON, bill, faults, paid, rebate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongying.areas.billing import actions, queries
from gongying.areas.billing.models import BankLine, Payment
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM
from gongying.core.policies import actions as policies
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db


def item_of(made):
    return queries.invoice_row(SYSTEM, made.id).item_id


def left(network):
    return {row.document: row.open_minor for row in money.open_items(SYSTEM, on=ON, holder_id=network.ids["D1"])}


def place(network):
    return money.exposure(network.ids["D1"], "CNY")


def test_a_payment_settles_what_it_names_or_fits_and_the_rest_stays_prepaid(network):
    a, _b, c = (
        bill(network, yuan, on=date(2026, 10, day), order=f"SO-{day}")
        for yuan, day in ((100, 1), (250, 2), (70, 3))
    )
    assert paid(network, 250).left_minor == 0, "the amount fits one document exactly"
    assert left(network) == {a.number: 100_00, c.number: 70_00}
    named = paid(network, 90, text="货款 so-3 剩余预付")
    assert (named.matched_minor, named.left_minor) == (70_00, 20_00)
    assert place(network).prepaid == 20_00
    odd = paid(network, 33)
    assert (odd.matched_minor, odd.left_minor) == (0, 33_00), "neither named nor exact: somebody looks at it"
    found, _ids = queries.proposal(SYSTEM, queries.payment(SYSTEM, odd.id))
    assert [(use.document, use.amount, use.why) for use in found.uses] == [(a.number, 33_00, "oldest")]
    assert faults() == {}


def test_the_policy_says_whether_the_oldest_are_settled_without_asking(network):
    for rule, settled in (("oldest", 33_00), ("none", 0)):
        version = policies.draft(
            SYSTEM, kind="billing.rules", key="billing.rules", title="核销", document={"matching": rule}, effective_from=date(2026, 1, 1)
        )  # fmt: skip
        policies.publish(SYSTEM, version_id=version)
        bill(network, 100)
        assert paid(network, 33).matched_minor == settled


def test_matching_by_hand_in_parts_and_back(network):
    a, b = bill(network, 100), bill(network, 50)
    made = paid(network, 120, advance=True)
    assert made.matched_minor == 0
    assert actions.match(FINANCE, payment_id=made.id, uses=[(item_of(a), 80_00)]) == 40_00
    assert actions.match(FINANCE, payment_id=made.id, uses=[(item_of(a), 10_00), (item_of(b), 30_00)]) == 0
    assert left(network) == {a.number: 10_00, b.number: 20_00}
    with pytest.raises(Refused) as no:
        actions.match(FINANCE, payment_id=made.id, uses=[(item_of(b), 1)])
    assert no.value.code == "over"
    assert [
        (m.debit.document, m.amount_minor) for m in queries.documents_of(SYSTEM, queries.payment(SYSTEM, made.id))
    ] == [
        (a.number, 90_00),
        (b.number, 30_00),
    ]
    assert actions.unmatch(FINANCE, payment_id=made.id, item_id=item_of(a)) == 90_00
    assert left(network) == {a.number: 100_00, b.number: 20_00}
    assert (place(network).prepaid, place(network).owed) == (90_00, 120_00)
    with pytest.raises(Missing):
        actions.unmatch(FINANCE, payment_id=made.id, item_id=item_of(a))
    assert actions.match(FINANCE, payment_id=made.id, uses=[(item_of(a), 90_00)]) == 0
    assert faults() == {}


def test_more_than_is_open_and_what_is_of_others_is_refused(network):
    mine, other = bill(network, 10), bill(network, 10, party="D2")
    made = paid(network, 100, advance=True)
    with pytest.raises(Refused) as no:
        actions.match(FINANCE, payment_id=made.id, uses=[(item_of(mine), 11_00)])
    assert no.value.code == "over"
    with pytest.raises(Missing):
        actions.match(FINANCE, payment_id=made.id, uses=[(item_of(other), 1_00)])
    for uses in ([], [(item_of(mine), 0)], [(item_of(mine), -5)]):
        with pytest.raises(Refused):
            actions.match(FINANCE, payment_id=made.id, uses=uses)
    assert place(network).prepaid == 100_00
    assert faults() == {}


def test_an_order_paid_in_advance_is_settled_by_its_invoice(network):
    paid(network, 30, advance=True)
    paid(network, 100, advance=True)
    bill(network, 110, prepaid=True)
    assert left(network) == {}
    assert [row.left_minor for row in queries.payments(SYSTEM).order_by("id")] == [0, 20_00]
    bill(network, 50, prepaid=True)
    assert sum(left(network).values()) == 30_00
    assert place(network).prepaid == 0
    assert faults() == {}


def test_one_bank_reference_is_one_payment(network):
    paid(network, 5, reference="TX-1")
    with pytest.raises(Refused) as no:
        paid(network, 5, reference="TX-1")
    assert (no.value.code, no.value.field) == ("known", "reference")
    for wrong in ({"kind": "gift"}, {"on": date(2099, 1, 1)}):
        with pytest.raises(Refused):
            paid(network, 5, **wrong)
    assert Payment.objects.unscoped("test").count() == 1


def test_a_rebate_balance_settles_the_oldest_documents(network):
    d1 = network.ids["D1"]
    _a, b = bill(network, 40, on=date(2026, 10, 1)), bill(network, 50)
    rebate(SYSTEM, party_id=d1, yuan=100)
    with pytest.raises(Refused) as no:
        actions.offset_rebate(FINANCE, party_id=d1, currency="CNY", amount_minor=91_00)
    assert no.value.code == "over", "so much is not owed"
    actions.offset_rebate(FINANCE, party_id=d1, currency="CNY", amount_minor=60_00)
    assert left(network) == {b.number: 30_00}
    assert place(network).rebate == 40_00
    with pytest.raises(Refused) as no:
        actions.offset_rebate(FINANCE, party_id=d1, currency="CNY", amount_minor=41_00)
    assert no.value.code == "floor"
    assert faults() == {}


def test_deposits_stay_apart_and_go_back_by_two_people(network):
    d1 = network.ids["D1"]
    bill(network, 100)
    paid(network, 100, kind="deposit")
    assert (place(network).deposit, place(network).owed) == (100_00, 100_00)
    asked = actions.ask_refund(
        FINANCE, party_id=d1, currency="CNY", amount_minor=60_00, source="deposit", reason="contract ended"
    )
    with pytest.raises(Refused) as no:
        actions.approve(FINANCE, request_id=asked)
    assert no.value.code == "four_eyes"
    actions.approve(DIRECTOR, request_id=asked)
    assert place(network).deposit == 40_00
    with pytest.raises(Refused) as no:
        actions.ask_refund(FINANCE, party_id=d1, currency="CNY", amount_minor=41_00, source="deposit", reason="x")
    assert no.value.code == "floor"
    assert money.totals(SYSTEM, kind="bank") == {"CNY": -40_00}
    assert faults() == {}


def test_a_refund_takes_what_payments_have_left_and_never_what_is_used_meanwhile(network):
    d1 = network.ids["D1"]
    made = paid(network, 100, advance=True)
    asked = actions.ask_refund(
        FINANCE, party_id=d1, currency="CNY", amount_minor=70_00, source="prepaid", reason="overpaid"
    )
    invoice = bill(network, 50)
    actions.match(FINANCE, payment_id=made.id, uses=[(item_of(invoice), 50_00)])
    with pytest.raises(Refused) as no:
        actions.approve(DIRECTOR, request_id=asked)
    assert no.value.code == "floor"
    actions.reject(DIRECTOR, request_id=asked, answer="used meanwhile")
    again = actions.ask_refund(
        FINANCE, party_id=d1, currency="CNY", amount_minor=50_00, source="prepaid", reason="x"
    )
    actions.approve(DIRECTOR, request_id=again)
    assert place(network).prepaid == 0
    assert queries.payment(SYSTEM, made.id).left_minor == 0
    assert faults() == {}


def test_a_write_off_is_posted_by_a_second_person(network):
    made = bill(network, 100)
    asked = actions.ask_writeoff(FINANCE, item_id=item_of(made), amount_minor=100_00, reason="bankrupt")
    assert place(network).owed == 100_00, "asked is not decided"
    actions.approve(DIRECTOR, request_id=asked)
    assert (left(network), place(network).owed) == ({}, 0)
    assert money.totals(SYSTEM, kind="writeoff") == {"CNY": -100_00}
    with pytest.raises(Refused) as no:
        actions.approve(DIRECTOR, request_id=asked)
    assert no.value.code == "decided"
    with pytest.raises(Refused) as no:
        actions.ask_writeoff(FINANCE, item_id=item_of(made), amount_minor=1, reason="again")
    assert no.value.code == "over"
    assert faults() == {}


BANK = """招商银行,对账单
交易日期,贷方金额,借方金额,对方户名,摘要,交易流水号
2026/10/08,"1,000.00",,CNRY-D1 杭州,货款,TX-1
20261009,250.5,,某某个人,付 D2 货款,TX-2
2026-10-10,70,,路人甲,不知道,TX-3
2026-10-11,,88.00,供应商,付款,TX-4
"""


def test_a_bank_file_is_read_once_and_its_receipts_become_payments(network):
    made = actions.read_bank(FINANCE, name="oct.csv", text=BANK)
    assert actions.read_bank(FINANCE, name="again.csv", text=BANK) == made
    lines = list(BankLine.objects.unscoped("test").order_by("row"))
    seen = [(row.row, row.amount_minor, row.party_id, row.why) for row in lines]
    d1, d2 = network.ids["D1"], network.ids["D2"]
    assert seen == [(3, 1000_00, d1, "name"), (4, 250_50, d2, "code"), (5, 70_00, None, "")]
    bill(network, 1000)
    chosen = {lines[0].pk: d1, lines[1].pk: d2}
    assert actions.take_lines(FINANCE, bank_id=made, parties_by_line=chosen) == 2
    assert actions.take_lines(FINANCE, bank_id=made, parties_by_line=chosen) == 0, "taken once"
    assert left(network) == {}
    actions.skip_line(FINANCE, receipt_id=lines[2].pk)
    assert queries.waiting_receipts() == 0
    other = actions.read_bank(FINANCE, name="more.csv", text=BANK + "2026-10-12,5,,CNRY-D1 杭州,货款,TX-5\n")
    again = {row.pk: d1 for row in BankLine.objects.unscoped("test").filter(file_id=other)}
    assert actions.take_lines(FINANCE, bank_id=other, parties_by_line=again) == 2, "TX-3 and TX-5 are new"
    assert faults() == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a,b\n1,2\n", "header"),
        ("日期,金额\n2026-13-40,5\n", "date"),
        ("日期,金额\n2026-10-01,five\n", "amount"),
        ("日期,金额\n2026-10-01,0.001\n", "amount"),
        ("日期,金额\n", "rows"),
    ],
)
def test_a_file_that_cannot_be_read_says_where(network, text, code):
    with pytest.raises(Refused) as no:
        actions.read_bank(FINANCE, name="x.csv", text=text)
    assert no.value.code == code


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("ipmudr"), st.integers(1, 9)), max_size=10))
def test_the_books_agree_after_anything(network, steps):
    """Invoices, payments, matches, refunds in any order: the soundness questions find nothing and an account is its documents."""
    made, got = [], []
    for what, number in steps:
        try:
            if what == "i":
                made.append(bill(network, number * 10))
            elif what == "p":
                got.append(paid(network, number * 7))
            elif what == "m" and made and got:
                uses = [(item_of(made[number % len(made)]), number * 100)]
                actions.match(FINANCE, payment_id=got[number % len(got)].id, uses=uses)
            elif what == "u" and made and got:
                actions.unmatch(
                    FINANCE, payment_id=got[number % len(got)].id, item_id=item_of(made[number % len(made)])
                )
            elif what == "d" and made:
                asked = actions.ask_writeoff(
                    FINANCE, item_id=item_of(made[number % len(made)]), amount_minor=number * 100, reason="x"
                )
                actions.approve(DIRECTOR, request_id=asked)
            elif what == "r":
                asked = actions.ask_refund(
                    FINANCE, party_id=network.ids["D1"], currency="CNY", amount_minor=number * 100, source="prepaid", reason="x"
                )  # fmt: skip
                actions.approve(DIRECTOR, request_id=asked)
        except (Refused, Missing):
            continue
    assert faults() == {}
    unused = sum(queries.payments(SYSTEM).filter(kind="payment").values_list("left_minor", flat=True))
    assert place(network).prepaid == unused
