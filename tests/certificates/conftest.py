"""Two kinds of certificates, and people of both sides who enter and accept them."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from certificate_house import KINDS, PORTAL, picture, publish
from django.test import Client
from django.utils import timezone

from gongying.areas.certificates import actions
from gongying.core.actor import Actor
from gongying.core.files import shelf
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope


@pytest.fixture
def held(network):
    """The network with the kinds published: enter(…) a certificate, house and owner people, a browser for anybody."""
    sync_roles()
    publish(KINDS)
    today = timezone.localdate()
    one = Actor("planner", role="planner", may=frozenset({"*"}), parties=None)
    other = Actor("director", role="director", may=frozenset({"*"}), parties=None)
    owners = {
        code: Actor(f"owner{code}", role="owner", may=PORTAL, parties=frozenset({pk}))
        for code, pk in network.ids.items()
    }

    def enter(code="D1", days=200, *, actor=None, kind="LIC", serial="A-1", accepted=True, since=-100, **more):
        who = actor or owners[code]
        party = network.ids[code]
        if kind == "LIC":
            copy = shelf.store(who, name="copy.png", chunks=[picture()], purpose="certificates", party_id=party)
            more.setdefault("file_id", copy.pk)
        verb = actions.submit if who.role == "owner" else actions.record
        made = verb(
            who,
            party_id=party,
            kind=kind,
            serial=serial,
            issuer="市场监督管理局",
            valid_from=today + timedelta(days=since),
            valid_to=None if days is None else today + timedelta(days=days),
            **more,
        )
        if accepted:
            actions.accept(other, certificate_id=made)
        return made

    def browser(role, code="", language="zh-hans"):
        user = User.objects.create_user(f"{role}{code}", "x", name="x", role=role, party_id=network.ids.get(code))
        kind, key = ("party", str(network.ids[code])) if code else ("all", "")
        UserScope.objects.create(user=user, kind=kind, key=key)
        made = Client()
        made.force_login(user)
        made.cookies["django_language"] = language
        return made

    return SimpleNamespace(
        ids=network.ids, today=today, planner=one, director=other, owner=owners, enter=enter, browser=browser
    )
