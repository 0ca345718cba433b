"""Roles: what they may do is an administrator's to decide, within limits; a second factor may be demanded of them."""

from datetime import date, timedelta

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from gongying.areas.accounts import actions, queries
from gongying.core.actor import SYSTEM, Actor
from gongying.core.audit.models import AuditRow
from gongying.core.doors import EVERYONE, PORTAL, ROLES, WORDS, permissions
from gongying.core.journal.models import Entry
from gongying.core.people.access import actor_for, sync_roles
from gongying.core.people.models import RolePermission, User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db
SECRET = "grain-river-lamp-42"


@pytest.fixture
def people(network):
    sync_roles()
    found = {}
    for role in ROLES:
        kind = "party" if role in PORTAL else "region" if role == "regional" else "all"
        key = {"party": str(network.ids["D1"]), "region": "HD", "all": ""}[kind]
        found[role] = User.objects.create_user(
            role, SECRET, name=role, role=role, party_id=network.ids["D1"] if role in PORTAL else None
        )
        UserScope.objects.create(user=found[role], kind=kind, key=key)
    return found


def browser_of(user):
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser


def told(name):
    return [entry.payload for entry in Entry.objects.filter(name=name)]


def test_every_permission_says_what_it_is_for():
    assert set(permissions()) - {"accounts.log_in"} <= set(WORDS)
    assert {name.split(".")[0] for name in permissions()} <= set(WORDS)


def test_what_is_granted_or_withdrawn_holds_at_the_next_request_and_is_on_record(people):
    chief, planner = actor_for(people["admin"]), browser_of(people["planner"])
    assert planner.get("/control/audit/").status_code == 403
    assert actions.grant(chief, role="planner", permission="control.audit") is True
    assert planner.get("/control/audit/").status_code == 200
    assert planner.get("/api/control/seal").status_code == 200
    assert actions.grant(chief, role="planner", permission="control.audit") is False, "again changes nothing"
    assert actions.withdraw(chief, role="planner", permission="control.audit") is True
    assert planner.get("/control/audit/").status_code == 403
    assert planner.get("/api/control/seal").status_code == 403
    assert told("accounts.permission_granted") == ['{"permission":"control.audit","role":"planner"}']
    assert told("accounts.permission_withdrawn") == ['{"permission":"control.audit","role":"planner"}']
    assert AuditRow.objects.filter(action="accounts.grant", actor="admin", outcome="done").count() == 2


def test_an_upgrade_gives_nothing_back_and_brings_what_is_new(people):
    chief = actor_for(people["admin"])
    for role in permissions()["imports.undo"]:
        actions.withdraw(chief, role=role, permission="imports.undo")
    assert sync_roles() == 0
    assert not actor_for(people["planner"]).can("imports.undo")
    RolePermission.objects.filter(
        role="auditor", permission="control.audit"
    ).delete()  # as if the version before knew none
    assert sync_roles() == 1
    assert actor_for(people["auditor"]).can("control.audit")


@pytest.mark.parametrize(
    ("role", "permission", "code"),
    [
        ("owner", "rewards.settle", "narrow"),
        ("clerk", "control.audit", "narrow"),
        ("owner", "targets.view", "narrow"),
        ("regional", "control.policies", "narrow"),
        ("regional", "rewards.settle", "narrow"),
        ("director", "rewards.confirm", "distributors"),
        ("regional", "rewards.dispute", "distributors"),
        ("director", "accounts.grant", "administrators"),
        ("owner", "accounts.set_role", "administrators"),
        ("admin", "accounts.log_in", "unknown"),
        ("king", "rewards.view", "unknown"),
        ("admin", "rewards.everything", "unknown"),
    ],
)
def test_some_things_are_granted_to_nobody_they_were_not_made_for(people, role, permission, code):
    with pytest.raises(Refused) as no:
        actions.grant(actor_for(people["admin"]), role=role, permission=permission)
    assert no.value.code == code
    assert not RolePermission.objects.filter(role=role, permission=permission).exists()


def test_no_role_that_sees_a_part_can_be_given_what_reads_the_whole():
    narrow = {"owner": set(PORTAL), "clerk": set(PORTAL), "regional": {"regional", *PORTAL}}
    for permission, made_for in permissions().items():
        for role, alike in narrow.items():
            if not alike & set(made_for):
                with pytest.raises(Refused):
                    actions.grant(SYSTEM, role=role, permission=permission)


def test_administrators_cannot_lock_themselves_out_nor_anybody_out_of_his_own_security(people):
    chief = actor_for(people["admin"])
    for permission in (name for name in permissions() if name.startswith("accounts.") and chief.can(name)):
        with pytest.raises(Refused):
            actions.withdraw(chief, role="admin", permission=permission)
    for role in EVERYONE:
        with pytest.raises(Refused):
            actions.withdraw(chief, role=role, permission="accounts.self")
    with pytest.raises(Missing):
        actions.withdraw(chief, role="owner", permission="rewards.settle")
    for role in set(ROLES) - {"admin"}:
        with pytest.raises(Forbidden):
            actions.grant(actor_for(people[role]), role=role, permission="control.audit")


def test_whoever_is_let_manage_people_stays_below_head_office(people):
    actions.grant(actor_for(people["admin"]), role="director", permission="accounts.create_user")
    actions.grant(actor_for(people["admin"]), role="director", permission="accounts.disable_user")
    helper = actor_for(people["director"])
    with pytest.raises(Missing):
        actions.create_user(helper, login="mine", name="Mine", role="admin", password=SECRET)
    for verb in (actions.disable_user, actions.enable_user, actions.clear_factor):
        with pytest.raises(Missing):
            verb(helper, user_id=people["admin"].pk)
    with pytest.raises(Missing):
        actions.reset_password(helper, user_id=people["admin"].pk, password=SECRET)
    actions.disable_user(helper, user_id=people["clerk"].pk)
    assert not User.objects.get(pk=people["clerk"].pk).is_active


def test_the_pages_show_and_change_what_roles_may(people):
    chief, auditor = browser_of(people["admin"]), browser_of(people["auditor"])
    for language, word in (("zh-hans", "提交结算"), ("en", "Submit settlements")):
        chief.cookies["django_language"] = language
        assert word in chief.get("/accounts/roles/finance/").content.decode()
    assert "clerk" in chief.get("/accounts/roles/").content.decode()
    assert chief.get("/accounts/roles/king/").status_code == 404
    assert auditor.get("/accounts/roles/finance/").status_code == 200
    post = {"what": "withdraw", "permission": "rewards.settle"}
    assert auditor.post("/accounts/roles/finance/", post).status_code == 403
    assert actor_for(people["finance"]).can("rewards.settle")
    assert chief.post("/accounts/roles/finance/", post).status_code == 302
    assert not actor_for(people["finance"]).can("rewards.settle")
    assert chief.post("/accounts/roles/finance/", post | {"what": "grant"}).status_code == 302
    assert actor_for(people["finance"]).can("rewards.settle")
    answer = chief.post("/accounts/roles/admin/", {"what": "withdraw", "permission": "accounts.grant"})
    assert answer.status_code == 409
    assert "lock themselves out" in answer.content.decode()
    [finance] = [each for each in queries.roles(actor_for(people["admin"])) if each.role == "finance"]
    assert (finance.people, finance.given, finance.taken) == (["finance"], 0, 0)


def demand(people, *roles, since=None):
    return actions.demand_factor(actor_for(people["admin"]), roles=list(roles), since=since)


def test_whoever_must_have_a_second_factor_sets_it_up_before_anything_else(people):
    browser = browser_of(people["finance"])
    assert browser.get("/").status_code == 200
    demand(people, "finance", "director")
    for address in ("/", "/rewards/runs/", "/cockpit/distributors/?export=csv", "/ui/notices/"):
        answer = browser.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/factor/"), address
    for answer in (
        browser.get("/api/cockpit/overview"),
        browser.post("/api/ui/read_notices", "{}", content_type="application/json"),
    ):
        assert answer.status_code == 403
        assert answer.json()["code"] == "demanded"
        assert answer.json()["remedy"] == "/accounts/factor/"
    assert browser.get("/accounts/profile/").status_code == 200, "his own security stays open"
    assert browser_of(people["planner"]).get("/").status_code == 200, "nothing is demanded of others"

    shown = browser.post("/accounts/factor/", {"what": "start"}).content.decode()
    secret = shown.split('<p class="hash">')[1].split("<")[0]
    assert browser.post("/accounts/factor/", {"what": "confirm", "code": "x"}).status_code == 409
    done = browser.post("/accounts/factor/", {"what": "confirm", "code": pyotp.TOTP(secret).now()})
    assert done.status_code == 200
    assert done.content.decode().count("<br>") == 10, "the recovery codes"
    assert browser.get("/").status_code == 200
    assert browser.get("/accounts/factor/").headers["Location"] == "/"


def test_whoever_loses_the_factor_is_led_to_it_again(people):
    demand(people, "owner")
    owner = actor_for(people["owner"])
    assert owner.may == {"accounts.self"}
    clock = pyotp.parse_uri(actions.start_factor(owner))
    actions.confirm_factor(owner, code=clock.now())
    assert actor_for(people["owner"]).can("rewards.confirm")
    browser = browser_of(people["owner"])
    actions.clear_factor(actor_for(people["admin"]), user_id=people["owner"].pk)
    assert actor_for(people["owner"]).must == "/accounts/factor/"
    assert browser.get("/").status_code == 302
    with pytest.raises(Missing):
        actions.clear_factor(Actor("stranger", may=frozenset({"*"})), user_id=people["owner"].pk)


def test_a_demand_begins_on_its_day_and_the_newest_version_holds(people):
    today = timezone.localdate()
    demand(people, "clerk", since=today + timedelta(days=3))
    assert queries.demanded_of(today) == ()
    assert queries.demanded_of(today + timedelta(days=3)) == ("clerk",)
    assert queries.demands_to_come(today) == [(today + timedelta(days=3), ("clerk",))]
    demand(people, "director")
    assert queries.demanded_of(today) == ("director",)
    demand(people)
    assert queries.demanded_of(today) == (), "nobody, from now on"
    with pytest.raises(Refused):
        demand(people, "admin", since=today - timedelta(days=1))
    with pytest.raises(Refused):
        demand(people, "king")
    with pytest.raises(Refused):
        policies.draft(SYSTEM, kind="accounts.second_factor", key="accounts.second_factor", title="x", document={"roles": ["king"]}, effective_from=date(2026, 1, 1))  # fmt: skip
    assert told("policies.policy_published")


def test_only_whoever_decides_on_roles_lifts_the_demand(people):
    version = demand(people, "planner")
    director = actor_for(people["director"])
    assert director.can("policies.publish")
    with pytest.raises(Forbidden):
        policies.withdraw(director, version_id=version)
    lifted = policies.draft(
        director,
        kind="accounts.second_factor",
        key="accounts.second_factor",
        title="x",
        document={"roles": []},
        effective_from=timezone.localdate(),
    )
    with pytest.raises(Forbidden):
        policies.publish(director, version_id=lifted)
    browser = browser_of(people["director"])
    assert browser.post(f"/control/policies/{version}/", {"what": "withdraw"}).status_code == 403
    assert queries.demanded_of(timezone.localdate()) == ("planner",)
    policies.withdraw(actor_for(people["admin"]), version_id=version)
    assert queries.demanded_of(timezone.localdate()) == ()


def test_the_form_publishes_the_demand(people):
    chief = browser_of(people["admin"])
    today = f"{timezone.localdate():%Y-%m-%d}"
    assert chief.post("/accounts/roles/", {"roles": ["finance"], "since": today}).status_code == 302
    assert queries.demanded_of(timezone.localdate()) == ("finance",)
    [version] = PolicyVersion.objects.filter(kind="accounts.second_factor").values_list("pk", flat=True)
    assert "财务" in chief.get(f"/control/policies/{version}/").content.decode(), "the policy is read out"
    assert chief.post("/accounts/roles/", {"roles": ["finance"], "since": "2026-02-31"}).status_code == 409
    page = chief.get("/accounts/roles/").content.decode()
    assert "已要求" in page
