"""What follows from a level: its money goes into the fund, people are told; what cannot be put in is told too."""

from datetime import date

import pytest

from gongying.areas.funds import queries as funds
from gongying.areas.tiers import actions, queries
from gongying.core.actor import SYSTEM, Actor
from gongying.core.journal import book
from gongying.core.notices.models import Notice
from gongying.core.people.models import User
from gongying.core.policies import actions as policies

pytestmark = pytest.mark.django_db
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)
FUND = {"kind": "fund", "name": "推广基金", "key": "promo", "amount": "5000"}
LEVEL = {"code": "gold", "name": "金牌", "needs": [{"metric": "sell_in", "at_least": "3000"}], "benefits": [FUND]}


def reviewed(network, **programme):
    version = policies.draft(
        SYSTEM, kind="tiers.programme", key="tiers", title="等级", document={"levels": [LEVEL]} | programme,
        effective_from=date(2025, 1, 1),
    )  # fmt: skip
    actions.simulate(SYSTEM, version_id=version, period="2026", as_of=date(2026, 12, 31))
    policies.publish(SYSTEM, version_id=version)
    network.sell(network.line(yuan=3500, on=date(2026, 6, 1)))
    done = actions.review(SYSTEM, programme="tiers", period="2026", as_of=date(2026, 12, 31))
    actions.approve(DIRECTOR, review_id=done.review_id)
    while book.seal():
        pass
    book.deliver()


def test_the_money_of_a_level_goes_into_the_fund_once(network):
    """C131."""
    made = policies.draft(
        SYSTEM, kind="funds.fund", key="promo", title="推广基金", document={"source": "grants"}, effective_from=date(2025, 1, 1)
    )  # fmt: skip
    policies.publish(SYSTEM, version_id=made)
    reviewed(network)
    book.deliver()
    rows = list(funds.budgets(SYSTEM))
    assert [(row.party_id, row.fund) for row in rows] == [(network.ids["D1"], "promo")]
    assert [(g.amount_minor, g.source) for g in funds.grants(SYSTEM, "promo")] == [(5000_00, "tier")]


def test_a_fund_that_is_not_there_is_told_and_the_level_holds(network):
    planner = User.objects.create_user("planner", "x", name="x", role="planner")
    reviewed(network)
    assert [e.kind for e in queries.entitled(SYSTEM, party_id=network.ids["D1"], on=date(2027, 1, 1))] == ["fund"]
    assert Notice.objects.filter(title__contains="promo", user_id=planner.pk).count() == 1
    assert list(funds.budgets(SYSTEM)) == []
