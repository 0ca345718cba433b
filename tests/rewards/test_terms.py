"""What a programme may say, in which money and in which pieces it pays, and how the list of programmes tells it."""

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from runs import FLAT, balance, draft, newest, paid, publish

from gongying.areas.rewards import actions, queries
from gongying.areas.rewards.rules import Programme
from gongying.books.goods.models import Pack
from gongying.books.money import read as money
from gongying.core.actor import SYSTEM
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope
from gongying.core.policies import actions as policies
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Refused

pytestmark = pytest.mark.django_db


# --- what a document may say --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"tiers": [{"start": "0", "end": "100", "rate": "0.1"}]}, "gap: 100 and above"),
        ({"payout_cap": "-1"}, "At least 0"),
        ({"base_cap": "0"}, "More than 0"),
        ({"guarantee": "-5"}, "At least 0"),
        ({"guarantee": "0.005"}, "whole amount of CNY"),
        ({"payout_cap": "10.5", "currency": "JPY"}, "whole amount of JPY"),
        ({"payout_cap": "0.0005", "currency": "KWD"}, "whole amount of KWD"),
    ],
)
def test_what_could_pay_by_mistake_is_no_programme(more, said):
    with override("en"), pytest.raises(Refused, match=said):
        draft(**more)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"tiers": [{"start": "0", "end": "100", "rate": "0.2"}, {"start": "100", "rate": "0.1"}]}, "falls"),
        (
            {
                "method": "fixed",
                "tiers": [{"start": "0", "end": "100", "rate": "9"}, {"start": "100", "rate": "8"}],
            },
            "falls",
        ),
        ({"payout_cap": "10", "guarantee": "20"}, "cap"),
    ],
)
def test_a_payout_that_falls_or_a_cap_below_the_guarantee_is_not_published(network, more, code):
    version = draft(**more)
    actions.replay(SYSTEM, version_id=version, period="2026")
    with pytest.raises(Refused) as no:
        policies.publish(SYSTEM, version_id=version)
    assert no.value.code == code


def test_the_cliff_of_a_fixed_amount_has_its_size_in_the_findings(network):
    row = PolicyVersion.objects.get(
        pk=draft(
            method="fixed", tiers=[{"start": "0", "end": "100", "rate": "0"}, {"start": "100", "rate": "88.50"}]
        )
    )
    with override("en"):
        assert "At 100 the payout jumps by 88.50." in [str(f.message) for f in policies.findings(row)]


def test_the_end_of_a_draft_can_be_taken_away_again(network):
    version = draft(until=date(2026, 6, 1))
    document = {"method": "slab", "tiers": FLAT}
    policies.revise(SYSTEM, version_id=version, document=document)
    assert PolicyVersion.objects.get(pk=version).effective_to == date(2026, 6, 1)
    policies.revise(SYSTEM, version_id=version, document=document, open_ended=True)
    assert PolicyVersion.objects.get(pk=version).effective_to is None


# --- money and pieces ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("currency", "minor", "entitled", "shown"),
    [("JPY", 90_000, 1_350, "JP¥1,350"), ("KWD", 90_000_005, 1_350_000, "KWD 1,350.000")],
)
def test_other_currencies_are_settled_in_their_own_minor_units(
    network, programme, currency, minor, entitled, shown
):
    """1.5 % from 10,000 major units on, to the yen and to the fils, with a cap and a progress that are not hundredfold."""
    programme(
        currency=currency,
        tiers=[{"start": "0", "end": "10000", "rate": "0"}, {"start": "10000", "rate": "0.015"}],
        payout_cap="2000",
    )
    network.sell(network.line()._replace(currency=currency, gross_minor=minor), network.line(yuan=9000, doc="CNY"))
    assert paid() == entitled
    assert balance(network, currency=currency) == entitled
    assert balance(network) == 0
    row = newest(network)
    with override("en"):
        view = queries.statement(SYSTEM, statement_id=row.pk)
    assert view.capitals == ""
    assert [view.words[-2].value, view.words[-1].value] == [shown, shown]
    (ahead,) = queries.progress(SYSTEM, network.ids["D1"], date(2026, 8, 1))
    assert (ahead.base, ahead.start, ahead.next_start) == (minor, 10_000 * (1 if currency == "JPY" else 1000), None)
    (other,) = queries.progress(SYSTEM, network.ids["D2"], date(2026, 8, 1))
    assert (other.base, other.accrued_minor, other.gap) == (0, 0, 10_000 * (1 if currency == "JPY" else 1000))


def test_pieces_count_whatever_pack_they_were_sold_in(network, programme):
    """Five cases of four and one piece are 21 pieces, exactly the second tier; a case that comes back falls below it."""
    programme(
        method="per_unit",
        basis="quantity",
        tiers=[{"start": "0", "end": "21", "rate": "1"}, {"start": "21", "rate": "2.50"}],
    )
    case = Pack.objects.get(product__code="P2").factor
    network.sell(network.line(yuan=100, product="P2", qty=5 * case))
    assert paid() == 20_00
    network.sell(network.line(yuan=5, product="P2", qty=1, doc="A2"))
    assert paid() == 52_50 - 20_00
    network.sell(network.line(yuan=-20, product="P2", qty=-case, doc="R1"))
    assert paid() == 17_00 - 52_50


def test_what_is_taken_back_may_be_more_than_the_account_holds(network, programme):
    programme(tiers=FLAT)
    network.sell(network.line(yuan=9000))
    assert paid() == 90_00
    network.sell(network.line(yuan=-9000, qty=-1, doc="R1"), network.line(yuan=-500, qty=-1, doc="R2"))
    assert paid() == -90_00, "a negative base earns nothing, it owes nothing"
    assert (balance(network), money.check()) == (0, [])
    network.sell(network.line(yuan=700, doc="A9"))
    assert paid() == 2_00


# --- the list of programmes ---------------------------------------------------------------------------------------


def test_the_list_says_where_every_version_stands_today(network, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *a, **k: date(2026, 7, 1))
    publish()
    publish(since=date(2026, 5, 1))
    publish(since=date(2026, 8, 1))
    publish(key="old", until=date(2026, 7, 1))
    draft(key="new")
    sync_roles()
    user = User.objects.create_user("p", "x", name="p", role="planner")
    UserScope.objects.create(user=user, kind="all", key="")
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user)

    def keys(state):
        body = browser.get(f"/rewards/programmes/?state={state}&export=csv").content.decode()
        return sorted(line.split(",")[1] for line in body.splitlines()[1:])

    assert keys("replaced") == ["annual v1"]
    assert keys("in_force") == ["annual v2"]
    assert keys("to_come") == ["annual v3"]
    assert keys("ended") == ["old v1"]
    assert keys("draft") == ["new v1"]
    body = browser.get("/rewards/programmes/").content.decode()
    for word in ("in force", "to come", "ended", "replaced", "draft"):
        assert word in body, word
    first = PolicyVersion.objects.get(key="old")
    assert "ended" in browser.get(f"/rewards/programmes/{first.pk}/").content.decode()


def test_a_document_reads_back_as_it_was_written():
    document = {"method": "slab", "period": "half", "tiers": FLAT, "payout_cap": "60000"}
    again = Programme.model_validate_json(Programme.model_validate(document).model_dump_json())
    assert again == Programme.model_validate(document)
