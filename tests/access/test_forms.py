"""Reading writes nothing, and whatever may write wants the token that a stranger's page does not have."""

import hashlib

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from strangers import NARROW, addresses, asked, body_of, client, operations, pages, post, posted

from gongying.books.lake import post as lake
from gongying.core.doors import ACTIONS, ROLES

pytestmark = pytest.mark.django_db
# What the machinery keeps: that a log-in is used. Nothing else may change because somebody looked.
MACHINERY = {"django_session"}


def prints():
    """A print of every table's rows."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if table not in MACHINERY:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - our own tables
                rows = sorted(map(repr, cursor.fetchall()))
                found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def test_reading_everything_writes_nothing(world):
    browsers = {role: client(world, role, "D1" if role in NARROW else "") for role in ROLES}
    posted(world)  # logs in to find out
    before = prints()
    assert len(before) > 40
    for role, browser in browsers.items():
        for own in (True, False):
            for _place, address in addresses(world, "D1", own=own, ways=role == "admin"):
                assert browser.get(address).status_code < 500, (role, address)
                if role == "admin":
                    browser.head(address)
    browser = Client()
    for address in ("/accounts/login/", "/accounts/code/", "/accounts/logout/", "/language/", "/api/openapi.json"):
        assert browser.get(address).status_code < 500
    after = prints()
    assert {table for table, print_ in before.items() if after[table] != print_} == set()


def test_the_prints_see_a_write(world):
    browser = client(world, "admin")
    before = prints()
    assert post(browser, "/api/ui/save_view", {"table": "x", "name": "x", "query": ""}).status_code == 200
    after = prints()
    assert {table for table in before if after[table] != before[table]} == {"ui_savedview", "audit_auditrow"}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_every_unsafe_method_wants_the_token(world, method):
    browser = client(world, "admin", enforce_csrf_checks=True)
    before = prints()
    places = [place.address.format(**asked(world, place, "D1")) for place in pages()]
    for address in [*places, "/accounts/logout/", "/language/", "/accounts/login/"]:
        assert getattr(browser, method)(address).status_code == 403, address
    for place in operations(ACTIONS):
        answer = getattr(browser, method)(
            place.address, body_of(world, place, "D1"), content_type="application/json"
        )
        assert answer.status_code == (403 if method == "post" else 405), place
        if method == "post":
            assert answer.json()["code"] == "csrf"
    assert prints() == before


def test_with_the_token_it_is_done(world):
    browser = client(world, "admin", enforce_csrf_checks=True)
    browser.get("/accounts/profile/")
    token = browser.cookies["csrftoken"].value
    headers, body = {"X-CSRFToken": token}, '{"table": "x", "name": "x", "query": ""}'
    done = browser.post("/api/ui/save_view", body, content_type="application/json", headers=headers)
    assert done.status_code == 200
    forged = browser.post(
        "/api/ui/save_view", body, content_type="application/json", headers={"X-CSRFToken": "x" * 32}
    )
    assert forged.status_code == 403
    plain = browser.post("/api/ui/save_view", body, content_type="text/plain")
    assert plain.status_code == 403, "the form a stranger's page can send"


def test_a_page_asks_few_questions_whoever_looks(world, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(lake, "uncommitted", lambda: False)  # as between two facts in a running house
    for role in ROLES:
        browser = client(world, role, "D1" if role in NARROW else "")
        for address in ("/", f"/cockpit/distributors/{world.ids['D1']}/"):
            assert browser.get(address).status_code == 200
            most = (
                13 if role in NARROW else 12
            )  # one more to find out which distributors are his, or what he may confirm
            with django_assert_max_num_queries(most, info=f"{role} {address}"):
                assert browser.get(address).status_code == 200, (role, address)
