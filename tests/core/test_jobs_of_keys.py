"""What a program starts through its key runs with the key's rights, never with its maker's; X20."""

from datetime import date

import pytest
from django.utils import timezone

from gongying.core.actor import SYSTEM
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.jobs import queue
from gongying.core.jobs.models import Job
from gongying.core.jobs.registry import JOBS, job
from gongying.core.keys import access, tokens
from gongying.core.keys.models import ApiKey, ApiSecret
from gongying.core.people.models import RolePermission, User, UserScope

pytestmark = pytest.mark.django_db
ADDRESS = "203.0.113.7"


@action(needs="tests.settle", roles=("finance",), name="tests.settle", exposed=False)
def _settle(actor) -> str:
    """What the maker may and the key may not."""
    return actor.name


ACTIONS.pop("tests.settle", None)


@pytest.fixture
def work():
    """A job that settles."""

    @job("tests.settling", label="Settle")
    def settling(context):
        seen = None if context.actor.parties is None else sorted(context.actor.parties)
        return {"who": _settle(context.actor), "via": context.actor.via, "parties": seen}

    yield
    JOBS.pop("tests.settling")


@pytest.fixture
def maker(network):
    """Somebody of finance who may start and settle and sees the whole network."""
    for permission in ("tests.begin", "tests.settle"):
        RolePermission.objects.update_or_create(role="finance", permission=permission, defaults={"held": True})
    user = User.objects.create_user("fin@x", None, name="fin", role="finance")
    UserScope.objects.create(user=user, kind="all", key="")
    return user


def key(maker, *scopes, **more):
    """A key of the maker with these permissions, and who calls with it."""
    made = ApiKey.objects.create(name=more.pop("name", "erp"), user_id=maker.pk, scopes=list(scopes), **more)
    fresh = tokens.new()
    ApiSecret.objects.create(key=made, prefix=fresh.prefix, digest=fresh.digest)
    found = access.caller(fresh.text, ADDRESS)
    assert found is not None
    return made, found.actor


def started(actor):
    return queue.start(actor, "tests.settling", title="settle")


def test_a_key_without_a_permission_does_not_get_it_through_a_job(work, maker):
    _made, caller = key(maker, "tests.begin")
    ran = queue.run(started(caller))
    assert (ran.state, "tests.settle" in ran.error, ran.result) == ("failed", True, {})
    _made, other = key(maker, "tests.begin", "tests.settle", name="second")
    ran = queue.run(started(other))
    assert (ran.state, ran.result) == ("done", {"who": "key:second", "via": "job", "parties": None})


def test_what_is_withdrawn_before_the_job_runs_is_gone(work, maker):
    made, caller = key(maker, "tests.settle")
    waiting = [started(caller) for _n in range(3)]
    assert queue.run(waiting[0]).state == "done"
    RolePermission.objects.filter(role="finance", permission="tests.settle").update(held=False)
    assert queue.run(waiting[1]).state == "failed"
    RolePermission.objects.filter(role="finance", permission="tests.settle").update(held=True)
    ApiKey.objects.unscoped("test").filter(pk=made.pk).update(revoked_at=timezone.now())
    ended = queue.run(waiting[2])
    assert (ended.state, ended.result) == ("failed", {})


@pytest.mark.parametrize("more", [{"expires_on": date(2020, 1, 1)}, {}])
def test_a_key_that_ended_or_whose_maker_left_finishes_nothing(work, maker, more):
    made, caller = key(maker, "tests.settle")
    waiting = started(caller)
    if more:
        ApiKey.objects.unscoped("test").filter(pk=made.pk).update(**more)
    else:
        User.objects.filter(pk=maker.pk).update(is_active=False)
    assert queue.run(waiting).state == "failed"


def test_a_narrowed_key_sees_its_distributor_alone_in_a_job_too(work, maker, network):
    _made, caller = key(maker, "tests.settle", narrowed_to=network.ids["D1"])
    ran = queue.run(started(caller))
    assert (ran.state, ran.result["parties"]) == ("done", [network.ids["D1"]])
    of_party, other = key(
        maker, "tests.settle", name="erp", party_id=network.ids["D2"], narrowed_to=network.ids["D2"]
    )
    assert of_party.principal == f"key:erp@{network.ids['D2']}"
    assert queue.run(started(other)).result["parties"] == [network.ids["D2"]]


def test_a_key_finds_its_own_jobs_and_nobody_elses(work, maker, network):
    _made, caller = key(maker, "tests.settle", narrowed_to=network.ids["D1"])
    _made, second = key(maker, "tests.settle", name="second")
    mine, other = started(caller), started(second)
    house = queue.start(SYSTEM, "tests.settling", title="house")
    assert [row.pk for row in queue.visible(caller)] == [mine]
    assert [row.pk for row in queue.visible(second)] == [other]
    assert {row.pk for row in queue.visible(SYSTEM)} == {mine, other, house}
    assert Job.objects.count() == 3
