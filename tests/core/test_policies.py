"""Policies: drafted, linted, published, effective-dated; the most specific holds and says why."""

import json
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from gongying.areas.control import queries
from gongying.core.actor import SYSTEM, Actor
from gongying.core.journal.models import Entry
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions, read
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db
KIND = "rewards.answers"
TODAY = date(2026, 7, 1)


def draft(days, since=date(2026, 1, 1), until=None, scope=("network", ""), publish=True):
    version = actions.draft(
        SYSTEM,
        kind=KIND,
        key=KIND,
        title="答复时限",
        document={"days": days},
        effective_from=since,
        effective_to=until,
        scope_kind=scope[0],
        scope_key=scope[1],
    )
    if publish:
        actions.publish(SYSTEM, version_id=version)
    return version


def days(on, party_id=None):
    return read.value(KIND, KIND, on, party_id).document.days


def test_a_version_holds_from_its_first_day_to_the_day_before_its_end(network):
    draft(9)
    draft(5, since=date(2026, 3, 1), until=date(2026, 5, 1))
    draft(1, publish=False)
    held = [days(date(2026, month, day)) for month, day in ((1, 1), (2, 28), (3, 1), (4, 30), (5, 1))]
    assert held == [9, 9, 5, 5, 9]
    with pytest.raises(Missing):
        days(date(2025, 12, 31))


def test_distributor_over_region_over_network_whatever_was_published_last(network):
    d1, d2 = network.ids["D1"], network.ids["D2"]
    draft(2, scope=("party", "D1"))
    draft(4, scope=("region", "CN"))
    draft(3, scope=("region", "HD"))
    draft(9)
    assert [days(TODAY, d1), days(TODAY, d2), days(TODAY)] == [2, 4, 9]
    found = queries.holds(SYSTEM, kind=KIND, key=KIND, on=TODAY, party="D1")
    assert [(c.scope_kind, c.scope_key) for c in found.candidates] == [
        ("party", "D1"),
        ("region", "HD"),
        ("region", "CN"),
        ("network", ""),
    ]
    assert found.parameters == {"days": "2", "read_days": "14"}
    assert len({c.hash for c in found.candidates}) == 4
    for wrong in ({"party": "D9"}, {"kind": "no.kind"}, {"on": date(2025, 1, 1)}):
        with pytest.raises(Missing):
            queries.holds(SYSTEM, **({"kind": KIND, "key": KIND, "on": TODAY, "party": "D1"} | wrong))
    stranger = Actor("x", 1, "planner", frozenset({"control.policies"}), frozenset({d2}))
    with pytest.raises(Missing):
        queries.holds(stranger, kind=KIND, key=KIND, on=TODAY, party="D1")
    with pytest.raises(Forbidden):
        queries.holds(Actor("x", 1, "owner", frozenset(), frozenset({d1})), kind=KIND, key=KIND, on=TODAY)


def test_the_same_parameters_have_the_same_hash_and_a_published_version_is_fixed(network):
    first, second, other = draft(5), draft(5, since=date(2026, 2, 1)), draft(6)
    hashes = dict(PolicyVersion.objects.values_list("pk", "hash"))
    assert hashes[first] == hashes[second] != hashes[other]
    for verb, more in ((actions.revise, {"document": {"days": 7}}), (actions.publish, {})):
        with pytest.raises(Refused) as no:
            verb(SYSTEM, version_id=first, **more)
        assert no.value.code == "published"
    told = [
        json.loads(payload)
        for payload in Entry.objects.filter(name="policies.policy_published").values_list("payload", flat=True)
    ]
    assert [each["hash"] for each in told] == [hashes[first], hashes[second], hashes[other]]


def test_where_a_version_stands(network):
    old, newer = draft(5, until=TODAY), draft(6)
    newest, future, waiting = draft(7), draft(8, since=date(2026, 8, 1)), draft(9, publish=False)
    regional = draft(3, scope=("region", "HD"))
    actions.withdraw(SYSTEM, version_id=(gone := draft(2)))
    holding = read.holding(KIND, TODAY)
    rows = PolicyVersion.objects.in_bulk()
    said = [read.state_of(rows[pk], TODAY, holding) for pk in (old, newer, newest, future, waiting, regional, gone)]
    assert said == ["ended", "replaced", "in force", "to come", "draft", "in force", "withdrawn"]
    assert read.holding("", TODAY) == {newest, regional}
    assert read.last_day(KIND, KIND, date(2026, 1, 1), date(2026, 4, 1)) == date(2026, 3, 31)
    assert read.last_day(KIND, KIND, date(2025, 1, 1), date(2026, 1, 1)) is None


def browse(role):
    sync_roles()
    user = User.objects.create_user(role, "x", name=role, role=role)
    UserScope.objects.create(user=user, kind="all", key="")
    browser = Client(headers={"accept-language": "en"}, raise_request_exception=True)
    browser.force_login(user)
    return browser


TYPED = {"kind": KIND, "key": KIND, "title": "答复时限", "title_en": "Time to answer", "region": "", "party": "", "from": "2026-01-01", "to": "", "document": '{"days": 4}'}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"document": "{"}, "document"),
        ({"document": "[]"}, "document"),
        ({"document": '{"days": 0}'}, "days"),
        ({"document": '{"days": 4, "hours": 1}'}, "hours"),
        ({"from": "2026-02-30"}, "from"),
        ({"to": "soon"}, "to"),
        ({"to": "2025-01-01"}, "effective_to"),
        ({"title": " "}, "title"),
        ({"party": "D9"}, "party"),
        ({"key": "another"}, "key"),
        ({"kind": "tiers.programme", "region": "HD"}, "scope_kind"),
    ],
)
def test_what_is_typed_wrong_is_named_and_nothing_is_lost(network, wrong, field):
    if wrong.get("kind"):
        wrong = wrong | {
            "document": '{"levels": [{"code": "a", "name": "a", "needs": [{"metric": "sell_in", "at_least": "1"}]}]}'
        }
    answer = browse("planner").post("/control/policies/new/", TYPED | wrong)
    body = answer.content.decode()
    assert answer.status_code == 409
    assert f"<code>{field}</code>" in body or (field == "days" and "<b>Days to answer</b>" in body)
    assert "Time to answer" in body
    assert not PolicyVersion.objects.exists()


def test_a_policy_is_drafted_edited_published_followed_and_asked_for_on_pages(network, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *a, **k: TODAY)
    planner, director = browse("planner"), browse("director")
    made = planner.post("/control/policies/new/", TYPED | {"key": "", "region": "HD", "to": "2026-12-01"})
    row = PolicyVersion.objects.get()
    assert (made.status_code, made.url) == (302, f"/control/policies/{row.pk}/")
    assert (row.scope_kind, row.scope_key, row.status) == ("region", "HD", "draft")
    planner.post(f"{made.url}edit/", TYPED | {"document": '{"days": 6}'})
    row.refresh_from_db()
    assert (json.loads(row.document), row.effective_to, row.scope_key) == ({"days": 6, "read_days": 14}, None, "HD")
    assert planner.post(made.url, {"what": "publish"}).status_code == 403
    director.post(made.url, {"what": "publish"})
    planner.post(f"{made.url}edit/", TYPED | {"from": "2026-09-01", "document": '{"days": 2}', "region": "HD"})
    assert list(PolicyVersion.objects.order_by("id").values_list("version", "status")) == [
        (1, "published"),
        (2, "draft"),
    ]
    draft(9)
    asked = planner.get("/control/policies/where/", {"of": f"{KIND}/{KIND}", "party": "D1", "on": "2026-07-01"})
    body = asked.content.decode()
    assert body.index("holds</td>") < body.index("gives way</td>")
    assert body.index("HD</td>") < body.index("Whole network</td>")
    for query in (
        {"of": f"{KIND}/{KIND}", "party": "D9"},
        {"of": "x/y"},
        {"of": f"{KIND}/{KIND}", "on": "2026-02-30"},
    ):
        assert planner.get("/control/policies/where/", query).status_code == 409
    listed = planner.get("/control/policies/?state=in_force&export=csv").content.decode()
    assert len(listed.strip().splitlines()) == 3
    assert "in force" in planner.get(made.url).content.decode()
    assert browse("auditor").get(f"{made.url}edit/").status_code == 403
