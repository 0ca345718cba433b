"""Two redemptions of the last points at the same time (C133): one succeeds, one is refused, the lots and the ledger agree."""

from datetime import date

import pytest
from django.db import connection
from purse import awarded, catalogue, owner, programme

from gongying.areas.points import actions, queries
from gongying.core import soundness
from gongying.core.actor import SYSTEM
from gongying.core.refusal import Refused

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


@pytest.mark.django_db(transaction=True)
def test_the_last_points_are_used_once(committed_network, together):
    world = committed_network
    world.sell(world.line(yuan=20_000, on=date(2026, 8, 1)))
    programme()
    catalogue()
    awarded("2026Q3", date(2026, 10, 10))
    me = owner(world)

    def use(_number):
        try:
            return actions.redeem(me, party_id=world.ids["D1"], reward="FUND").points
        except Refused as no:
            return no.code

    assert sorted(map(str, together(use, 2))) == ["200", "points"]
    assert queries.balance(SYSTEM, world.ids["D1"]) == 0
    assert not [
        fault for name in ("points.lots", "points.moves", "money.balances") for fault in soundness.SOUND[name].ask()
    ]
