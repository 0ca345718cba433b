"""The loop: sales in, settlement out, to the cent, for both sides and nobody else."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gongying.areas.rewards import actions, queries
from gongying.areas.rewards.models import Statement
from gongying.books.money import read as money
from gongying.books.trade.models import Line
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import permissions
from gongying.core.journal import book
from gongying.core.journal.models import Entry
from gongying.core.refusal import Missing, Refused

pytestmark = pytest.mark.django_db
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)


def owner(network, code="D1"):
    may = frozenset(n for n, roles in permissions().items() if "owner" in roles)
    return Actor(f"owner-{code}", 1, "owner", may, frozenset({network.ids[code]}))


def settle_and_approve(programme="annual", period="2026"):
    done = actions.settle(SYSTEM, programme=programme, period=period)
    if done.run_id:
        actions.approve(FINANCE, run_id=done.run_id)
    return done


def test_a_rebate_is_settled_once_and_again_changes_nothing(network, programme):
    programme()
    network.sell(network.line(yuan=9000), network.line(yuan=3000, doc="A2"), network.line("D2", 800, doc="B1"))
    assert settle_and_approve().due_minor == 240_00 + 8_00
    assert settle_and_approve().run_id is None
    assert money.balance(SYSTEM, kind="rebate", holder_id=network.ids["D1"], currency="CNY") == 240_00
    assert money.check() == []


def test_late_and_returned_lines_true_up_in_the_next_run(network, programme):
    programme()
    network.sell(network.line(yuan=12000))
    settle_and_approve()
    network.sell(network.line(yuan=-3000, qty=-1, doc="R1"))
    assert settle_and_approve().due_minor == 9000 - 24000
    network.sell(network.line(yuan=41000, doc="A3", on=date(2026, 3, 1)))
    assert settle_and_approve().due_minor == 150000 - 9000
    assert money.balance(SYSTEM, kind="rebate", holder_id=network.ids["D1"], currency="CNY") == 1500_00
    assert money.check() == []


def test_a_changed_line_is_reversed_and_posted_anew(network, programme):
    programme()
    assert network.sell(network.line(yuan=9000)).created == 1
    assert network.sell(network.line(yuan=9000)).unchanged == 1
    assert network.sell(network.line(yuan=9500)).corrected == 1
    assert [r.kind for r in Line.objects.unscoped("test").order_by("id")] == ["sale", "reversal", "sale"]
    assert queries.preview(SYSTEM, programme="annual", period="2026")[0].base == 9500_00


def test_posted_lines_cannot_be_changed_even_by_hand(network):
    network.sell(network.line(yuan=9000))
    for verb in ("UPDATE trade_line SET quantity = 2", "DELETE FROM trade_line"):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(verb)


def test_nobody_approves_his_own_run_and_void_releases_the_hold(network, programme):
    programme()
    network.sell(network.line(yuan=9000))
    done = actions.settle(SYSTEM, programme="annual", period="2026")
    with pytest.raises(Refused) as no:
        actions.approve(SYSTEM, run_id=done.run_id)
    assert no.value.code == "four_eyes"
    with pytest.raises(Refused):
        actions.settle(SYSTEM, programme="annual", period="2026")
    actions.void(FINANCE, run_id=done.run_id)
    with pytest.raises(Refused):
        actions.approve(FINANCE, run_id=done.run_id)
    assert money.balance(SYSTEM, kind="rebate", holder_id=network.ids["D1"], currency="CNY") == 0
    assert money.check() == []
    assert settle_and_approve().due_minor == 90_00


def test_a_statement_explains_itself_down_to_its_lines(network, programme):
    programme(method="marginal", payout_cap="500")
    network.sell(
        network.line(yuan=60000), network.line(yuan=500, off=100, doc="A2"), network.line("D2", 700, doc="B1")
    )
    settle_and_approve()
    row = Statement.objects.unscoped("test").get(party_id=network.ids["D1"])
    told = queries.statement(owner(network), statement_id=row.pk)
    assert sum(step.amount for step in told.steps) == told.due.entitled_minor == 500_00
    assert [s.code for s in told.steps] == ["ladder", "payout_cap"]
    assert sum(child.amount for child in told.steps[0].children) == told.steps[0].amount
    lines = queries.statement_lines(owner(network), statement_id=row.pk)
    assert sum(line.net_minor for line in lines) == told.due.base == 60400_00
    network.sell(network.line(yuan=999, doc="later"))
    assert len(queries.statement_lines(owner(network), statement_id=row.pk)) == 2


def test_a_stranger_finds_nothing_and_the_owner_only_what_is_approved(network, programme):
    programme()
    network.sell(network.line(yuan=9000), network.line("D2", 9000, doc="B1"))
    done = actions.settle(SYSTEM, programme="annual", period="2026")
    mine = Statement.objects.unscoped("test").get(party_id=network.ids["D1"])
    with pytest.raises(Missing):
        queries.statement(owner(network), statement_id=mine.pk)
    actions.approve(FINANCE, run_id=done.run_id)
    assert queries.statement(owner(network), statement_id=mine.pk).due.due_minor == 90_00
    for verb in (queries.statement, queries.statement_lines, actions.confirm):
        with pytest.raises(Missing):
            verb(owner(network, "D2"), statement_id=mine.pk)


def test_a_distributor_confirms_or_disputes_a_line(network, programme):
    programme()
    network.sell(network.line(yuan=9000), network.line("D2", 9000, doc="B1"))
    settle_and_approve()
    mine, other = Statement.objects.unscoped("test").order_by("party_id")
    line = queries.statement_lines(owner(network), statement_id=mine.pk)[0]
    foreign = queries.statement_lines(owner(network, "D2"), statement_id=other.pk)[0]
    with pytest.raises(Missing):
        actions.dispute(owner(network), statement_id=mine.pk, reason="x", line_id=foreign.id)
    with pytest.raises(Refused):
        actions.dispute(owner(network), statement_id=mine.pk, reason=" ")
    assert actions.dispute(owner(network), statement_id=mine.pk, reason="少一箱", line_id=line.id)
    with pytest.raises(Refused):
        actions.confirm(owner(network), statement_id=mine.pk)
    actions.confirm(owner(network, "D2"), statement_id=other.pk)
    assert Statement.objects.unscoped("test").get(pk=other.pk).state == "confirmed"


def test_scope_and_product_group_narrow_the_base(network, programme):
    programme(categories=["FAN"], regions=["HN"])
    network.sell(
        network.line(yuan=900),
        network.line("D2", 800, doc="B1"),
        network.line("D2", 700, doc="B2", product="P2"),
        network.line("D1", 600, doc="A2", product="P2"),
    )
    (due,) = queries.preview(SYSTEM, programme="annual", period="2026")
    assert (due.code, due.base) == ("D2", 700_00)


def test_a_published_policy_is_fixed_and_ladders_have_no_holes(network, programme):
    version = programme()
    from gongying.core.policies import actions as policies

    with pytest.raises(Refused):
        policies.revise(SYSTEM, version_id=version, document={"method": "slab", "tiers": []})
    with pytest.raises(Refused, match="gap"):
        programme(key="bad", tiers=[{"start": "0", "end": "100", "rate": "0.1"}, {"start": "101", "rate": "0.2"}])
    with pytest.raises(Refused, match="overlap"):
        programme(key="bad", tiers=[{"start": "0", "rate": "0.1"}, {"start": "101", "rate": "0.2"}])


def test_a_year_settled_in_python_equals_the_same_year_in_sql(network, programme):
    programme()
    rows = [
        network.line(code, (7919 * n) % 2311 + 1, date(2026, n % 12 + 1, n % 28 + 1), f"{code}-{n}", qty=1)
        for code in ("D1", "D2")
        for n in range(60)
    ]
    network.sell(*rows)
    for month in range(1, 13):
        settle_and_approve(period="2026") if month % 3 == 0 else None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT party_id, CAST(ROUND(SUM(net_minor) * CASE WHEN SUM(net_minor) >= 5000000 THEN 3.0 WHEN SUM(net_minor) >= 1000000 THEN 2.0 ELSE 1.0 END / 100) AS INTEGER)"
            " FROM trade_line WHERE level = 'sell_in' AND business_date >= '2026-01-01' AND business_date < '2027-01-01' GROUP BY party_id"
        )
        independent = dict(cursor.fetchall())
    ours = {pk: money.balance(SYSTEM, kind="rebate", holder_id=pk, currency="CNY") for pk in network.ids.values()}
    assert ours == independent


def test_every_fact_of_the_loop_is_sealed(network, programme, tamper):
    programme()
    network.sell(network.line(yuan=9000))
    settle_and_approve()
    while book.seal():
        pass
    names = set(Entry.objects.values_list("name", flat=True))
    assert names >= {
        "parties.parties_posted",
        "goods.products_posted",
        "trade.lines_posted",
        "policies.policy_published",
        "rewards.run_submitted",
        "money.transfer_posted",
        "rewards.rebate_settled",
    }
    assert book.verify().whole
    tamper("journal_entry")
    Entry.objects.filter(name="rewards.run_submitted").update(payload="{}")
    assert book.verify().broken_name == "rewards.run_submitted"


@pytest.mark.parametrize("verb", ["settle", "approve", "void"])
def test_a_large_run_takes_as_many_queries_as_a_small_one(network, programme, verb):
    programme()
    counts = []
    for parties in (range(3), range(3, 43)):
        codes = [f"N{n}" for n in parties]
        network.join(codes)
        network.sell(*[network.line(code, 9000 + n, doc=f"{verb}{code}") for n, code in enumerate(codes)])
        with CaptureQueriesContext(connection) as seen:
            done = actions.settle(SYSTEM, programme="annual", period="2026")
        if verb != "settle":
            with CaptureQueriesContext(connection) as seen:
                getattr(actions, verb)(FINANCE, run_id=done.run_id)
        else:
            actions.void(FINANCE, run_id=done.run_id)
        counts.append(len(seen))
        assert done.statements >= len(codes)
        assert money.check() == []
    assert counts[1] <= counts[0] + 2, "what is written in bulk may take one more statement"
