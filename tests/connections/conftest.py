"""People who connect programs: an administrator, and an owner of either distributor."""

import json
from types import SimpleNamespace

import pytest
from django.test import Client

from gongying.areas.connections import actions
from gongying.core.keys import limits
from gongying.core.people.access import actor_for, sync_roles
from gongying.core.people.models import User, UserScope


@pytest.fixture
def house(network):
    """The small network with its people; `actor(login)` is somebody as he is now."""
    sync_roles()
    limits.forget()
    people = {}
    for login, role, code in (
        ("root", "admin", ""),
        ("boss", "admin", ""),
        ("own1", "owner", "D1"),
        ("own2", "owner", "D2"),
        ("eye", "auditor", ""),
    ):
        party = network.ids.get(code)
        user = User.objects.create_user(login, None, name=login, role=role, party_id=party)
        UserScope.objects.create(user=user, kind="party" if code else "all", key=str(party or ""))
        people[login] = user

    def actor(login):
        return actor_for(User.objects.get(login=login))

    def key(login="root", scopes=("rewards.view", "rewards.settle"), name="erp", **more):
        return actions.make_key(actor(login), name=name, scopes=scopes, **more)

    def browser(login):
        found = Client(raise_request_exception=False)
        found.force_login(people[login])
        return found

    return SimpleNamespace(network=network, people=people, actor=actor, key=key, browser=browser, ids=network.ids)


@pytest.fixture
def call():
    """Call the API with a key: GET without a body, POST with one."""

    def ask(token, address, body=None, **headers):
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        given = {"Authorization": f"Bearer {token}"} | headers
        if body is None:
            return client.get(address, headers=given)
        return client.post(address, json.dumps(body), content_type="application/json", headers=given)

    return ask
