"""X01: bill-to, payer and ship-to from a day on, on a page and by a verb; a stranger finds nothing."""

from datetime import date

import pytest
from django.test import Client

from gongying.areas.network import actions, queries
from gongying.core.actor import SYSTEM, Actor
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db
SPRING = date(2026, 3, 1)


def _browser(role, party=None):
    sync_roles()
    user = User.objects.create_user(login=f"{role}@x", password="a-long-password-1", role=role, party_id=party)
    UserScope.objects.create(user=user, kind="party" if party else "all", key=str(party or ""))
    browser = Client()
    browser.force_login(user)
    return browser


def test_who_pays_is_named_from_a_day_on_and_given_back(network):
    one = network.ids["D1"]
    actions.set_role(SYSTEM, party_id=one, role="payer", other="D2", valid_from=SPRING)
    before = queries.company(SYSTEM, party_id=one, on=date(2026, 2, 1))
    after = queries.company(SYSTEM, party_id=one, on=SPRING)
    assert [(each.role, each.code) for each in before.roles] == [
        ("bill_to", "D1"),
        ("payer", "D1"),
        ("ship_to", "D1"),
    ]
    assert [(each.role, each.code, each.own) for each in after.roles][1] == ("payer", "D2", False)
    actions.set_role(SYSTEM, party_id=one, role="payer", other="", valid_from=date(2026, 6, 1))
    assert queries.company(SYSTEM, party_id=one, on=date(2026, 6, 1)).roles[1].own


def test_an_unknown_code_and_a_stranger_are_refused(network):
    with pytest.raises(Refused) as no:
        actions.set_role(SYSTEM, party_id=network.ids["D1"], role="payer", other="D9", valid_from=SPRING)
    assert no.value.field == "other"
    stranger = Actor("s", may=frozenset({"*"}), parties=frozenset({network.ids["D2"]}))
    with pytest.raises(Missing):
        queries.company(stranger, party_id=network.ids["D1"], on=SPRING)


def test_finance_changes_a_role_on_the_page_and_the_owner_only_reads_it(network):
    one = network.ids["D1"]
    finance, owner, other = _browser("finance"), _browser("owner", one), _browser("clerk", network.ids["D2"])
    form = {"role": "bill_to", "other": "D2", "since": "2026-03-01"}
    assert finance.post(f"/network/{one}/", form).status_code == 302
    text = owner.get(f"/network/{one}/").content.decode()
    assert "CNRY-D2 广州" in text
    assert 'name="other"' not in text
    assert owner.post(f"/network/{one}/", form).status_code == 403
    assert other.get(f"/network/{one}/").status_code == 404
    wrong = finance.post(f"/network/{one}/", form | {"since": "2026-02-30"})
    assert wrong.status_code == 409
    assert "2026-01-31" in wrong.content.decode()
