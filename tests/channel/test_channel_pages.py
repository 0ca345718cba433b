"""Pages of channel data: the clerk's phone, head office's desk, and what a stranger is told (404)."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongying.areas.channel import actions, queries
from gongying.areas.channel.models import Declaration, Difference, Objection, Sample
from gongying.core.actor import SYSTEM
from gongying.core.jobs.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(users):
    def of(role, code=""):
        found = Client()
        found.force_login(users(role, code))
        return found

    return of


def test_the_clerk_counts_on_his_phone(shop, browser):
    clerk = browser("clerk", "D1")
    page = clerk.get("/channel/mine/").content.decode()
    assert "2026-07" in page
    answer = clerk.post("/channel/mine/", {"period": "2026-07"})
    row = Declaration.objects.unscoped("test").get()
    assert answer.url == f"/channel/declarations/{row.pk}/"
    form = clerk.get(answer.url).content.decode()
    (name,) = re.findall(r'name="(counted-\d+)"', form)
    line = name.removeprefix("counted-")
    given = {
        name: "170",
        f"reason-{line}": ["damage", "sample"],
        f"units-{line}": ["-3", ""],
        f"text-{line}": ["淋雨", ""],
    }
    clerk.post(answer.url, given | {"what": "save"})
    assert "170" in clerk.get(answer.url).content.decode()
    new = {"new-product": "P2 电风扇", "new-counted": "4"}
    clerk.post(answer.url, given | new | {"what": "submit"})
    row.refresh_from_db()
    assert row.state == "submitted"
    held = {each.product: each for each in queries.declaration(SYSTEM, declaration_id=row.pk).lines}
    assert (held["P1"].adjusted, held["P1"].difference, held["P2"].difference) == (-3, -7, 4)


def test_what_does_not_fit_is_said_beside_the_form(shop, browser):
    made = actions.open_declaration(shop.clerk, party_id=shop.ids["D1"])
    clerk = browser("clerk", "D1")
    form = clerk.get(f"/channel/declarations/{made}/").content.decode()
    (name,) = re.findall(r'name="(counted-\d+)"', form)
    answer = clerk.post(f"/channel/declarations/{made}/", {name: "viele", "what": "save"})
    assert answer.status_code == 409
    assert 'role="alert"' in answer.content.decode()


def test_a_few_sales_by_phone_and_again_by_the_same_number(shop, browser):
    clerk = browser("clerk", "D1")
    form = clerk.get("/channel/sales/new/").content.decode()
    number = re.search(r'name="client_id" value="([^"]+)"', form)[1]
    given = {
        "client_id": number, "on": "2026-07-20", "outlet": "西湖店", "level": "sell_out", "product": ["P1 电饭煲", "电风扇", ""],
        "quantity": ["2", "1", ""], "pack": ["", "CS", ""], "amount": ["500", "", ""],
    }  # fmt: skip
    for _time in range(2):
        assert clerk.post("/channel/sales/new/", given).url == "/channel/mine/"
    rows = queries.sales(SYSTEM, "sell_out", date(2026, 7, 1), date(2026, 8, 1))
    assert sorted(rows.values_list("product__code", "quantity", "counterparty")) == [
        ("P1", 2, "西湖店"),
        ("P2", 4, "西湖店"),
    ]
    answer = clerk.post("/channel/sales/new/", given | {"product": ["P9", "", ""], "client_id": "other"})
    assert answer.status_code == 409
    assert "P9" in answer.content.decode()


def test_head_office_looks_accepts_hands_back_and_reminds(declared, browser):
    planner = browser("planner")
    board = planner.get("/channel/").content.decode()
    assert "KD-202608-0001" in board
    address = f"/channel/declarations/{declared.declaration_id}/"
    planner.post(address, {"what": "return", "reason": "请复核"})
    assert "请复核" in planner.get(address).content.decode()
    assert planner.post("/channel/", {"key": [declared.ids["D1"]]}).status_code == 302
    actions.submit(declared.clerk, declaration_id=declared.declaration_id)
    planner.post(address, {"what": "accept"})
    assert Declaration.objects.unscoped("test").get().state == "accepted"
    answer = planner.post(address, {"what": "draw", "size": "2"})
    assert answer.url == f"/channel/samples/{Sample.objects.unscoped('test').get().pk}/"


def test_a_difference_from_the_list_to_its_end(declared, browser, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    row = Difference.objects.unscoped("test").get()
    clerk, planner, director = browser("clerk", "D1"), browser("planner"), browser("director")
    planner.post("/channel/differences/", {"key": [row.pk]})
    photo = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff", "image/jpeg")
    clerk.post(
        f"/channel/differences/{row.pk}/", {"what": "explain", "reason": "theft", "text": "丢失", "file": photo}
    )
    row.refresh_from_db()
    assert (row.state, row.owner) == ("explained", "planner")
    assert clerk.get(f"/channel/files/{row.file_id}/")["Content-Type"] == "image/jpeg"
    assert browser("clerk", "D2").get(f"/channel/files/{row.file_id}/").status_code == 404
    answer = clerk.post("/channel/objections/new/", {"about": "difference", "id": row.pk, "text": "漏记"})
    objection = Objection.objects.unscoped("test").get()
    assert answer.url == f"/channel/objections/{objection.pk}/"
    planner.post(answer.url, {"what": "say", "text": "请补单据"})
    director.post(answer.url, {"what": "rule", "verdict": "upheld", "answer": "核实"})
    assert "请补单据" in clerk.get(answer.url).content.decode()
    row.refresh_from_db()
    assert (row.state, row.excused) == ("closed", True)


def test_what_is_no_picture_is_not_taken(declared, browser, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    row = Difference.objects.unscoped("test").get()
    page = SimpleUploadedFile("a.html", b"<script>", "text/html")
    answer = browser("clerk", "D1").post(
        f"/channel/differences/{row.pk}/", {"reason": "theft", "text": "x", "file": page}
    )
    assert answer.status_code == 409


def test_a_spot_count_by_phone(declared, browser, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    made = actions.draw(declared.planner, declaration_id=declared.declaration_id)
    clerk = browser("clerk", "D1")
    (name,) = re.findall(r'name="(counted-\d+)"', clerk.get(f"/channel/samples/{made}/").content.decode())
    assert clerk.post(f"/channel/samples/{made}/", {name: "99"}).status_code == 409, "without a photograph"
    photo = SimpleUploadedFile("a.jpg", b"\xff\xd8\xff", "image/jpeg")
    clerk.post(f"/channel/samples/{made}/", {name: "99", name.replace("counted", "file"): photo})
    assert queries.sample_row(SYSTEM, made).state == "checked"


def test_every_page_opens_in_both_languages(declared, browser):
    difference = Difference.objects.unscoped("test").get().pk
    sample = actions.draw(declared.planner, declaration_id=declared.declaration_id, duty="zhao")
    objection = actions.object_to(
        declared.clerk, party_id=declared.ids["D1"], about="sales", subject="R1", text="x"
    )
    actions.grade(SYSTEM, party_id=declared.ids["D1"], month="2026-06")
    own = f"/channel/trust/{declared.ids['D1']}/"
    shared = [
        f"/channel/declarations/{declared.declaration_id}/", f"/channel/declarations/{declared.declaration_id}/papers/",
        "/channel/sales/", "/channel/differences/", f"/channel/differences/{difference}/", "/channel/objections/",
        f"/channel/objections/{objection}/", "/channel/samples/", f"/channel/samples/{sample}/", own,
        "/channel/objections/new/",
    ]  # fmt: skip
    hq = ["/channel/", "/channel/compare/", "/channel/compare/?by=lot", "/channel/trust/", "/channel/?export=csv"]
    planner, clerk = browser("planner"), browser("clerk", "D1")
    for language in ("zh-hans", "en"):
        for person, pages in ((planner, shared + hq), (clerk, [*shared, "/channel/mine/", "/channel/sales/new/"])):
            person.cookies["django_language"] = language
            for address in pages:
                assert person.get(address).status_code == 200, (language, address)
    assert clerk.get("/channel/trust/").url == own
    assert clerk.get("/channel/").url == "/channel/mine/"
    assert clerk.get("/channel/compare/").status_code == 403


def test_a_stranger_is_told_nothing(declared, browser):
    sample = actions.draw(declared.planner, declaration_id=declared.declaration_id)
    difference = Difference.objects.unscoped("test").get().pk
    objection = actions.object_to(
        declared.clerk, party_id=declared.ids["D1"], about="sales", subject="R1", text="x"
    )
    other = browser("clerk", "D2")
    for address in (
        f"declarations/{declared.declaration_id}/", f"declarations/{declared.declaration_id}/papers/",
        f"differences/{difference}/", f"objections/{objection}/", f"samples/{sample}/", f"trust/{declared.ids['D1']}/",
        f"sales/?party={declared.ids['D1']}", f"objections/new/?about=difference&id={difference}",
    ):  # fmt: skip
        assert other.get(f"/channel/{address}").status_code == 404, address
        if "?" not in address:
            assert other.post(f"/channel/{address}", {"what": "save"}).status_code in (404, 405), address
    for address in ("mine/", "sales/", "differences/", "objections/", "samples/"):
        page = other.get(f"/channel/{address}").content.decode()
        assert "CNRY-D1" not in page
        assert "KD-202608-0001" not in page


def test_a_month_is_graded_in_the_background(declared, browser):
    assert browser("planner").post("/channel/trust/").status_code == 302
    assert Job.objects.get().kind == "channel.grade_month"
    assert browser("auditor").post("/channel/trust/").status_code == 302
    assert Job.objects.count() == 1, "an auditor only looks"


def test_the_documents_behind_a_figure_open_beside_the_page(declared, browser):
    planner = browser("planner")
    address = f"/channel/declarations/{declared.declaration_id}/papers/"
    panel = planner.get(address, headers={"X-Panel": "1"}).content.decode()
    assert "R1" in panel
    assert "<html" not in panel
    assert planner.get(address + "?line=999999").status_code == 404


def test_what_waits_is_on_the_home_page(declared, browser):
    declared.today(date(2026, 9, 9))
    assert "2026-08" in browser("clerk", "D1").get("/channel/mine/").content.decode()
    page = browser("planner").get("/ui/todos/").content.decode()
    assert "/channel/?state=undeclared" in page
    assert "/channel/differences/?state=open" in page
