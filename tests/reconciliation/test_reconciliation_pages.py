"""The pages: head office draws and sends, the distributor confirms, answers a line, sends his ledger; papers say the same."""

import io
import re
from datetime import date

import openpyxl
import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from october import FINANCE, OCT, day
from pypdf import PdfReader

from gongying.areas.reconciliation import actions
from gongying.areas.reconciliation.api import reconcile
from gongying.areas.reconciliation.models import Difference, Statement
from gongying.core.actor import SYSTEM
from gongying.core.jobs import queue
from gongying.core.jobs.models import Job
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies

pytestmark = pytest.mark.django_db
LEDGER = "日期,单据编号,借方,贷方,摘要\n2026-10-05,INV-1,,90.00,货款\n"


@pytest.fixture
def people(books):
    """A browser for finance and one for the distributor's owner, in English."""
    sync_roles()

    def browser(login, role, party=None):
        user = User.objects.create_user(login, None, name=login, role=role, party_id=party)
        UserScope.objects.create(user=user, kind="party" if party else "all", key=str(party or ""))
        found = Client(headers={"accept-language": "en"})
        found.force_login(user)
        return found

    books.hq, books.his = browser("acc", "finance"), browser("boss", "owner", books.party)
    books.other = browser("rival", "owner", books.ids["D2"])
    return books


def row_of(soa_id):
    return Statement.objects.unscoped("test").get(pk=soa_id)


def test_from_drawing_to_confirming_by_clicks(people):
    people.book("invoice", "INV-1", 100)
    page = people.hq.get("/reconciliation/").content.decode()
    assert "1 distributors have no statement" in page
    people.hq.post("/reconciliation/draw/", {"month": OCT})
    soa = Statement.objects.unscoped("test").get()
    assert people.his.get(f"/reconciliation/{soa.pk}/").status_code == 404
    people.hq.post("/reconciliation/send/?what=send", {"key": [soa.pk]})
    assert people.other.get(f"/reconciliation/{soa.pk}/").status_code == 404
    page = people.his.get(f"/reconciliation/{soa.pk}/").content.decode()
    assert "INV-1" in page
    assert "¥100.00" in page
    assert 'value="confirm"' in page
    assert people.his.post(f"/reconciliation/{soa.pk}/", {"what": "confirm"}).status_code == 302
    assert row_of(soa.pk).state == "confirmed"
    assert "壹佰元整" in people.his.get(f"/reconciliation/{soa.pk}/").content.decode()


def test_he_answers_a_line_and_both_sides_talk(people):
    people.book("invoice", "INV-1", 100)
    soa = people.draw()
    line = people.lines()[0].pk
    panel = people.his.get(f"/reconciliation/lines/{line}/", headers={"X-Panel": "1"}).content.decode()
    assert "<html" not in panel
    assert 'name="which"' in panel
    wrong = people.his.post(f"/reconciliation/lines/{line}/", {"which": "other", "amount": "ninety", "reason": "x"})
    assert wrong.status_code == 409
    evidence = SimpleUploadedFile("note.pdf", b"%PDF")
    given = {"which": "other", "amount": "90", "reason": "10 too much", "file": evidence}
    answer = people.his.post(f"/reconciliation/lines/{line}/", given)
    row = Difference.objects.unscoped("test").get()
    assert answer["Location"] == f"/reconciliation/differences/{row.pk}/"
    page = people.hq.get(answer["Location"]).content.decode()
    assert "10 too much" in page
    file = re.search(r"/reconciliation/files/(\d+)/", page)[0]
    assert people.hq.get(file).content == b"%PDF"
    assert people.other.get(file).status_code == 404
    assert people.other.get(answer["Location"]).status_code == 404
    people.hq.post(answer["Location"], {"what": "say", "text": "we check"})
    assert "we check" in people.his.get(answer["Location"]).content.decode()
    people.hq.post(answer["Location"], {"what": "agree", "corrects": "house", "text": "credit note"})
    assert Difference.objects.unscoped("test").get().state == "agreed"
    assert people.his.post(f"/reconciliation/{soa}/", {"what": "confirm"}).status_code == 302


def test_evidence_is_a_picture_or_a_paper(people):
    people.book("invoice", "INV-1", 100)
    people.draw()
    bad = SimpleUploadedFile("run.exe", b"MZ")
    answer = people.his.post(f"/reconciliation/lines/{people.lines()[0].pk}/", {"reason": "x", "file": bad})
    assert answer.status_code == 409


def test_he_sends_his_ledger_and_sees_what_is_understood_first(people):
    people.book("invoice", "INV-1", 100)
    soa = people.draw()
    assert people.his.post(f"/reconciliation/{soa}/ledger/", {}).status_code == 409
    sent = people.his.post(f"/reconciliation/{soa}/ledger/", {"file": SimpleUploadedFile("a.csv", LEDGER.encode())})
    check = sent["Location"]
    page = people.his.get(check).content.decode()
    assert "¥90.00" in page
    assert people.lines("theirs") == []
    assert "Choose a column" in people.his.get(check + "?map_day=&map_number=").content.decode()
    assert people.other.get(check).status_code == 404
    done = people.his.post(check, {"closing_receivable:CNY": "90"})
    assert done.status_code == 302
    assert [d[3] for d in people.open_ones()] == [1000]
    assert "-¥10.00" in people.hq.get(f"/reconciliation/{soa}/").content.decode()
    for shape in ("", "?format=csv"):
        assert people.his.get("/reconciliation/template/" + shape).status_code == 200


def test_he_adds_a_document_that_we_lack(people):
    people.book("invoice", "INV-1", 100)
    soa = people.draw()
    given = {
        "what": "add",
        "of": "receivable:CNY",
        "day": "2026-10-20",
        "number": "PAY-1",
        "way": "less",
        "amount": "1,000",
        "reason": "paid",
    }
    assert people.his.post(f"/reconciliation/{soa}/", given | {"day": "soon"}).status_code == 409
    assert people.his.post(f"/reconciliation/{soa}/", given).status_code == 302
    assert people.open_ones() == [("theirs", "missing", "PAY-1", 1000_00)]


def test_the_board_of_differences_says_whose_turn_it_is(people):
    people.book("invoice", "INV-1", 100)
    people.draw()
    made = actions.object_line(people.owner, soa_line_id=people.lines()[0].pk, reason="no")
    for address in ("/reconciliation/differences/", "/reconciliation/differences/?shape=board"):
        assert "INV-1" in people.hq.get(address).content.decode()
    people.hq.post("/reconciliation/differences/take/", {"key": [made]})
    assert Difference.objects.unscoped("test").get().owner == "acc"
    assert "INV-1" not in people.hq.get("/reconciliation/differences/?owner=none").content.decode()
    mine = people.his.get("/reconciliation/differences/").content.decode()
    assert "INV-1" in mine
    assert "acc" not in re.sub(r"<script.*", "", mine).split("<main")[1]
    csv = people.hq.get("/reconciliation/differences/?export=csv").content.decode()
    assert "INV-1" in csv


def test_the_paper_carries_capitals_both_names_a_place_for_stamps_and_the_hash(people):
    people.book("invoice", "INV-1", 107_000.53)
    people.book("invoice", "INV-U", 12, currency="USD")
    people.book("payment", "SK-1", 7000, day(9))
    soa = people.draw()
    digest = actions.confirm(people.owner, soa_id=soa)
    answer = people.his.get(f"/reconciliation/{soa}/?export=pdf")
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = "".join(page.extract_text() for page in pages).replace("\0", "")
    for said in ("107,000.53", "Head office", "CNRY-D1 Hangzhou", digest, "Stamp", "INV-1", "$12.00"):
        assert said in text, said
    assert "壹拾万元零伍角叁分" in "".join(text.split())
    book = openpyxl.load_workbook(io.BytesIO(people.his.get(f"/reconciliation/{soa}/?export=xlsx").content))
    assert len(book.sheetnames) == 5
    balances = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert [row[5] for row in balances] == [100000.53, 12]


def test_a_month_for_many_is_drawn_in_the_background_and_goes_on_after_a_crash(people):
    people.book("invoice", "INV-1", 100)
    people.book("invoice", "INV-2", 100, party="D2")
    actor = FINANCE
    job = queue.start(actor, "reconciliation.draw", title="x", month=OCT)
    assert queue.run(job).result == {"drawn": 2}
    assert queue.run(queue.start(actor, "reconciliation.draw", title="x", month=OCT)).result == {"drawn": 0}
    assert queue.run(queue.start(actor, "reconciliation.tick", title="x")).state == "done"
    assert Job.objects.filter(state="failed").count() == 0


def test_the_daily_command_draws_when_the_policy_says_and_sends(books):
    """`gongying reconcile --due --send`; twice on a day changes nothing."""
    days = {"draw_day": 1}
    version = policies.draft(
        SYSTEM,
        kind="reconciliation.rules",
        key="rules",
        title="对账",
        document=days,
        effective_from=date(2026, 1, 1),
    )
    policies.publish(SYSTEM, version_id=version)
    books.book("invoice", "INV-1", 100)
    runner = CliRunner()
    first = runner.invoke(reconcile, ["--due", "--send"])
    assert first.output.splitlines()[:2] == ["drawn 1", "sent 1"], first.output
    assert runner.invoke(reconcile, ["--due", "--send"]).output.splitlines()[:2] == ["drawn 0", "sent 0"]
    month = Statement.objects.unscoped("test").get().month
    assert runner.invoke(reconcile, ["--draw", month]).output.splitlines()[0] == "drawn 0"
    late = runner.invoke(reconcile, ["--draw", "2199-01"])
    assert (late.exit_code, "2199" in late.output) == (1, False)
