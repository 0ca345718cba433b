"""The pages of diversion, in both languages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gongying.areas.diversion.models import Case

pytestmark = pytest.mark.django_db


def find(desk, **more):
    return {
        "text": "货在温州", "place": "五马街", "quantity": "12", "found_on": desk.today.isoformat(), "product": "P1", "code": "L-1",
    } | more  # fmt: skip


def test_a_case_goes_through_the_pages(desk):
    planner, director = desk.browser("planner"), desk.browser("director", language="en")
    boss = desk.browser("owner", "D1")
    assert planner.post("/diversion/report/", find(desk)).status_code == 409, "nobody named"
    answer = planner.post("/diversion/report/", find(desk, party=str(desk.ids["D1"])))
    case = Case.objects.unscoped("test").get()
    address = f"/diversion/{case.pk}/"
    assert answer.headers["Location"] == address
    assert boss.get(address).status_code == 404
    assert "没有针对贵公司的案件" in boss.get("/diversion/mine/").content.decode()
    planner.post(address, {"what": "open", "ground": "territory", "summary": "发现贵司货物"})
    assert "发现贵司货物" in boss.get(address).content.decode()
    assert case.number in boss.get("/diversion/mine/").content.decode()
    paper = SimpleUploadedFile("a.pdf", b"%PDF-1.4 x")
    boss.post(address, {"what": "answer", "text": "并非我司", "file": paper})
    page = director.get(address).content.decode()
    assert "并非我司" in page
    assert "Give the ruling" in page
    assert "somebody else rules now" not in page
    assert director.post(address, {"what": "rule", "verdict": "", "reasons": "x"}).status_code == 409
    director.post(address, {"what": "rule", "verdict": "upheld", "reasons": "批次一致"})
    page = boss.get(address).content.decode()
    assert "批次一致" in page
    assert "提出异议" in page
    assert "bdirector" not in page, "head office speaks as one"
    boss.post(address, {"what": "object", "reason": "曾退货"})
    assert "somebody else rules now" in director.get(address).content.decode()
    desk.browser("admin").post(address, {"what": "rule", "verdict": "dismissed", "reasons": "退货属实"})
    case.refresh_from_db()
    assert case.state == "closed"


def test_a_distributor_tells_and_follows_what_becomes_of_it(desk):
    boss = desk.browser("owner", "D2")
    bad = boss.post("/diversion/tell/", find(desk, quantity="many"))
    assert bad.status_code == 409
    assert "件数" in bad.content.decode()
    assert "五马街" in bad.content.decode(), "what was typed stays"
    boss.post("/diversion/tell/", find(desk))
    page = boss.get("/diversion/mine/").content.decode()
    assert "JB-" in page
    assert "已举报" in page
    case = Case.objects.unscoped("test").get()
    assert boss.get(f"/diversion/{case.pk}/").status_code == 404
    desk_page = desk.browser("planner", language="en").get(f"/diversion/{case.pk}/").content.decode()
    assert "Reported by a distributor" in desk_page
    assert "against nobody yet" in desk_page


def test_the_desk_lists_what_waits(desk):
    desk.answered()
    late = desk.opened("D2")
    desk.later(late, opened_on=-20, answer_by=-3)
    page = desk.browser("director", language="en").get("/diversion/?look=rule").content.decode()
    assert "CNRY-D1" in page
    assert "CNRY-D2" in page
    page = desk.browser("admin").get("/diversion/?look=late").content.decode()
    assert "CNRY-D1" not in page
