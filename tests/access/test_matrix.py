"""Every page and operation, every role, own and foreign objects: no canary is ever seen by a stranger."""

import re

import pytest
from django.db import connection
from django.test import Client
from strangers import (
    NARROW,
    POLICY,
    addresses,
    aimed,
    asked,
    body_of,
    client,
    is_own,
    leaks,
    misopened,
    operations,
    pages,
    post,
    posted,
    roles_of,
    routes,
    text_of,
)

from gongying.core.doors import ACTIONS, HQ, QUERIES, permissions
from gongying.core.people.models import User, UserScope
from gongying.core.ui.pages import PAGES

pytestmark = pytest.mark.django_db
# What is no page of the house: the log-in and the way out, the language, what the API says of itself, and the forms of people without
# a log-in, which a secret link opens.
DOORLESS = {
    "accounts:login",
    "accounts:code",
    "accounts:logout",
    "set_language",
    "recruiting:join",
    "recruiting:mine",
    "recruiting:reference",
    "api:openapi-json",
    "api:api-root",
}


def test_every_page_and_verb_has_a_row_and_the_row_is_true():
    assert set(POLICY["pages"]) == set(PAGES)
    exposed = set(ACTIONS | QUERIES)
    assert set(POLICY["verbs"]) == exposed
    held = permissions()
    for name, words in POLICY["verbs"].items():
        assert set((ACTIONS | QUERIES)[name].roles) == roles_of(words), name
    for name, words in POLICY["pages"].items():
        assert set(held[PAGES[name]]) == roles_of(words), name


def test_the_walk_knows_every_address_there_is():
    found = {name for name, _pattern, view in routes() if not hasattr(view, "needs")}
    verbs = {f"api:{name.replace('.', '_')}" for name, verb in (ACTIONS | QUERIES).items() if verb.exposed}
    assert found - verbs == DOORLESS
    assert verbs <= found
    assert {place.view for place in pages()} == set(PAGES)


def test_every_role_opens_exactly_what_its_row_says(world):
    assert list(misopened(world)) == []


def test_nobody_is_sent_to_the_log_in_and_the_api_says_401(world):
    browser = Client()
    for own in (True, False):
        for _place, address in addresses(world, "D1", own=own):
            expected = 401 if address.startswith("/api/") else 302
            answer = browser.get(address)
            assert answer.status_code == expected, address
            assert "CNRY" not in text_of(answer).replace("q%3DCNRY", "").replace("q=CNRY", "")
    for place in pages():
        assert browser.post(place.address.format(**asked(world, place, "D1"))).status_code in (302, 405), place
    for place in operations(ACTIONS):
        assert post(browser, place.address, body_of(world, place, "D1")).status_code == 401, place


def test_no_canary_is_seen_by_a_stranger(world):
    # What PostgreSQL answers differently is held elsewhere: there one of each kind of scope walks.
    assert list(leaks(world, bare=connection.vendor == "postgresql")) == []


def test_the_walk_is_not_blind(world):
    """Whoever may see it does see it: otherwise a walk that finds nothing would prove nothing."""
    seen = {"admin": set(), "owner": set(), "regional": set()}
    for role, code in (("admin", ""), ("owner", "D1"), ("regional", "D1")):
        browser = client(world, role, code)
        for side in ("D1", "D2") if role == "admin" else ("D1",):
            for own in (True, False):
                for place, address in addresses(world, side, own=own, ways=False):
                    if role in place.allowed:
                        text = text_of(browser.get(address)).replace("q=CNRY", "")
                        seen[role] |= {(place.name, code) for code in ("D1", "D2") if f"CNRY-{code}" in text}
    names = {name for name, _code in seen["admin"]}
    assert {(name, code) for name in names for code in ("D1", "D2")} == seen["admin"]
    expected = {
        "cockpit:distributor",
        "cockpit:lines",
        "cockpit:distributors",
        "cockpit:figure",
        "cockpit:targets",
        "cockpit:stock",
        "rewards:statement",
        "rewards:invoice",
        "rewards:run",
        "rewards:statements",
        "targets:plan",
        "targets:distributor",
        "tiers:distributor",
        "tiers:review",
        "imports:batch",
        "imports:batches",
        "accounts:users",
        "ui:find",
        "rewards.statement",
        "rewards.preview",
        "cockpit.overview",
    }
    assert expected <= names, expected - names
    told = {name for name, code in seen["owner"] if code == "D1"}
    assert {
        "home",
        "rewards:statement",
        "ui:notices",
        "imports:batch",
        "rewards:statements",
        "accounts:users",
    } <= told
    assert {"cockpit:distributors", "rewards:run", "targets:plan"} <= {name for name, _code in seen["regional"]}


def bare(answer):
    """An answer without its own address and tokens."""
    return re.sub(r'(?<=name="csrfmiddlewaretoken" value=")\w+|csrftoken=\w+|\d+', "#", text_of(answer))


def test_what_is_foreign_and_what_is_absent_get_the_same_answer(world):
    for role in NARROW:
        browser = client(world, role, "D1")
        browser.get("/")  # the log-in is remembered as used
        absent = dict.fromkeys(world.own["D1"], 987_654_321)
        for place in pages():
            if is_own(place, world) and role in place.allowed and place.name not in posted(world):
                foreign = asked(world, place, "D2")
                answers = [browser.get(place.address.format(**held)) for held in (foreign, foreign | absent)]
                assert [answer.status_code for answer in answers] == [404, 404], (role, place)
                assert bare(answers[0]) == bare(answers[1]), place
        for place in aimed(world):
            if role in place.allowed:
                body = body_of(world, place, "D2")
                none = body | dict.fromkeys(body.keys() & world.own["D2"].keys(), 987_654_321)
                answers = [post(browser, place.address, each) for each in (body, none)]
                assert answers[0].content == answers[1].content, (role, place)


def test_a_waiting_statement_is_nobodys_but_head_offices(world):
    statement = world.waiting[world.ids["D1"]]
    for role in ("owner", "clerk"):
        browser = client(world, role, "D1")
        assert browser.get(f"/rewards/statements/{statement}/").status_code == 404
        assert browser.get(f"/api/rewards/statement?statement_id={statement}").status_code == 404
    assert client(world, "regional", "D1").get(f"/rewards/statements/{statement}/").status_code == 200
    assert client(world, "regional", "D2").get(f"/rewards/statements/{statement}/").status_code == 404


def test_a_disabled_user_and_a_narrowed_scope_are_felt_at_the_next_request(world):
    browser = client(world, "owner", "D1")
    address = f"/rewards/statements/{world.own['D1']['statement_id']}/"
    assert browser.get(address).status_code == 200
    UserScope.objects.filter(user=world.people["owner", "D1"]).delete()
    assert browser.get(address).status_code == 404
    User.objects.filter(pk=world.people["owner", "D1"].pk).update(is_active=False)
    assert browser.get(address).status_code == 302
    assert browser.get("/api/cockpit/overview").status_code == 401
    finance = client(world, "finance")
    assert finance.get("/rewards/runs/").status_code == 200
    User.objects.filter(pk=world.people["finance", ""].pk).update(role="clerk")
    assert finance.get("/rewards/runs/").status_code == 403, "another role at the next request"


def test_headers(world):
    for role, address in (
        ("admin", "/"),
        ("owner", "/rewards/statements/?export=csv"),
        ("clerk", "/api/cockpit/overview"),
    ):
        answer = client(world, role, "" if role == "admin" else "D1").get(address)
        for name, value in {
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
        }.items():
            assert answer[name] == value, address
        assert "script-src 'self'" in answer["Content-Security-Policy"]


def test_head_office_sees_both_sides_with_every_role(world):
    for role in set(HQ) - {"regional"}:
        text = text_of(client(world, role).get("/cockpit/distributors/?export=csv"))
        assert "CNRY-D1" in text
        assert "CNRY-D2" in text
