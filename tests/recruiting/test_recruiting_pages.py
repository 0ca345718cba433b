"""What people without a log-in open on their phones, and what the house sees of it."""

import re

import pytest
from applicants import CODE, SAID
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongying.areas.recruiting import queries
from gongying.areas.recruiting.models import Application

pytestmark = pytest.mark.django_db
SHORT = {"company": "Blue Whale Trading", "region": "HZ", "name": "Ms Lin", "phone": "13800001111", "consent": "1"}


@pytest.fixture
def phone():
    return Client(headers={"accept-language": "en"})


def full():
    held = {name: "" if value is None else str(value) for name, value in SAID.items()}
    held |= {"brands": "Acme\nBeta", "accounts": "Big Mart", "uscc": CODE, "channel": "", "what": "fill"}
    return held | {"relation.0": "bank", "firm.0": "A Bank", "who.0": "Mr Hu", "call.0": "139"}


def test_an_applicant_goes_from_the_code_to_the_handed_in_form_on_his_phone(recruiting, phone):
    place = recruiting.campaign()
    shown = phone.get(f"/recruiting/join/{place.token}/?by=qr")
    assert shown.status_code == 200
    assert "East wanted" in shown.content.decode()
    answer = phone.post(f"/recruiting/join/{place.token}/?by=qr", SHORT)
    assert answer.status_code == 302
    mine = answer["Location"]
    assert "Keep the address of this page" in phone.get(mine).content.decode()
    assert phone.post(mine, {"what": "hand_in"}).status_code == 409
    wrong = phone.post(mine, full() | {"uscc": "91350100M000100Y44"})
    assert wrong.status_code == 409
    assert "91350100M000100Y44" in wrong.content.decode(), "what was typed stays"
    assert phone.post(mine, full()).status_code == 200
    sales = SimpleUploadedFile("sales.csv", b"date,product,quantity\n2026-01-02,x,1\n2026-01-09,y,2")
    assert "Grade" in phone.post(mine, {"what": "sample", "file": sales}).content.decode()
    assert "Handed in" in phone.post(mine, {"what": "hand_in"}).content.decode()
    row = Application.objects.get()
    assert (row.state, row.source, row.uscc) == ("application", "qr", CODE)
    assert queries.profile(row).brands == ["Acme", "Beta"]
    assert "are erased" in phone.post(mine, {"what": "withdraw"}).content.decode()


def test_the_public_pages_speak_chinese_too(recruiting):
    place = recruiting.campaign()
    text = Client(headers={"accept-language": "zh-hans"}).get(f"/recruiting/join/{place.token}/").content.decode()
    assert "提交意向" in text
    assert "华东招商" in text


def test_a_trap_a_wrong_link_and_too_many_forms(recruiting, phone):
    recruiting.rules(per_hour=2)
    place = recruiting.campaign()
    assert phone.get("/recruiting/join/nothing/").status_code == 404
    assert phone.get("/recruiting/mine/nothing/").status_code == 404
    assert phone.get("/recruiting/reference/nothing/").status_code == 404
    address = f"/recruiting/join/{place.token}/"
    assert phone.post(address, SHORT | {"website": "http"}).status_code == 409
    assert phone.post(address, SHORT | {"consent": ""}).status_code == 409
    assert phone.post(address, SHORT).status_code == 429, "also those that failed are counted"
    assert not Application.objects.exists()


def test_a_form_without_a_token_of_the_page_is_refused(recruiting):
    place = recruiting.campaign()
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(f"/recruiting/join/{place.token}/", SHORT).status_code == 403


def test_a_file_that_is_too_large_is_refused(recruiting, phone):
    place = recruiting.campaign()
    secret = recruiting.apply(place.token)
    large = SimpleUploadedFile("sales.csv", b"x" * (5 * 1024 * 1024 + 1))
    assert phone.post(f"/recruiting/mine/{secret}/", {"what": "sample", "file": large}).status_code == 409
    assert phone.post(f"/recruiting/mine/{secret}/", {"what": "sample"}).status_code == 409


def test_the_house_works_an_application_through_its_pages(recruiting, phone):
    boss = recruiting.person("director").browser
    made = boss.post(
        "/recruiting/campaigns/new/",
        {"title": "浙江", "title_en": "Zhejiang", "region": "ZJ", "places": "3", "opens_on": recruiting.today.isoformat(),
         "closes_on": "2099-01-01", "channel": "", "category": "", "partner_type": "city", "exclusive": "1"},
    )  # fmt: skip
    page = made["Location"]
    assert boss.post(page, {"what": "open"}).status_code == 302
    text = boss.get(page).content.decode()
    assert "data:image/svg+xml;base64," in text
    link = re.search(r'href="(http[^"]+/recruiting/join/[^"]+)"', text)[1]
    phone.post(link, SHORT)
    row = Application.objects.get()
    secret_page = phone.post(link, SHORT | {"company": "Second"})["Location"]
    assert phone.post(secret_page, full()).status_code == 200
    phone.post(secret_page, {"what": "hand_in"})
    row = Application.objects.get(company="Second")
    record = f"/recruiting/applications/{row.pk}/"
    assert "Ms Lin" in boss.get(record).content.decode()
    assert boss.post(record, {"what": "assign"}).status_code == 302
    asked = boss.post(record, {"what": "ask", "reference": row.references.get().pk}).content.decode()
    link = re.search(r'href="(http[^"]+/recruiting/reference/[^"]+)"', asked)[1]
    assert "Pays on the agreed day" in phone.get(link).content.decode()
    answers = {f"level.{code}": "4" for code in ("pays", "keeps", "market", "service", "people")}
    assert phone.post(link, answers | {"years": "3"}).status_code == 409
    assert phone.post(link, answers | {"years": "3", "again": "1", "who": "Hu, A Bank"}).status_code == 200
    assert phone.get(link).status_code == 404
    assert boss.post(record, {"what": "move", "after": "examination"}).status_code == 302
    assert boss.post(record, {"what": "reject", "answer": ""}).status_code == 409
    assert boss.post(record, {"what": "nothing"}).status_code == 404
    for address in (
        "/recruiting/",
        "/recruiting/applications/",
        "/recruiting/campaigns/",
        "/recruiting/coverage/",
        page + "edit/",
    ):
        assert boss.get(address).status_code == 200, address
    assert "Second" in boss.get("/recruiting/applications/?export=csv").content.decode()
    assert "Second" in boss.get("/recruiting/applications/?q=second&sort=-blocked").content.decode()
    assert "Second" in boss.get("/ui/find/?q=second").content.decode()
    assert "Zhejiang" in boss.get("/recruiting/campaigns/?q=zhejiang&sort=-running").content.decode()
    auditor = recruiting.person("auditor").browser
    assert "Ms Lin" not in auditor.get(record).content.decode(), "who has no need to call does not see whom"
    assert (
        boss.post(
            page + "enter/", {"company": "Met", "region": "HZ", "contact_name": "Qi Wen", "phone": "137000011"}
        ).status_code
        == 409
    )
    met = {"company": "Met", "region": "HZ", "contact_name": "Qi Wen", "phone": "137000011", "consent": "1"}
    assert "/recruiting/mine/" in boss.post(page + "enter/", met).content.decode()
