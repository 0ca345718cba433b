"""The menu: short for every role, one group open, nothing out of reach."""

import pytest

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL, ROLES, permissions
from gongying.core.ui import nav, search

A_SCREEN = 900 - 90  # px of a small screen below the brand; a row has 38, one inside a group 34


def somebody(role):
    may = frozenset(needs for needs, roles in permissions().items() if role in roles)
    return Actor(role, role=role, may=may, parties=frozenset({1}) if role in PORTAL else None)


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_of_a_role_is_one_screen_on_every_page(role):
    actor = somebody(role)
    for item in nav.menu(actor):
        found = nav.sections(actor, item.url)
        shown = sum(38 + 34 * len(s.items) * s.open if s.folds else 38 * len(s.items) for s in found)
        assert shown <= A_SCREEN, (role, item.url, shown)


@pytest.mark.parametrize("role", ROLES)
def test_every_entry_is_in_the_menu_once_or_under_an_entry_that_is(role):
    actor = somebody(role)
    mine = nav.menu(actor)
    listed = [item for section in nav.sections(actor) for item in section.items]
    assert len({item.url for item in listed}) == len(listed)
    for item in mine:
        assert item in listed or item.under in {each.url for each in listed}, (role, item.url)


def test_one_group_is_open_that_of_the_page_else_the_first():
    actor = somebody("admin")
    for path, code in (
        ("/billing/payments/7/", "credit"),
        ("/billing/bank/", "credit"),
        ("/channel/trust/3/", "data"),
        ("/", "orders"),
        ("/nowhere/", "orders"),
    ):
        assert [s.group for s in nav.sections(actor, path) if s.open and s.folds] == [nav.GROUPS[code]], path


def test_a_page_belongs_to_the_entry_it_is_reached_from():
    mine = nav.menu(somebody("admin"))
    for path, url in (
        ("/billing/payments/7/", "/billing/payments/"),
        ("/billing/bank/2/", "/billing/payments/"),
        ("/billing/reminders/", "/billing/receivables/"),
        ("/ordering/board/", "/ordering/"),
        ("/", "/"),
    ):
        assert nav.here(mine, path).url == url
    assert nav.here(mine, "/nowhere/") is None


def test_the_phone_has_four_entries_and_the_distributor_orders_from_one_of_them():
    assert [item.url for item in nav.thumb(somebody("owner"))][:3] == ["/", "/ordering/new/", "/ordering/"]
    assert all(len(nav.thumb(somebody(role))) == nav.AT_THE_THUMB for role in ROLES)


@pytest.mark.django_db
def test_the_search_names_what_the_menu_does_not_list():
    (board,) = [item for item in nav.ITEMS if item.url == "/ordering/board/"]
    hits = {hit.url for hit in search.find(somebody("admin"), str(board.label), "")}
    assert "/ordering/board/" in hits
