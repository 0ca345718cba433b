"""The statement both sides read: rulings, words, lines, account, papers (C020, C142, C161)."""

import csv
import io
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.utils.translation import override
from pypdf import PdfReader

from gongying.areas.rewards import actions, queries
from gongying.areas.rewards.models import Dispute, Run, Statement
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import permissions
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.core.notices.models import Notice
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Forbidden, Missing, Refused
from gongying.engines.capitals import capitals

pytestmark = pytest.mark.django_db


def actor(role, network=None, code=""):
    may = frozenset(n for n, roles in permissions().items() if role in roles)
    return Actor(f"{role}{code}", 1, role, may, frozenset({network.ids[code]}) if code else None)


@pytest.fixture
def settled(network, programme):
    """Both distributors have a posted statement; D1's owner has a log-in."""
    programme()
    network.sell(
        network.line(yuan=9000, doc="FP-1"),
        network.line(yuan=3000, doc="FP-2", product="P2"),
        network.line("D2", 800, doc="FP-3"),
    )
    network.done = actions.settle(SYSTEM, programme="annual", period="2026")
    actions.approve(actor("finance"), run_id=network.done.run_id)
    user = User.objects.create_user("owner@d1", "x", name="Owner", role="owner", party_id=network.ids["D1"])
    UserScope.objects.create(user=user, kind="party", key=str(network.ids["D1"]))
    network.user, network.owner = user, actor("owner", network, "D1")
    network.mine = Statement.objects.unscoped("test").get(party_id=network.ids["D1"])
    return network


def object_to(settled, reason="少一箱", **more):
    return actions.dispute(settled.owner, statement_id=settled.mine.pk, reason=reason, **more)


def state(settled):
    return Statement.objects.unscoped("test").get(pk=settled.mine.pk).state


def test_a_ruling_answers_and_the_statement_can_be_confirmed(settled):
    first, second = object_to(settled), object_to(settled, "价格不对")
    assert state(settled) == "disputed"
    kept = actions.rule(actor("finance"), dispute_id=first, verdict="rejected", answer="入库单一致")
    assert (kept, state(settled)) == ("disputed", "disputed")
    with pytest.raises(Refused):
        actions.confirm(settled.owner, statement_id=settled.mine.pk)
    with pytest.raises(Refused) as no:
        actions.rule(actor("director"), dispute_id=second, verdict="upheld", answer="属实")
    assert no.value.field == "correction"
    freed = actions.rule(
        actor("director"), dispute_id=second, verdict="upheld", answer="属实", correction="FP-2 按合同价更正"
    )
    assert (freed, state(settled)) == ("open", "open")
    actions.confirm(settled.owner, statement_id=settled.mine.pk)
    row = Statement.objects.unscoped("test").get(pk=settled.mine.pk)
    assert (row.state, row.confirmed_by) == ("confirmed", settled.owner.name)
    assert row.confirmed_at is not None
    before = Entry.objects.count()
    actions.confirm(settled.owner, statement_id=settled.mine.pk)
    assert Entry.objects.count() == before
    told = list(Entry.objects.filter(name="rewards.dispute_ruled").order_by("id").values_list("payload", flat=True))
    assert ['"settled":false' in told[0].replace(" ", ""), '"settled":true' in told[1].replace(" ", "")] == [
        True
    ] * 2


def test_a_ruling_has_a_verdict_an_answer_and_happens_once(settled):
    number = object_to(settled)
    finance = actor("finance")
    for verdict, answer, field in (("maybe", "x", "verdict"), ("rejected", "  ", "answer")):
        with pytest.raises(Refused) as no:
            actions.rule(finance, dispute_id=number, verdict=verdict, answer=answer)
        assert no.value.field == field
    actions.rule(finance, dispute_id=number, verdict="rejected", answer="一致", correction="not kept")
    with pytest.raises(Refused) as no:
        actions.rule(finance, dispute_id=number, verdict="upheld", answer="x", correction="y")
    assert no.value.code == "ruled"
    row = Dispute.objects.unscoped("test").get(pk=number)
    assert (row.verdict, row.ruling, row.correction, row.ruled_by) == ("rejected", "一致", "", "finance")


def test_only_finance_and_the_director_rule_never_the_raiser_never_out_of_scope(settled):
    number = object_to(settled)
    for role in ("regional", "planner", "auditor"):
        with pytest.raises(Forbidden):
            actions.rule(actor(role), dispute_id=number, verdict="rejected", answer="x")
    for role in ("owner", "clerk"):
        with pytest.raises(Forbidden):
            actions.rule(actor(role, settled, "D1"), dispute_id=number, verdict="rejected", answer="x")
    both = Actor(settled.owner.name, 1, "finance", frozenset({"*"}), None)
    with pytest.raises(Refused) as no:
        actions.rule(both, dispute_id=number, verdict="rejected", answer="x")
    assert no.value.code == "four_eyes"
    elsewhere = Actor("finance-south", 2, "finance", frozenset({"rewards.rule"}), frozenset({settled.ids["D2"]}))
    with pytest.raises(Missing):
        actions.rule(elsewhere, dispute_id=number, verdict="rejected", answer="x")
    assert state(settled) == "disputed"


def test_the_distributor_is_told_of_the_statement_and_of_the_ruling(settled):
    number = object_to(settled)
    actions.rule(actor("finance"), dispute_id=number, verdict="upheld", answer="属实", correction="补一箱")
    while book.seal():
        pass
    book.deliver()
    told = list(Notice.objects.filter(user_id=settled.user.pk).order_by("id"))
    assert [notice.title_en for notice in told] == [
        f"Rebate {settled.done.number} was credited",
        f"Your objection to {settled.done.number} was upheld",
    ]
    assert {notice.link for notice in told} == {f"/rewards/statements/{settled.mine.pk}/"}
    assert "确认" in told[1].body


def test_an_upheld_line_is_corrected_by_posting_and_the_next_run_trues_up(settled):
    line = queries.statement_lines(settled.owner, statement_id=settled.mine.pk)[1]
    number = object_to(settled, line_id=line.id)
    actions.rule(
        actor("finance"), dispute_id=number, verdict="upheld", answer="属实", correction="FP-2 更正为 2,000"
    )
    assert queries.statement(settled.owner, statement_id=settled.mine.pk).due.due_minor == 240_00
    settled.sell(settled.line(yuan=2000, doc="FP-2", product="P2"))
    done = actions.settle(SYSTEM, programme="annual", period="2026")
    assert done.due_minor == 11000_00 * 2 // 100 - 240_00
    actions.approve(actor("finance"), run_id=done.run_id)
    entries = money.postings(settled.owner, kind="rebate", holder_id=settled.ids["D1"], currency="CNY")
    assert [(e.document, e.amount_minor, e.balance_minor) for e in entries] == [
        (done.number, -20_00, 220_00),
        (settled.done.number, 240_00, 240_00),
    ]
    balance = money.balance(settled.owner, kind="rebate", holder_id=settled.ids["D1"], currency="CNY")
    assert entries[0].balance_minor == balance == 220_00
    stranger = actor("owner", settled, "D2")
    assert money.postings(stranger, kind="rebate", holder_id=settled.ids["D1"], currency="CNY") == []


def browse(network, role, code="", language="en"):
    sync_roles()
    user = User.objects.create_user(f"{role}{code}@page", "x", name=role, role=role)
    UserScope.objects.create(user=user, kind="party" if code else "all", key=str(network.ids[code]) if code else "")
    browser = Client(headers={"accept-language": language})
    browser.force_login(user)
    return browser


def page_of(settled, tail=""):
    return f"/rewards/statements/{settled.mine.pk}/{tail}"


METHODS = {
    "slab": ({}, "¥12,000.00 × 2.00% = ¥240.00", "¥240.00"),
    "marginal": ({"method": "marginal"}, "", "¥140.00"),
    "fixed": ({"method": "fixed", "tiers": [{"start": "0", "end": "10000", "rate": "0"}, {"start": "10000", "rate": "88"}]}, "¥88.00", "¥88.00"),
    "per_unit": ({"method": "per_unit", "basis": "quantity", "tiers": [{"start": "0", "rate": "15"}]}, "2 pieces × ¥15.00 a piece = ¥30.00", "¥30.00"),
    "base_cap": ({"base_cap": "11000"}, "¥11,000.00 × 2.00% = ¥220.00", "¥220.00"),
    "guarantee": ({"guarantee": "500"}, "¥12,000.00 × 2.00% = ¥240.00", "¥240.00"),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_step_says_its_formula_and_its_numbers(network, programme, name):
    document, reading, amount = METHODS[name]
    programme(**document)
    network.sell(network.line(yuan=9000, doc="FP-1"), network.line(yuan=3000, doc="FP-2"))
    done = actions.settle(SYSTEM, programme="annual", period="2026")
    actions.approve(actor("finance"), run_id=done.run_id)
    row = Statement.objects.unscoped("test").get(party_id=network.ids["D1"])
    with override("en"):
        view = queries.statement(actor("owner", network, "D1"), statement_id=row.pk)
    words = {said.code: said for said in view.words}
    assert (words["ladder"].reading, words["ladder"].value) == (reading, amount)
    assert list(words)[:2] == ["lines", "base"]
    assert list(words)[-4:] == ["entitled", "settled", "due", "paid"]
    assert words["lines"].value == "2 lines"
    assert ("base_cap" in words, "guarantee" in words) == (name == "base_cap", name == "guarantee")
    if name == "marginal":
        assert words["ladder"].parts == [("¥10,000.00 × 1.00%", "¥100.00"), ("¥2,000.00 × 2.00%", "¥40.00")]
    if name == "guarantee":
        assert (words["guarantee"].value, words["due"].value) == ("¥260.00", "¥500.00")
    assert words["due"].reading == f"{words['entitled'].value} − ¥0.00 = {words['due'].value}"
    assert view.capitals == f"人民币{capitals(row.due_minor)}"


def test_the_page_tells_the_whole_story_in_both_languages(settled):
    for language, told in (
        ("en", ["Tier and rate", "tier 2 of 3 · 2.00%", "¥12,000.00 × 2.00% = ¥240.00", "to be confirmed"]),
        ("zh-hans", ["档位与比例", "第 2 档，共 3 档 · 2.00%", "¥12,000.00 × 2.00% = ¥240.00", "待确认"]),
    ):
        browser = browse(settled, "clerk" if language == "en" else "owner", "D1", language)
        body = browser.get(page_of(settled)).content.decode()
        for text in [*told, "人民币贰佰肆拾元整", settled.mine.run.policy_hash, 'class="now"', "FP-1", "FP-2"]:
            assert text in body, text
        assert body.count('aria-current="step"') == 1


def test_a_line_leads_to_its_invoice_and_the_invoice_says_what_counts(network, programme):
    programme(categories=["FAN"])
    network.sell(
        network.line(yuan=900, doc="FP-9", no="1"),
        network.line(yuan=5000, doc="FP-9", no="2", product="P2"),
    )
    done = actions.settle(SYSTEM, programme="annual", period="2026")
    actions.approve(actor("finance"), run_id=done.run_id)
    network.sell(network.line(yuan=77, doc="FP-9", no="3", product="P2"))
    row = Statement.objects.unscoped("test").get(party_id=network.ids["D1"])
    owner = actor("owner", network, "D1")
    (line,) = queries.statement_lines(owner, statement_id=row.pk)
    whole = queries.invoice(owner, queries.statement_row(owner, row.pk), line.id)
    assert [(each.net_minor, counts) for each, counts in whole] == [
        (900_00, False),
        (5000_00, True),
        (77_00, False),
    ]
    browser = browse(network, "owner", "D1")
    address = f"/rewards/statements/{row.pk}/lines/{line.id}/"
    assert address in browser.get(f"/rewards/statements/{row.pk}/").content.decode()
    panel = browser.get(address, headers={"X-Panel": "1"}).content.decode()
    assert "<html" not in panel
    for text in ("¥5,977.00", "¥5,000.00", "posted after this run", "not in this programme"):
        assert text in panel, text
    outside = whole[0][0].pk
    assert browser.get(f"/rewards/statements/{row.pk}/lines/{outside}/").status_code == 404
    assert browse(network, "owner", "D2").get(address).status_code == 404


def test_an_amount_on_a_run_opens_its_derivation_down_to_invoices(settled):
    browser = browse(settled, "finance")
    body = browser.get(f"/rewards/runs/{settled.done.run_id}/").content.decode()
    assert f'data-panel href="{page_of(settled, "explain/")}"' in body
    panel = browser.get(page_of(settled, "explain/"), headers={"X-Panel": "1"}).content.decode()
    assert "<html" not in panel
    assert panel.index("FP-1") < panel.index("FP-2")
    for text in ("¥12,000.00 × 2.00% = ¥240.00", "¥9,000.00", "¥3,000.00", page_of(settled)):
        assert text in panel, text
    assert "<html" in browser.get(page_of(settled, "explain/")).content.decode()


def test_lists_are_narrowed_sorted_searched_and_exported(settled):
    object_to(settled)
    browser = browse(settled, "finance")
    numbers = lambda query: list(csv.reader(io.StringIO(browser.get(f"/rewards/statements/?export=csv{query}").content.decode("utf-8-sig"))))[1:]  # noqa: E731 # fmt: skip
    assert len(numbers("")) == 2
    assert [row[1] for row in numbers("&state=disputed")] == ["CNRY-D1 Hangzhou"]
    assert [row[1] for row in numbers("&state=open")] == ["CNRY-D2 Guangzhou"]
    assert numbers("&state=pending") == numbers("&period=2026&state=void") == []
    assert [float(row[6]) for row in numbers("&sort=due")] == [8.0, 240.0]
    assert [row[1] for row in numbers("&q=D2")] == ["CNRY-D2 Guangzhou"]
    assert len(numbers("&programme=annual")) == 2
    body = browser.get("/rewards/statements/").content.decode()
    assert "?state=disputed" in body
    assert "¥248.00" in body  # the balances of both accounts


def test_a_run_shows_its_figures_and_the_change_to_the_period_before(network, programme):
    programme(period="quarter", tiers=[{"start": "0", "rate": "0.01"}])
    network.sell(network.line(yuan=9000, on=date(2026, 2, 1), doc="Q1"))
    for _ in range(2):
        done = actions.settle(SYSTEM, programme="annual", period="2026Q1")
        if done.run_id:
            actions.approve(actor("finance"), run_id=done.run_id)
        network.sell(network.line(yuan=-1000, qty=-1, on=date(2026, 3, 1), doc="R1"))
    network.sell(
        network.line(yuan=7000, on=date(2026, 5, 1), doc="Q2"),
        network.line("D2", 4000, on=date(2026, 5, 1), doc="Q2b"),
    )
    done = actions.settle(SYSTEM, programme="annual", period="2026Q2")
    run = Run.objects.get(pk=done.run_id)
    finance = actor("finance")
    view = queries.run_view(finance, run, queries.statements(finance).filter(run=run))
    assert (view.due_minor, view.statements, view.back_minor) == (110_00, 2, 0)
    assert view.largest.due_minor == 70_00
    assert (view.last_period, view.last_minor, view.change_minor) == ("2026Q1", 80_00, 30_00)
    trued = Run.objects.filter(period="2026Q1").order_by("-id")[0]
    first = queries.run_view(finance, trued, queries.statements(finance).filter(run=trued))
    assert (first.due_minor, first.back_minor, first.period_minor, first.last_period) == (
        -10_00,
        -10_00,
        80_00,
        None,
    )
    south = Actor("south", 2, "regional", frozenset({"*"}), frozenset({network.ids["D2"]}))
    assert {r.number: (r.count, r.due) for r in queries.runs(south)}[run.number] == (1, 40_00)
    browser = browse(network, "finance")
    body = browser.get(f"/rewards/runs/{run.pk}/").content.decode()
    assert "¥30.00" in body
    assert "人民币壹佰壹拾元整" in body


def test_a_settlement_is_tried_before_it_is_submitted(network, programme):
    programme()
    network.sell(network.line(yuan=12000), network.line("D2", 800, doc="B1"))
    browser = browse(network, "finance")
    asked = browser.get("/rewards/runs/?programme=annual&period=2026")
    assert asked.headers["Location"] == "/rewards/runs/trial/annual/2026/"
    body = browser.get(asked.headers["Location"]).content.decode()
    assert "¥248.00" in body
    assert "tier 2 of 3" in body
    assert not Run.objects.exists()
    browser.post("/rewards/runs/settle/", {"programme": "annual", "period": "2026"})
    assert Run.objects.get().created_by == "finance@page"
    again = browser.get(asked.headers["Location"]).content.decode()
    assert "/rewards/runs/settle/" not in again
    assert browser.get("/rewards/runs/trial/annual/nonsense/").status_code == 409
    assert browser.get("/rewards/runs/trial/nothing/2026/").status_code == 404
    assert browse(network, "owner", "D1").get(asked.headers["Location"]).status_code == 403


def test_the_page_objects_to_a_line_and_head_office_answers_on_it(settled):
    owner, finance = browse(settled, "owner", "D1"), browse(settled, "finance")
    line = queries.statement_lines(settled.owner, statement_id=settled.mine.pk)[1]
    assert f"?line={line.id}#answer" in owner.get(page_of(settled)).content.decode()
    assert f'name="line_id" value="{line.id}"' in owner.get(page_of(settled, f"?line={line.id}")).content.decode()
    empty = owner.post(page_of(settled), {"answer": "dispute", "reason": " "})
    assert empty.status_code == 409
    assert "Say what is wrong." in empty.content.decode()
    owner.post(page_of(settled), {"answer": "dispute", "reason": "two boxes short", "line_id": line.id})
    row = Dispute.objects.unscoped("test").get()
    assert row.line_id == line.id
    address = page_of(settled, f"disputes/{row.pk}/")
    assert address in finance.get(page_of(settled)).content.decode()
    assert address not in owner.get(page_of(settled)).content.decode()
    assert finance.post(address, {"verdict": "upheld", "answer": "true"}).status_code == 409
    done = finance.post(address, {"verdict": "upheld", "answer": "true", "correction": "return of two boxes"})
    assert done.status_code == 302
    body = owner.get(page_of(settled)).content.decode()
    for text in ("two boxes short", "true", "return of two boxes", 'value="confirm"'):
        assert text in body, text
    assert owner.post(address, {"verdict": "rejected", "answer": "x"}).status_code == 403
    assert owner.post(page_of(settled), {"answer": "confirm"}).status_code == 302
    assert state(settled) == "confirmed"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["Rebate statement", "Tier and rate", "tier 2 of 3", "Due in capitals", "the base stands here", "Objections"]),
        ("zh-hans", ["返利对账单", "档位与比例", "第 2 档，共 3 档", "应付金额（大写）", "基数在此档", "异议与答复"]),
    ],
)  # fmt: skip
def test_the_paper_and_the_workbook_say_what_the_screen_says(settled, language, told):
    settled.sell(*[settled.line(yuan=10, doc=f"LONG-{n}", no=str(n)) for n in range(60)])
    done = actions.settle(SYSTEM, programme="annual", period="2026")
    actions.approve(actor("finance"), run_id=done.run_id)
    settled.mine = Statement.objects.unscoped("test").get(run_id=done.run_id)
    object_to(settled, "two boxes short")
    browser = browse(settled, "owner", "D1", language)
    pages = PdfReader(io.BytesIO(browser.get(page_of(settled, "?export=pdf")).content)).pages
    printed = ["".join(page.extract_text().replace("\x00", "").split()) for page in pages]
    text = "".join(printed)
    assert len(pages) >= 2
    for number, page in enumerate(printed, 1):
        assert f"{number}/{len(pages)}" in page
    amounts = ["¥252.00", "¥240.00", "¥12.00", "人民币壹拾贰元整", settled.done.number, done.number]
    for word in [*told, *amounts, "FP-1", "LONG-59", settled.mine.run.policy_hash, "two boxes short"]:
        assert word.replace(" ", "") in text, word
    book = openpyxl.load_workbook(io.BytesIO(browser.get(page_of(settled, "?export=xlsx")).content))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert len(book.sheetnames) == 4
    for word in [told[1], told[3], "人民币壹拾贰元整", settled.mine.run.policy_hash, "FP-1", "LONG-59"]:
        assert word in cells, word
    assert book.worksheets[1].max_row == 1 + 62
    narrowed = browser.get(page_of(settled, "?export=xlsx&q=FP-1"))
    assert openpyxl.load_workbook(io.BytesIO(narrowed.content)).worksheets[1].max_row == 2
    assert browser.get(page_of(settled, "?export=csv&q=FP")).content.decode().count("FP-") == 2
