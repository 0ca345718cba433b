"""Claims and requests at once, on PostgreSQL: together they never exceed what was committed; without lock and hold they do."""

import time

import pytest
from django.db import connection
from django.db.models import QuerySet

from gongying.areas.funds import actions, queries
from gongying.areas.funds.actions import claiming
from gongying.areas.funds.models import Claim
from gongying.core.actor import SYSTEM
from gongying.core.refusal import Refused

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
WRITERS, CLAIMS = 8, 3


def raced(funds, together):
    """Eight writers claim 200 (120 of it the fund's) three times each of a commitment of 600; what was claimed in all."""
    made = funds.committed()

    def work(number):
        done = 0
        for _n in range(CLAIMS):
            try:
                cost = actions.LineIn(f"rack {number}", 200_00)
                actions.submit(funds.owner["D1"], commitment_id=made, costs=[cost], proofs=[])
                done += 1
            except Refused as no:
                if no.code not in ("share", "used_up"):
                    raise
        return done

    together(work, WRITERS)
    return sum(row.claimed_minor for row in Claim.objects.unscoped("test").filter(commitment=made)), made


def test_claims_at_once_never_exceed_a_commitment(committed_funds, together):
    """X29: the floor of the commitment's account holds under a race."""
    claimed, made = raced(committed_funds, together)
    assert claimed == 600_00
    assert queries.free(queries.commitment(SYSTEM, made)) == 0
    assert committed_funds.bar().whole


def test_the_twin_without_lock_and_hold_overdraws_it(committed_funds, together, monkeypatch):

    def reads(row):
        used = sum(each.claimed_minor for each in Claim.objects.unscoped("twin").filter(commitment=row))
        time.sleep(0.02)
        return row.amount_minor - used

    monkeypatch.setattr(queries, "free", reads)
    monkeypatch.setattr(claiming, "hold", lambda *_args: None)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_more: rows.all())
    claimed, _made = raced(committed_funds, together)
    assert claimed > 600_00, "otherwise the test above proves nothing"


def test_requests_at_once_never_exceed_a_budget(committed_funds, together):
    committed_funds.publish("little", budget="1000")
    actions.budget(SYSTEM, fund="little", on=committed_funds.today, reason="x")

    def work(_number):
        try:
            return int(bool(committed_funds.ask(fund="little", cost_minor=300_00)))
        except Refused as no:
            if no.code != "budget":
                raise
            return 0

    assert sum(together(work, WRITERS)) == 3
    assert committed_funds.bar("little").free == 100_00
