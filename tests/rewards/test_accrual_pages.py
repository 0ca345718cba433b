"""The pages of accruals: preview, submit, approve, drill, the entries for the general ledger; who may not. C129, X05, X41."""

import io
from datetime import date

import openpyxl
import pytest
from accrual_pages import browser
from runs import FINANCE

from gongying.areas.billing import queries as billing
from gongying.areas.rewards import actions
from gongying.areas.rewards.actions import accruing
from gongying.areas.rewards.models import AccrualHandover, AccrualLine, AccrualRun
from gongying.core.actor import SYSTEM, Actor
from gongying.core.closing import actions as closing
from gongying.core.closing import gate
from gongying.core.policies import forms
from gongying.core.policies import kinds as policy_kinds
from gongying.core.refusal import Refused
from gongying.flows.settlement import actions as flow
from gongying.flows.settlement import queries as journals

pytestmark = pytest.mark.django_db
OTHER = Actor("other", role="finance", may=frozenset({"*"}), parties=None)


@pytest.fixture
def quarter(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(
        network.line(yuan=9000, on=date(2026, 7, 15)), network.line("D2", yuan=500, on=date(2026, 7, 15), doc="B1")
    )
    return network


def accrued(month):
    done = accruing.accrue(FINANCE, month=month)
    accruing.approve_accrual(OTHER, run_id=done.run_id)
    return done.run_id


def test_from_the_preview_to_the_posted_run(quarter):
    director, finance = browser(quarter, "director"), browser(quarter, "finance")
    text = director.get("/rewards/accruals/preview/?month=2026-07").content.decode()
    assert "¥90.00" in text
    assert "¥5.00" in text
    answer = director.post("/rewards/accruals/submit/", {"month": "2026-07"})
    run = AccrualRun.objects.get()
    assert answer.url == f"/rewards/accruals/runs/{run.pk}/"
    assert "somebody else must approve it" in director.get(answer.url).content.decode()
    assert "Approve and book" in finance.get(answer.url).content.decode()
    finance.post(f"{answer.url}decide/", {"verdict": "approve"})
    run.refresh_from_db()
    assert (run.state, run.decided_by) == ("posted", "finance@accrual")
    report = finance.get("/rewards/accruals/?month=2026-07").content.decode()
    assert "= ¥95.00" in report
    line = AccrualLine.objects.unscoped("test").order_by("id").first()
    panel = finance.get(f"/rewards/accruals/lines/{line.pk}/", headers={"X-Panel": "1"}).content.decode()
    for word in ("Scenarios", "Constraint", "¥9,000.00", run.number):
        assert word in panel
    book = openpyxl.load_workbook(io.BytesIO(finance.get("/rewards/accruals/?month=2026-07&export=xlsx").content))
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    assert [row[-5:] for row in rows] == [(0, 90, 0, 0, 90), (0, 5, 0, 0, 5)]


def test_turned_down_and_nothing_to_book(quarter):
    finance, other = browser(quarter, "finance"), browser(quarter, "admin")
    finance.post("/rewards/accruals/submit/", {"month": "2026-07"})
    run = AccrualRun.objects.get()
    other.post(f"/rewards/accruals/runs/{run.pk}/decide/", {"verdict": "void"})
    run.refresh_from_db()
    assert run.state == "void"
    accrued("2026-07")
    answer = finance.post("/rewards/accruals/submit/", {"month": "2026-07"})
    assert answer.url == "/rewards/accruals/"
    assert AccrualRun.objects.count() == 2


def test_what_a_settlement_paid_is_used_by_a_button(quarter):
    accrued("2026-07")
    finance = browser(quarter, "finance")
    assert "Use it now" not in finance.get("/rewards/accruals/").content.decode()
    done = actions.settle(SYSTEM, programme="annual", period="2026Q3")
    actions.approve(FINANCE, run_id=done.run_id)
    text = finance.get("/rewards/accruals/").content.decode()
    assert "Use it now" in text
    assert done.number in text
    finance.post("/rewards/accruals/submit/", {"run": str(done.run_id)})
    run = AccrualRun.objects.latest("id")
    assert (run.kind, run.document, run.state) == ("use", done.number, "pending")
    accruing.approve_accrual(OTHER, run_id=run.pk)
    assert "Use it now" not in finance.get("/rewards/accruals/").content.decode()


@pytest.mark.parametrize(("role", "code"), [("owner", "D1"), ("clerk", "D1"), ("regional", "")])
def test_an_estimate_is_not_for_whoever_sees_a_part(quarter, role, code):
    run = accrued("2026-07")
    line = AccrualLine.objects.unscoped("test").first()
    stranger = browser(quarter, role, code) if code else browser(quarter, role, region="HD")
    for page in ("", "preview/", "runs/", f"runs/{run}/", f"lines/{line.pk}/"):
        assert stranger.get(f"/rewards/accruals/{page}").status_code == 403
    assert stranger.get("/settlement/journal/2026-07/").status_code == 403


def test_the_entries_are_those_of_the_whole_journal_under_the_same_numbers(quarter):
    accrued("2026-07")
    accrued_document = AccrualRun.objects.get().number
    done = actions.settle(SYSTEM, programme="annual", period="2026Q3", as_of=date(2026, 7, 31))
    actions.approve(FINANCE, run_id=done.run_id)
    whole, cut = billing.journal(SYSTEM, "2026-07"), journals.rebate_journal(SYSTEM, "2026-07")
    assert {row.document for row in cut.rows} == {accrued_document, done.number}
    assert set(cut.rows) <= set(whole.rows)
    assert sum(row.debit - row.credit for row in cut.rows) == 0
    assert {row.code for row in cut.rows} == {"6001.99", "2801.01", "2241.02"}
    text = billing.journal_csv(cut)
    assert text.splitlines()[0] == ",".join(billing.journal_csv(whole).splitlines()[0].split(","))
    made = flow.export_journal(FINANCE, month="2026-07")
    again = flow.export_journal(FINANCE, month="2026-07")
    assert (made.sha256, made.rows) == (again.sha256, len(cut.rows))
    assert AccrualHandover.objects.filter(sha256=made.sha256, closed=False).count() == 2
    closing.close(FINANCE, month="2026-07")
    flow.export_journal(FINANCE, month="2026-07")
    assert AccrualHandover.objects.latest("id").closed is True
    with pytest.raises(Refused) as no:
        flow.export_journal(FINANCE, month="2026-06")
    assert no.value.code == "nothing"


def test_the_page_of_the_entries_and_its_files(quarter):
    accrued("2026-07")
    finance = browser(quarter, "finance")
    assert finance.get("/settlement/journal/").status_code == 302
    assert finance.get("/settlement/journal/2026Q3/").url == "/settlement/journal/2026-07/"
    page = finance.get("/settlement/journal/2026-07/").content.decode()
    assert "2801.01" in page
    assert "95.00" in page
    text = finance.get("/settlement/journal/2026-07/?export=csv").content.decode("utf-8-sig")
    assert (
        text.splitlines()[0] == "voucher,date,document,account,account_name,party,party_name,currency,debit,credit"
    )
    assert openpyxl.load_workbook(io.BytesIO(finance.get("/settlement/journal/2026-07/?export=xlsx").content))
    finance.post("/settlement/journal/2026-07/")
    assert "finance" in finance.get("/settlement/journal/2026-07/").content.decode()
    assert AccrualHandover.objects.count() == 1


def test_the_list_before_a_month_is_closed_asks_for_accruals(quarter):
    checks = {each.name: each for each in gate.CHECKS}
    span = (date(2026, 8, 1), date(2026, 9, 1))
    assert checks["rewards.accrued"].count(*span) == 0  # who never accrues is not asked for it
    accrued("2026-07")
    assert checks["rewards.accrued"].count(*span) == 1
    quarter.sell(quarter.line(yuan=100, on=date(2026, 8, 1), doc="A2"))
    accruing.accrue(FINANCE, month="2026-08")
    assert checks["rewards.accruals"].count(*span) == 1
    held = {check.url: check.count for check in billing.check_list(SYSTEM, "2026-08")}
    assert held["/rewards/runs/"] == 0  # not counted twice


@pytest.mark.parametrize("kind", ["rewards.accrual", "rewards.vat", "rewards.watch"])
def test_a_policy_is_edited_without_json(kind):
    document = policy_kinds.kind_of(kind).schema().model_dump(mode="json")
    typed = forms.shown(kind, document)
    assert forms.document(kind, typed, document) == document
    forms.check(kind, document)


def test_both_languages(quarter):
    accrued("2026-07")
    chinese = browser(quarter, "finance", language="zh-hans")
    text = chinese.get("/rewards/accruals/?month=2026-07").content.decode()
    for word in ("计提", "期初", "期末"):
        assert word in text
