"""Keys of programs (C084): what they may, how they end, that nothing of them is told twice."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gongying.areas.accounts import actions as accounts
from gongying.areas.connections import actions, queries
from gongying.core.actor import SYSTEM
from gongying.core.audit.models import ActionKey, AuditRow
from gongying.core.keys import access, limits
from gongying.core.keys.models import ApiKey, ApiSecret
from gongying.core.people.models import User
from gongying.core.refusal import Forbidden, Missing, Refused

pytestmark = pytest.mark.django_db
WHO = "/api/connections/whoami"
SETTLE = {"programme": "annual", "period": "2026"}


def keys():
    return ApiKey.objects.unscoped("test")


def secrets():
    return ApiSecret.objects.unscoped("test")


def test_a_key_says_who_it_is_and_nothing_keeps_its_secret(house, call):
    made = house.key()
    answer = call(made.token, WHO)
    assert answer.status_code == 200
    assert answer.json() == {
        "name": "key:erp",
        "role": "admin",
        "key": True,
        "whole_network": True,
        "distributors": [],
        "permissions": ["connections.whoami", "rewards.settle", "rewards.view"],
    }
    random = made.token[len("gy_abcdefghij_") :]
    kept = [
        str(row) for table in (keys(), secrets(), AuditRow.objects, ActionKey.objects) for row in table.values()
    ]
    assert len(kept) > 2
    assert not any(random in row for row in kept)


def test_a_key_needs_no_token_of_a_page_and_signs_the_audit_log(house, call, programme):
    programme()
    made = house.key()
    answer = call(made.token, "/api/rewards/settle", SETTLE)
    assert answer.status_code == 200, answer.content
    row = AuditRow.objects.get(action="rewards.settle")
    assert (row.actor, row.via, row.user_id) == ("key:erp", "api", house.people["root"].pk)
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(house.people["root"])
    assert forged.post("/api/rewards/settle", SETTLE, content_type="application/json").json()["code"] == "csrf"


def test_a_key_may_what_was_chosen_and_no_more(house, call):
    made = house.key(scopes=["rewards.view"])
    assert call(made.token, "/api/rewards/settle", SETTLE).json() == {"code": "forbidden"}
    assert call(made.token, "/api/cockpit/overview").status_code == 403
    assert AuditRow.objects.get(outcome="forbidden").actor == "key:erp"


def test_what_is_withdrawn_from_its_maker_is_gone_at_once(house, call):
    made = house.key()
    assert call(made.token, "/api/rewards/settle", SETTLE).status_code == 404, "no such programme: it may ask"
    accounts.withdraw(house.actor("boss"), role="admin", permission="rewards.settle")
    assert call(made.token, "/api/rewards/settle", SETTLE).status_code == 403
    assert "rewards.settle" not in call(made.token, WHO).json()["permissions"]
    User.objects.filter(pk=house.people["root"].pk).update(role="auditor")
    assert call(made.token, WHO).json()["role"] == "auditor"
    accounts.disable_user(house.actor("boss"), user_id=house.people["root"].pk)
    assert call(made.token, WHO).status_code == 401


def test_a_key_ends_by_being_revoked_by_its_last_day_and_elsewhere(house, call):
    today = timezone.localdate()
    revoked = house.key()
    actions.revoke_key(house.actor("boss"), key_id=revoked.key_id)
    last = house.key(name="last", expires_on=today)
    here = house.key(name="here", networks=["127.0.0.0/8", "203.0.113.7"])
    there = house.key(name="there", networks=["203.0.113.7"])
    codes = [call(made.token, WHO).status_code for made in (revoked, last, here, there)]
    assert codes == [401, 200, 200, 401]
    keys().filter(pk=last.key_id).update(expires_on=today - timedelta(days=1))
    assert call(last.token, WHO).status_code == 401
    told = {call(made.token, WHO).content for made in (revoked, last, there)} | {call("gy_x", WHO).content}
    assert len(told) == 1, "a caller is not told why"
    with pytest.raises(Refused, match=r"revoked|吊销"):
        actions.rotate_key(house.actor("root"), key_id=revoked.key_id)


def test_a_bad_key_never_falls_back_to_a_session(house):
    browser = house.browser("root")
    assert browser.get(WHO).status_code == 200
    for sent in ("Bearer", "Bearer gy_abcdefghij_" + "x" * 43, "bearer nonsense"):
        answer = browser.get(WHO, headers={"Authorization": sent})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), sent


def test_rotation_leaves_the_older_secret_for_a_while_and_no_third(house, call):
    first = house.key()
    second = actions.rotate_key(house.actor("root"), key_id=first.key_id, hours=2)
    assert [call(made.token, WHO).status_code for made in (first, second)] == [200, 200]
    third = actions.rotate_key(house.actor("boss"), key_id=first.key_id, hours=0)
    assert [call(made.token, WHO).status_code for made in (first, second, third)] == [401, 401, 200]
    with pytest.raises(Refused):
        actions.rotate_key(house.actor("root"), key_id=first.key_id, hours=169)
    assert call(third.token, WHO).json()["name"] == "key:erp", "a rotated key is the same caller"


def test_use_is_remembered_every_few_minutes(house, call, django_assert_num_queries):
    made = house.key()
    call(made.token, WHO)
    row = keys().get()
    assert (row.used_from, row.used_at is not None) == ("127.0.0.1", True)
    with django_assert_num_queries(3):  # the key, its maker, his rights: nothing is written
        assert call(made.token, WHO).status_code == 200
    assert keys().get().used_at == row.used_at
    earlier = timezone.now() - timedelta(minutes=6)
    secrets().update(used_at=earlier)
    call(made.token, WHO)
    assert secrets().get().used_at > earlier


def test_a_key_that_calls_too_often_waits(house, call, monkeypatch):
    monkeypatch.setattr(limits, "BURST", 3)
    monkeypatch.setattr(limits, "PER_SECOND", 0.01)  # it does not fill again while the test runs
    made, other = house.key(), house.key(name="other")
    codes = [call(made.token, WHO).status_code for _n in range(5)]
    assert codes == [200, 200, 200, 429, 429]
    answer = call(made.token, WHO)
    assert answer.json()["code"] == "rate"
    assert 90 <= int(answer["Retry-After"]) <= 100
    assert call(other.token, WHO).status_code == 200, "counted by key"


def test_the_bucket_fills_again():
    limits.forget()
    assert [limits.wait(1, now=0.0) for _n in range(limits.BURST)] == [0] * limits.BURST
    assert limits.wait(1, now=0.0) == 1
    assert [limits.wait(1, now=0.25) for _n in range(3)] == [0, 0, 1]
    assert limits.wait(2, now=0.25) == 0


def test_a_distributors_key_sees_his_company_only(house, call, programme):
    programme()
    house.network.sell(house.network.line(yuan=9000), house.network.line("D2", 9000, doc="A2"))
    made = house.key("own1", scopes=["cockpit.view"])
    seen = call(made.token, WHO).json()
    assert (seen["name"], seen["distributors"], seen["whole_network"]) == (
        f"key:erp@{house.ids['D1']}",
        ["D1"],
        False,
    )
    text = call(made.token, "/api/cockpit/overview").content.decode()
    assert "D2" not in text


def test_a_key_of_head_office_is_narrowed_to_one_distributor(house, call):
    made = house.key(scopes=["cockpit.view"], distributor="D2")
    seen = call(made.token, WHO).json()
    assert (seen["distributors"], seen["role"]) == (["D2"], "clerk"), "it acts as somebody of that distributor"
    with pytest.raises(Refused) as no:
        house.key(name="more", scopes=["rewards.settle"], distributor="D2")
    assert no.value.field == "scopes", "what no distributor may be given"
    with pytest.raises(Refused) as no:
        house.key(name="none", scopes=["cockpit.view"], distributor="D9")
    assert no.value.field == "distributor"


def test_a_key_is_given_neither_approvals_nor_peoples_own_affairs(house):
    held = access.grantable(house.actor("root"), narrowed=False)
    flat = {each for group in held.values() for each in group}
    assert "rewards.settle" in flat
    assert not flat & {"rewards.approve", "targets.approve", "tiers.approve", "policies.publish", "rewards.rule"}
    words = {word for each in flat for word in each.partition(".")[2].split("_")}
    assert not words & {"approve", "apply", "consent", "decide", "publish", "release", "reopen", "rule"}
    assert not {each.split(".")[0] for each in flat} & {"accounts", "connections", "ui"}
    for scopes in (["rewards.approve"], ["accounts.grant"], ["connections.keys"], ["nonsense"], ["*"], []):
        with pytest.raises(Refused) as no:
            house.key(scopes=scopes)
        assert no.value.field == "scopes"
    with pytest.raises(Refused):
        house.key("own1", scopes=["rewards.settle"])  # never more than its maker's role


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "a@b"}, "name"),
        ({"name": ""}, "name"),
        ({"networks": ["office"]}, "networks"),
        ({"networks": ["10.0.0.1"] * 21}, "networks"),
        ({"expires_on": timezone.localdate() - timedelta(days=1)}, "expires_on"),
    ],
)
def test_a_key_is_described_well_or_not_made(house, given, field):
    with pytest.raises(Refused) as no:
        house.key(**given)
    assert no.value.field == field
    assert not keys().exists()


def test_a_name_is_used_once_by_a_company_and_means_another_key_in_another(house, call):
    first, other = house.key("own1", scopes=["cockpit.view"]), house.key("own2", scopes=["cockpit.view"])
    names = {call(made.token, WHO).json()["name"] for made in (first, other)}
    assert len(names) == 2
    actions.revoke_key(house.actor("own1"), key_id=first.key_id)
    with pytest.raises(Refused) as no:
        house.key("own1", scopes=["cockpit.view"])
    assert no.value.field == "name"


def test_an_owner_sees_and_changes_keys_of_his_company_only(house):
    mine, foreign, office = house.key("own1", ["cockpit.view"]), house.key("own2", ["cockpit.view"]), house.key()
    owner = house.actor("own1")
    assert [row.pk for row in queries.keys(owner)] == [mine.key_id]
    for key_id in (foreign.key_id, office.key_id, 987_654_321):
        for verb in (actions.revoke_key, actions.rotate_key):
            with pytest.raises(Missing):
                verb(owner, key_id=key_id)
        assert house.browser("own1").get(f"/connections/keys/{key_id}/").status_code == 404
    boss = house.actor("boss")
    with pytest.raises(Refused) as no:
        actions.rotate_key(boss, key_id=mine.key_id)
    assert no.value.code == "not_yours", "head office must not get at a distributor's secret"
    actions.revoke_key(boss, key_id=mine.key_id)
    assert keys().get(pk=mine.key_id).revoked_by == "boss"


def test_only_a_person_makes_a_key(house):
    with pytest.raises(Refused) as no:
        actions.make_key(SYSTEM, name="x", scopes=["rewards.view"])
    assert no.value.code == "person"
    with pytest.raises(Forbidden):
        house.key("eye")
    made = house.key()
    held = access.caller(made.token, "127.0.0.1")
    with pytest.raises(Forbidden):
        actions.make_key(held.actor, name="y", scopes=["rewards.view"])


def test_an_idempotency_key_is_answered_once_and_the_same(house, call, programme):
    programme()
    made = house.key()
    first = call(made.token, "/api/rewards/settle", SETTLE, **{"Idempotency-Key": "a1"})
    again = call(made.token, "/api/rewards/settle", SETTLE, **{"Idempotency-Key": "a1"})
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert AuditRow.objects.filter(action="rewards.settle", outcome="done").count() == 1
    other = call(made.token, "/api/rewards/settle", SETTLE | {"period": "2025"}, **{"Idempotency-Key": "a1"})
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    rotated = actions.rotate_key(house.actor("root"), key_id=made.key_id)
    later = call(rotated.token, "/api/rewards/settle", SETTLE, **{"Idempotency-Key": "a1"})
    assert later.content == first.content, "a new secret does not do it twice"
    stranger = house.key(name="other")
    call(stranger.token, "/api/rewards/settle", SETTLE, **{"Idempotency-Key": "a1"})
    assert ActionKey.objects.filter(key="a1").count() == 2, "another caller's key is another key"


def test_a_demand_on_its_maker_stops_a_key_too(house, call):
    made = house.key()
    accounts.demand_factor(house.actor("boss"), roles=["admin"], since=timezone.localdate())
    answer = call(made.token, "/api/rewards/settle", SETTLE)
    assert (answer.status_code, answer.json()["code"]) == (403, "demanded")
