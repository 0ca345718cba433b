"""Every verb, one by one: a nobody is refused and it is on record; nonsense gets a clear answer, never a crash."""

import pytest
from django.test import Client

from gongying.core.actor import Actor
from gongying.core.audit.models import AuditRow
from gongying.core.doors import ACTIONS, QUERIES, call
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Forbidden

pytestmark = pytest.mark.django_db
NOBODY = Actor("nobody", parties=None)


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_a_verb_refuses_who_lacks_the_permission_and_says_so_in_the_audit(name):
    verb = ACTIONS[name]
    module = __import__(verb.fn.__module__, fromlist=["x"])
    door = getattr(module, verb.fn.__name__, None)
    assert door is not None, f"{name} must stay reachable under its own name"
    with pytest.raises(Forbidden):
        door(NOBODY)
    assert AuditRow.objects.filter(action=name, outcome="forbidden", actor="nobody").count() == 1


@pytest.mark.parametrize("name", sorted(n for n, v in QUERIES.items() if v.exposed))
def test_a_noun_refuses_who_lacks_the_permission(name):
    with pytest.raises(Forbidden):
        getattr(__import__(QUERIES[name].fn.__module__, fromlist=["x"]), QUERIES[name].fn.__name__)(NOBODY)


@pytest.mark.parametrize("name", sorted(n for n, v in ACTIONS.items() if v.exposed))
def test_an_operation_answers_nonsense_by_name_of_the_field(name):
    sync_roles()
    user = User.objects.create_user("root", "x", name="Root", role="admin")
    UserScope.objects.create(user=user, kind="all")
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    address = "/api/" + name.replace(".", "/", 1)
    answer = browser.post(address, '{"nonsense": 1}', content_type="application/json")
    roles = ACTIONS[name].roles
    assert answer.status_code in ((422,) if "admin" in roles else (403, 422)), answer.content
    if answer.status_code == 422:
        assert b"nonsense" in answer.content


def test_call_names_the_wrong_input():
    from gongying.core.refusal import Refused

    with pytest.raises(Refused) as no:
        call("rewards.settle", NOBODY, {"programme": "x", "period": "2026", "extra": 1})
    assert no.value.field == "extra"
