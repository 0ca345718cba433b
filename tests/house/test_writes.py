"""No write to a table outside an action: the statements a page sends to the database are watched."""

import re
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from gongying.books.parties.models import Region
from gongying.core import doors
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope

pytestmark = pytest.mark.django_db
WRITE = re.compile(r'^\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM|COPY)\s+"?(\w+)', re.IGNORECASE)
# Written by the door itself, by the session and job machinery, by the throttle of the log-in.
MACHINERY = re.compile(r"^(audit_|django_|journal_|cache|jobs_|usersessions_|mfa_|account_)")


@contextmanager
def watched():
    """Collects the tables written while no action is running."""
    strays = []

    def look(execute, sql, params, many, context):
        hit = WRITE.match(sql)
        if hit and not doors.inside.get() and not MACHINERY.match(hit[1]):
            strays.append(hit[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield strays


@pytest.fixture
def browser(network, programme):
    sync_roles()
    programme()
    network.sell(network.line(yuan=9000))
    user = User.objects.create_user("root", "x", name="Root", role="admin")
    UserScope.objects.create(user=user, kind="all")
    found = Client()
    found.force_login(user)
    return found


def test_the_watch_finds_a_stray_write(db):
    with watched() as strays:
        Region.objects.create(code="X", name="x", level="region")
    assert strays == ["parties_region"]


def test_pages_write_only_through_actions(browser):
    with watched() as strays:
        for address in ("/", "/cockpit/distributors/", "/rewards/programmes/", "/imports/", "/control/audit/"):
            assert browser.get(address).status_code == 200, address
        answer = browser.post("/rewards/runs/settle/", {"programme": "annual", "period": "2026"})
        assert answer.status_code in (200, 302)
        run = browser.get("/rewards/runs/")
        assert run.status_code == 200
    assert strays == []


def test_operations_write_only_through_actions(browser):
    with watched() as strays:
        answer = browser.post(
            "/api/rewards/settle", '{"programme": "annual", "period": "2026"}', content_type="application/json"
        )
        assert answer.status_code == 200
    assert strays == []
