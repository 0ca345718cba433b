"""The way of a file through the pages: columns, a look, the import, what stopped, what is taken back."""

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongying.areas.imports import actions, api, queries
from gongying.areas.imports.models import Batch, Layout
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM
from gongying.core.files import shelf
from gongying.core.jobs.models import Job
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope

pytestmark = pytest.mark.django_db
BODY = "票号,开票日,经销商编码,产品编码,件数,数量,金额\nS1,2026-07-01,D1,P1,3,1,200\nS2,2026-07-01,D9,P1,1,1,5\n"


@pytest.fixture(autouse=True)
def _data(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def browser(network):
    sync_roles()

    def log_in(role="planner", code=""):
        user = User.objects.create_user(f"{role}{code}", "x", name=f"{role}{code}", role=role)
        kind, key = ("party", str(network.ids[code])) if code else ("all", "")
        UserScope.objects.create(user=user, kind=kind, key=key)
        found = Client()
        found.force_login(user)
        return found

    return log_in


def upload(browser, body=BODY, kind="sell_in"):
    sent = SimpleUploadedFile("七月.csv", body.encode())
    answer = browser.post("/imports/", {"kind": kind, "file": sent})
    assert answer.status_code == 302, answer.content.decode()
    return answer.headers["Location"]


CHOSEN = {
    "map_document": "票号",
    "map_business_date": "开票日",
    "map_party": "经销商编码",
    "map_product": "产品编码",
    "map_quantity": "件数",
    "map_gross": "金额",
}


def test_columns_are_chosen_looked_at_imported_and_remembered(browser):
    planner = browser()
    address = upload(planner)
    asked = planner.get(address)
    assert [field.name for field in asked.context["seen"].lacking] == ["document", "business_date"]
    assert not asked.context["ready"]
    seen = planner.get(address, CHOSEN)
    assert (seen.context["seen"].good, seen.context["seen"].bad, seen.context["ready"]) == (1, 1, True)
    assert [(row["row"], bool(row["fault"])) for row in seen.context["rows"]] == [(2, False), (3, True)]
    assert {"text": "3", "right": True} in seen.context["rows"][0]["cells"]
    assert [(fault["row"], fault["field"]) for fault in seen.context["faults"]] == [(3, "经销商编码")]
    assert Line.objects.unscoped("test").count() == 0, "a look posts nothing"
    page = planner.post(address, CHOSEN | {"map_discount": ""}).headers["Location"]
    batch = Batch.objects.get()
    assert (batch.state, batch.job_id, planner.get(address).status_code) == ("open", Job.objects.get().pk, 302)
    done = actions.work_off(SYSTEM, batch.pk)
    assert (done.created, done.failed, Line.objects.unscoped("test").get().quantity) == (1, 1, 3)
    assert planner.get(page).status_code == 200
    again = planner.get(upload(planner))
    assert again.context["ready"], "what was chosen is proposed for the next file"
    assert Layout.objects.get().columns["document"] == "票号"
    other = planner.get(upload(planner, BODY.replace("票号", "document").replace("开票日", "date")))
    assert other.context["ready"], "and is not forced upon a file with other headers"


def test_a_running_import_shows_how_far_it_is_and_one_that_stopped_goes_on(browser):
    planner = browser()
    address = upload(planner)
    page = planner.post(address, CHOSEN).headers["Location"]
    Job.objects.update(state="running", done=40, total=100)
    part = planner.get(page, headers={"X-Panel": "1"}).content.decode()
    assert "data-running" in part
    assert 'aria-valuenow="40"' in part
    assert planner.post(page).status_code == 409, "nobody starts it twice"
    Job.objects.update(state="failed", error="worker lost")
    assert "data-running" not in planner.get(page, headers={"X-Panel": "1"}).content.decode()
    assert "worker lost" in planner.get(page).content.decode()
    assert planner.post(page).status_code == 302
    assert Batch.objects.get().job_id == Job.objects.order_by("-id").values_list("id", flat=True)[0]
    assert Job.objects.count() == 2


def test_undo_says_what_it_does_before_it_does_it(browser, network):
    planner = browser()
    page = planner.post(upload(planner), CHOSEN).headers["Location"]
    batch = actions.work_off(SYSTEM, Batch.objects.get().pk)
    Job.objects.update(state="done")
    assert queries.standing(batch) == 1
    assert planner.get(page).context["undoable"] == 1
    assert planner.post(f"{page}undo/").status_code == 302
    assert sum(Line.objects.unscoped("test").values_list("net_minor", flat=True)) == 0
    assert planner.get(page).context["undoable"] == 0
    assert browser("clerk", "D1").post(f"{page}undo/").status_code in (403, 404)


def test_a_strangers_draft_is_not_there(browser):
    address = upload(browser("clerk", "D1"), kind="sell_out")
    stranger = browser("clerk", "D2")
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, CHOSEN).status_code == 404
    assert stranger.get("/imports/").context["t"].page.paginator.count == 0
    assert Batch.objects.get().state == "draft"


def test_a_file_that_cannot_be_read_is_told_on_the_page(browser):
    address = upload(browser(), "a" * 9000)
    answer = User.objects.get() and Client()
    answer.force_login(User.objects.get())
    assert answer.get(address).status_code == 409


def cli(*words):
    return CliRunner().invoke(api.import_file, list(map(str, words)))


def test_the_command_checks_maps_and_loads(network, tmp_path):
    path = tmp_path / "july.csv"
    path.write_text(BODY)
    assert "document" in cli(path, "--kind", "sell_in", "--dry-run").output
    maps = [word for name, title in CHOSEN.items() for word in ("--map", f"{name.removeprefix('map_')}={title}")]
    dry = cli(path, "--kind", "sell_in", "--dry-run", *maps)
    assert dry.exit_code == 0
    assert "good 1, bad 1, nothing posted" in dry.output
    assert "row 3: party" in dry.output
    assert Line.objects.unscoped("test").count() == 0
    wrong = cli(path, "--kind", "sell_in", *maps, "--map", "quantity=箱数")
    assert wrong.exit_code == 1
    assert "箱数" in wrong.output
    assert cli(path, "--kind", "sell_in", "--map", "pieces=件数").exit_code == 1
    left = tmp_path / "left.xlsx"
    loaded = cli(path, "--kind", "sell_in", *maps, "--errors", left)
    assert "created 1, corrected 0, unchanged 0, failed 1" in loaded.output
    assert left.exists()
    assert Line.objects.unscoped("test").get().quantity == 3


def test_a_long_file_is_taken_in_chunks_and_goes_on_from_any_of_them(network, monkeypatch):
    from gongying.core.intake import reading

    monkeypatch.setattr(reading, "CHUNK", 40)
    monkeypatch.setattr(reading, "FIRST", 15)
    body = "单据号,日期,经销商编码,产品编码,数量,金额\n" + "".join(
        f"S{n},2026-07-01,{'D9' if n % 10 == 0 else 'D1'},P1,1,1\n" for n in range(100)
    )
    file = shelf.store(SYSTEM, name="a.csv", chunks=[body.encode()], purpose="import")
    batch_id = actions.receive(SYSTEM, kind="sell_in", file_id=file.pk, background=False)
    told = []

    def stop(done, total):
        told.append((done, total))
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.work_off(SYSTEM, batch_id, stop)
    half = Batch.objects.get()
    assert (half.state, half.checkpoint, half.created + half.failed) == ("open", 55, 54)
    done = actions.work_off(SYSTEM, batch_id)
    assert (done.state, done.created, done.failed, done.checkpoint) == ("done", 90, 10, 101)
    assert list(done.errors.order_by("row").values_list("row", flat=True)) == list(range(2, 102, 10))
    assert told[-1][0] == 55
