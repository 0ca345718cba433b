"""The pages of certificates: both languages, what each side may do, the copy, strangers kept out."""

from datetime import timedelta

import pytest
from certificate_house import picture
from django.core.files.uploadedfile import SimpleUploadedFile

from gongying.areas.certificates.models import Certificate

pytestmark = pytest.mark.django_db


def form(held, **change):
    return {
        "party": str(held.ids["D1"]), "kind": "LIC", "serial": "浙-77", "issuer": "局", "valid_from": "2026-01-01",
        "valid_to": "", "holder": "", "file": SimpleUploadedFile("a.png", picture()),
    } | change  # fmt: skip


def test_a_distributor_sends_one_and_the_house_accepts_it(held):
    boss, desk = held.browser("owner", "D1"), held.browser("planner")
    assert "缺失的证书" in boss.get("/certificates/mine/").content.decode()
    answer = boss.post("/certificates/send/", form(held, party=str(held.ids["D2"])))
    row = Certificate.objects.unscoped("test").get()
    assert answer.headers["Location"] == f"/certificates/{row.pk}/"
    assert (row.party_id, row.side, row.state) == (held.ids["D1"], "distributor", "submitted"), (
        "his own, whatever he names"
    )
    page = boss.get(f"/certificates/{row.pk}/").content.decode()
    assert "浙-77" in page
    assert 'value="accept"' not in page
    shown = boss.get(f"/certificates/{row.pk}/copy/")
    assert (shown["Content-Type"], shown.content) == ("image/png", picture())
    assert boss.post(f"/certificates/{row.pk}/", {"verdict": "accept"}).status_code == 403
    assert 'value="accept"' in desk.get(f"/certificates/{row.pk}/").content.decode()
    desk.post(f"/certificates/{row.pk}/", {"verdict": "accept", "answer": ""})
    row.refresh_from_db()
    assert row.state == "accepted"
    stranger = held.browser("owner", "D2")
    assert [stranger.get(f"/certificates/{row.pk}/{more}").status_code for more in ("", "copy/")] == [404, 404]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"file": SimpleUploadedFile("a.exe", b"MZ")}, "请上传图片"),
        ({"file": SimpleUploadedFile("a.png", b"no picture")}, "图片无法读取"),
        ({"file": SimpleUploadedFile("a.pdf", b"no paper")}, "PDF"),
        ({"valid_from": "yesterday"}, "2026-01-31"),
        ({"party": "0"}, "请选择经销商"),
    ],
)
def test_what_is_wrong_with_the_form_is_said_on_it(held, change, says):
    answer = held.browser("planner").post("/certificates/new/", form(held, **change))
    assert answer.status_code == 409
    assert says in answer.content.decode()
    assert "浙-77" in answer.content.decode(), "what was typed stays"


def test_the_list_shows_what_expires_and_what_is_missing(held):
    held.enter(days=20, serial="SOON")
    held.enter("D2", 300, serial="LATER")
    desk = held.browser("director", language="en")
    soon = desk.get("/certificates/?within=30").content.decode()
    assert "SOON" in soon
    assert "LATER" not in soon
    assert "expiring" in soon
    assert "LATER" in desk.get("/certificates/?kind=LIC&state=valid").content.decode()
    assert "Fitter" in desk.get("/certificates/missing/").content.decode()
    assert "certificates that expire soon" in desk.get("/ui/todos/").content.decode().lower()


def test_a_withdrawn_one_stays_on_record(held):
    made = held.enter()
    desk = held.browser("director")
    assert desk.post(f"/certificates/{made}/", {"verdict": "withdraw", "reason": ""}).status_code == 409
    desk.post(f"/certificates/{made}/", {"verdict": "withdraw", "reason": "原件作废"})
    page = desk.get(f"/certificates/{made}/").content.decode()
    assert "原件作废" in page
    assert "已撤" in page


def test_head_office_is_told_that_it_entered_this_itself(held):
    desk = held.browser("planner")
    desk.post("/certificates/new/", form(held, valid_to=(held.today + timedelta(days=9)).isoformat()))
    row = Certificate.objects.unscoped("test").get()
    page = desk.get(f"/certificates/{row.pk}/").content.decode()
    assert "须由他人审核" in page
    assert 'value="accept"' not in page
    assert desk.post(f"/certificates/{row.pk}/", {"verdict": "accept"}).status_code == 409
