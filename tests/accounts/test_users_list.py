"""The list of users: scopes by their names, head office apart from distributors."""

import pytest
from django.test import Client

from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(network):
    sync_roles()
    d1 = network.ids["D1"]
    for login, role, kind, key, party in (
        ("root", "admin", "all", "", None),
        ("east", "regional", "region", "HD", None),
        ("money", "finance", "all", "", None),
        ("o1", "owner", "party", str(d1), d1),
    ):
        user = User.objects.create_user(login, "x", name=login, role=role, party_id=party)
        UserScope.objects.create(user=user, kind=kind, key=key)
    admin = Client(headers={"accept-language": "en"})
    admin.force_login(User.objects.get(login="root"))
    return admin


def listed(browser, query=""):
    return browser.get(f"/accounts/users/{query}").content.decode()


def test_a_scope_is_a_name_and_not_a_number(browser):
    page = listed(browser)
    assert "CNRY-D1 Hangzhou" in page
    assert "East" in page
    assert "Whole network" in page


def test_head_office_is_everybody_of_head_office(browser):
    page = listed(browser, "?side=office")
    assert all(f">{login}</a>" in page for login in ("root", "east", "money"))
    assert ">o1</a>" not in page
    page = listed(browser, "?side=distributors")
    assert ">o1</a>" in page
    assert ">money</a>" not in page
