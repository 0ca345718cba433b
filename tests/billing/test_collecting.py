"""Ageing, reminders by level, the period close and the journal (X10, C171)."""

from datetime import date, timedelta

import pytest
from bills import DIRECTOR, FINANCE, ON, bill, faults, line, paid
from django.utils import timezone

from gongying.areas.billing import actions, queries
from gongying.areas.billing.models import Letter
from gongying.areas.billing.rules import LedgerMap, Reminders
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM
from gongying.core.closing import actions as closing
from gongying.core.closing import gate
from gongying.core.notices.models import Notice
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User
from gongying.core.policies import actions as policies
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def ago(days):
    return TODAY - timedelta(days=days)


def publish(kind, **document):
    version = policies.draft(
        SYSTEM, kind=kind, key=kind, title="x", document=document, effective_from=date(2026, 1, 1)
    )
    policies.publish(SYSTEM, version_id=version)


def test_what_is_owed_falls_into_buckets_and_adds_up_to_the_account(network):
    for days, yuan in ((-5, 1), (0, 2), (1, 4), (30, 8), (31, 16), (60, 32), (91, 64)):
        bill(network, yuan, on=ON, terms=0) if days == 0 else bill(
            network, yuan, on=ON - timedelta(days=max(0, days)), terms=max(0, -days)
        )
    actions.credit_note(
        SYSTEM, party_id=network.ids["D1"], currency="CNY", lines=[line(network.skus["P1"], -3, rate="0")],
        order="", delivery="RT", on=ON,
    )  # fmt: skip
    (row,) = queries.ageing(SYSTEM, on=ON)
    assert row.due_later_minor == 3_00, "on its due day a document is not late"
    assert row.late_minor == [12_00, 48_00, 0, 64_00]
    assert (row.credit_minor, row.total_minor) == (-3_00, 124_00)
    assert row.total_minor == money.exposure(network.ids["D1"], "CNY").owed
    publish("billing.rules", buckets=[45])
    (row,) = queries.ageing(SYSTEM, on=ON)
    assert row.late_minor == [28_00, 96_00]


def test_the_ageing_of_a_day_gone_by_is_that_of_its_evening(network):
    made = bill(network, 100, on=ago(40), terms=10)
    paid(network, 100, on=TODAY, text=made.number)
    assert queries.ageing(SYSTEM, on=TODAY) == []
    (row,) = queries.ageing(SYSTEM, on=ago(20))
    assert row.late_minor == [100_00, 0, 0, 0], "it was open then"


def test_X10_reminders_rise_with_the_days_and_are_not_repeated_too_soon(network):
    """X10: the level comes from the oldest overdue document; the same level again after the days of the policy."""
    sync_roles()
    User.objects.create_user("own", "x", name="Own", role="owner", party_id=network.ids["D1"])
    publish("billing.reminders", levels=[{"days": 5, "title": "一", "body": "{name} {amount} {days} {count}"}, {"days": 20, "title": "二", "body": "x"}], repeat_days=7)  # fmt: skip
    bill(network, 100, on=ago(6), terms=1)
    bill(network, 7, on=ago(3), terms=1)
    bill(network, 50, on=ago(3), terms=1, party="D2")
    done = actions.remind(FINANCE)
    assert done.letters == 1, "D2 is not late enough"
    letter = Letter.objects.unscoped("test").get()
    assert (letter.level, letter.overdue_minor, letter.days) == (1, 107_00, 5)
    assert letter.body == "CNRY-D1 杭州 107.00 CNY 5 2"
    assert Notice.objects.filter(link=f"/billing/reminders/letters/{letter.pk}/").count() == 1
    assert actions.remind(FINANCE).letters == 0, "told today"
    soon, again = (queries.to_remind(SYSTEM, TODAY + timedelta(days=d), only=[network.ids["D1"]]) for d in (6, 7))
    assert ([row.why for row in soon], [(row.level, row.why) for row in again]) == ([], [(1, "again")])
    (risen,) = queries.to_remind(SYSTEM, TODAY + timedelta(days=15), only=[network.ids["D1"]])
    assert (risen.level, risen.why) == (2, "reached")


def test_who_paid_or_owes_too_little_is_not_reminded(network):
    made = bill(network, 100, on=ago(40), terms=1)
    bill(network, 4, on=ago(40), terms=1, party="D2")
    publish("billing.reminders", least=5, levels=[{"days": 1, "title": "x", "body": "x"}])
    paid(network, 100, text=made.number)
    assert actions.remind(FINANCE).letters == 0


def test_levels_that_do_not_rise_or_fill_in_what_is_unknown_are_refused():
    for levels in (
        [{"days": 5, "title": "x", "body": "x"}, {"days": 5, "title": "x", "body": "x"}],
        [{"days": 5, "title": "x", "body": "{password}"}],
        [{"days": 5, "title": "x", "body": "{name.__class__}"}],
    ):
        with pytest.raises(ValueError, match=r"level|text"):
            Reminders.model_validate({"levels": levels})


def test_nothing_is_posted_into_a_closed_month_and_two_people_open_it(network):
    bill(network, 10, on=date(2026, 8, 5))
    closing.close(FINANCE, month="2026-08")
    for day in (date(2026, 8, 31), date(2026, 7, 1)):
        with pytest.raises(Refused) as no:
            bill(network, 10, on=day)
        assert no.value.code == "closed", "what lies before the first closed month is closed too"
    with pytest.raises(Refused):
        network.sell(network.line(yuan=5, on=date(2026, 8, 9), doc="LATE"))
    bill(network, 10, on=date(2026, 9, 1))
    closing.ask_reopen(FINANCE, month="2026-08", reason="an invoice was forgotten")
    with pytest.raises(Refused) as no:
        closing.reopen(FINANCE, month="2026-08")
    assert no.value.code == "four_eyes"
    closing.reopen(DIRECTOR, month="2026-08")
    bill(network, 10, on=date(2026, 8, 31))
    closing.close(FINANCE, month="2026-08")
    assert [row.state for row in gate.history()] == ["closed", "reopened"]
    assert faults() == {}


def test_months_are_closed_in_order_and_only_when_over(network):
    closing.close(FINANCE, month="2026-08")
    with pytest.raises(Refused) as no:
        closing.close(FINANCE, month="2026-10")
    assert no.value.code == "order"
    with pytest.raises(Refused) as no:
        closing.close(FINANCE, month=f"{TODAY:%Y-%m}")
    assert no.value.code == "not_over"
    with pytest.raises(Refused) as no:
        closing.close(FINANCE, month="2026-08")
    assert no.value.code == "closed"
    closing.close(FINANCE, month="2026-09")
    closing.ask_reopen(FINANCE, month="2026-09", reason="x")
    closing.keep_closed(DIRECTOR, month="2026-09")
    assert gate.closed(["2026-08", "2026-09", "2026-10"]) == {"2026-08", "2026-09"}


def test_the_journal_balances_voucher_by_voucher_and_is_the_same_file_again(network):
    bill(network, 1000, rate="0.13", on=date(2026, 10, 5))
    paid(network, 1130, on=date(2026, 10, 9))
    bill(network, 10, on=date(2026, 11, 2))
    found = queries.journal(SYSTEM, "2026-10")
    by_voucher = {}
    for row in found.rows:
        debit, credit = by_voucher.get(row.voucher, (0, 0))
        by_voucher[row.voucher] = (debit + row.debit, credit + row.credit)
    assert by_voucher
    assert all(debit == credit for debit, credit in by_voucher.values())
    invoice = [(row.code, str(row.debit or row.credit)) for row in found.rows if row.document.startswith("FP")]
    assert invoice == [("1122", "1130.00"), ("2221.01.02", "130.00"), ("6001", "1000.00")]
    text = queries.journal_csv(found)
    assert queries.journal_csv(queries.journal(SYSTEM, "2026-10")) == text
    first, again = (actions.export_journal(FINANCE, month="2026-10") for _turn in range(2))
    assert first.sha256 == again.sha256
    sums = {row[1]: row[3] - row[4] for row in queries.journal_sums(found)}
    assert sum(sums.values()) == 0


def test_the_mapping_is_a_policy_and_an_unknown_kind_is_refused(network, monkeypatch):
    publish("billing.ledger_map", accounts={"sales": {"code": "6001.07", "name": "电器收入"}}, word="转")
    bill(network, 10, on=date(2026, 10, 5))
    rows = queries.journal(SYSTEM, "2026-10").rows
    assert {row.code for row in rows} == {"1122", "6001.07"}
    assert rows[0].voucher == "转-202610-00001"
    monkeypatch.setattr(LedgerMap, "of", lambda self, kind: None)
    with pytest.raises(Refused) as no:
        queries.journal(SYSTEM, "2026-10")
    assert no.value.code == "unmapped"


def test_the_list_before_a_close_names_what_is_open(network):
    actions.read_bank(FINANCE, name="x.csv", text="日期,金额\n2026-10-01,5\n")
    paid(network, 5, on=date(2026, 10, 2))
    found = {check.count for check in queries.check_list(SYSTEM, "2026-10") if not check.well}
    assert found == {1}
    stops = [
        check for check in queries.check_list(SYSTEM, "2026-10", thorough=True) if check.must and not check.well
    ]
    assert [check.url for check in stops] == ["/billing/bank/"]
