"""The pages of due diligence: what is typed is kept, what is wrong is named, the memo is printed in both languages."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from examined import CODE, CRITERIA, DIRECTOR, year
from pypdf import PdfReader

from gongying.areas.diligence import actions, queries
from gongying.areas.diligence.models import Dossier, Memo

pytestmark = pytest.mark.django_db
TABLE = "项目\t2025\t2024\t2023\n" + "\n".join(
    f"{name}\t{v}\t{v}\t{v}"
    for name, v in (
        ("货币资金", 2400), ("应收账款", 3000), ("存货", 2000), ("固定资产", 1000), ("应付账款", 2400), ("短期借款", 1000),
        ("实收资本", 2000), ("未分配利润", 3000), ("营业收入", 36000), ("营业成本", 28000), ("期间费用", 5000),
    )
)  # fmt: skip


def pdf(name="paper.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4 something")


def test_a_file_is_worked_through_its_pages(diligence):
    boss = diligence.person("director").browser
    made = boss.post(
        "/diligence/new/", {"company": "Blue Whale", "uscc": CODE, "region": "HD", "partner_type": "distributor"}
    )
    page, row = made["Location"], Dossier.objects.get()
    assert boss.post("/diligence/new/", {"company": "x", "uscc": "1"}).status_code == 409
    assert (
        boss.post(page, {"what": "paper", "kind": "licence", "expires_on": "2099-01-01", "file": pdf()}).status_code
        == 302
    )
    assert (
        boss.post(
            page, {"what": "paper", "kind": "licence", "file": SimpleUploadedFile("x.exe", b"MZ")}
        ).status_code
        == 409
    )
    paper = row.papers.get()
    assert boss.post(page, {"what": "check_paper", "paper": paper.pk, "verdict": "verified"}).status_code == 302
    assert boss.get(f"/diligence/papers/{paper.pk}/").content.startswith(b"%PDF")
    checked = boss.post(page, {"what": "check", "check": "status", "f.status": "存续", "file": pdf()})
    assert checked.status_code == 302
    assert boss.get(f"/diligence/snapshots/{row.snapshots.get().pk}/").status_code == 200
    statements = f"{page}statements/"
    wrong = boss.post(statements, {"what": "paste", "table": "x\t2025\n商誉\t1", "unit": "1"})
    assert "商誉" in wrong.content.decode()
    assert not row.years.exists()
    assert boss.post(statements, {"what": "paste", "table": TABLE, "unit": "1000"}).status_code == 302
    assert queries.years(row)[2025]["cash"] == 2400 * 1000 * 100
    typed = {"what": "year", "year": "2025", "l.cash": "1,000.50", "l.capital": "1000.50", "audited": "1"}
    assert boss.post(statements, typed).status_code == 302
    assert queries.years(row)[2025] == {"cash": 100_050, "capital": 100_050}
    assert boss.post(statements, {"what": "year", "year": "2025", "l.cash": "much"}).status_code == 409
    for address in (page, statements, f"{page}sheet/", f"{page}rate/", "/diligence/"):
        assert boss.get(address).status_code == 200, address
    rated = {f"level.{code}": "4" for code in CRITERIA} | {f"evidence.{code}": "seen there" for code in CRITERIA}
    assert boss.post(f"{page}rate/", rated | {"level.market": ""}).status_code == 409
    assert boss.post(f"{page}rate/", rated).status_code == 302
    said = {
        "what": "interview",
        "held_on": diligence.today.isoformat(),
        "s.team": "a",
        "s.money": "b",
        "s.strategy": "c",
    }
    assert boss.post(page, said).status_code == 302
    risk = {"what": "risk", "category": "legal", "title": "lawsuit", "likelihood": "3", "impact": "4"}
    assert boss.post(page, risk).status_code == 302
    assert boss.post(page, {"what": "drop", "risk": row.risks.get().pk}).status_code == 302
    lacking = boss.post(
        page, {"what": "propose", "verdict": "accepted", "reason": "it is a good company", "told": "welcome"}
    )
    assert lacking.status_code == 409
    assert "papers that a decision waits for" in lacking.content.decode()
    assert boss.post(page, {"what": "nothing"}).status_code == 404


def test_levels_of_the_other_rater_are_hidden_until_both_have_rated(diligence):
    row = diligence.opened()
    diligence.rated(row, DIRECTOR, 2)
    other = diligence.person("finance").browser
    page = f"/diligence/{row.pk}/"
    assert "seen on the spot" not in other.get(page).content.decode()
    rated = {f"level.{code}": "3" for code in CRITERIA} | {f"evidence.{code}": "also seen" for code in CRITERIA}
    other.post(f"{page}rate/", rated)
    assert "seen on the spot" in other.get(page).content.decode()


def test_a_memo_is_approved_by_another_and_printed_in_both_languages(diligence):
    row = diligence.whole(diligence.opened())
    memo = diligence.propose(row, deposit_minor=90_000_00, limit_minor=300_000_00)
    boss = diligence.person("director").browser
    page = f"/diligence/memos/{memo}/"
    shown = boss.get(page).content.decode()
    assert "Approve the memo" in shown
    assert boss.post(page, {"what": "return", "answer": ""}).status_code == 409
    assert boss.post(page, {"what": "approve"}).status_code == 302
    assert Memo.objects.get(pk=memo).state == "approved"
    texts = []
    for language in ("zh-hans", "en"):
        answer = boss.get(f"{page}?export=pdf&lang={language}")
        assert answer["Content-Type"] == "application/pdf"
        pages = PdfReader(io.BytesIO(answer.content)).pages
        texts.append("".join(each.extract_text() for each in pages).replace("\0", ""))
    assert "决策备忘录" in texts[0]
    assert "Decision memo" in texts[1]
    assert all("300,000.00" in text for text in texts)


def test_the_sheet_shows_every_part_and_the_stress(diligence):
    row = diligence.opened()
    for back in (2025, 2024):
        actions.enter_year(DIRECTOR, dossier_id=row.pk, year=back, amounts=year())
    text = diligence.person("auditor").browser.get(f"/diligence/{row.pk}/sheet/").content.decode()
    for words in (
        "Altman Z",
        "1.10 / 2.60",
        "1.23 / 2.90",
        "demand −40 %",
        "It breaks when",
        "too few to compare",
        "Days of receivables",
    ):
        assert words in text, words
