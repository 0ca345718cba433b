"""Two people at once, on PostgreSQL: nothing is paid twice, nobody is left without an answer in words."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, connections

from gongying.areas.rewards import actions, queries
from gongying.areas.rewards.models import Dispute, Run, Statement
from gongying.areas.targets import actions as targets
from gongying.areas.tiers import actions as tiers
from gongying.books.money import read as money
from gongying.core import turns
from gongying.core.actor import SYSTEM, Actor
from gongying.core.policies import actions as policies
from gongying.core.refusal import Refused

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
FINANCE = Actor("finance", role="finance", may=frozenset({"*"}), parties=None)
DIRECTOR = Actor("director", role="director", may=frozenset({"*"}), parties=None)


@pytest.fixture
def busy(committed_network):
    """Committed books with a programme and something to settle."""
    document = {"method": "slab", "period": "year", "tiers": [{"start": "0", "rate": "0.01"}]}
    version = policies.draft(
        SYSTEM,
        kind="rewards.programme",
        key="annual",
        title="年度",
        document=document,
        effective_from=date(2026, 1, 1),
    )
    actions.replay(SYSTEM, version_id=version, period="2026")
    policies.publish(SYSTEM, version_id=version)
    network = committed_network
    network.sell(network.line(yuan=9000), network.line("D2", 1000, doc="B1"))
    return network


def tried_here(work):
    """What it came to; a refusal as its code."""
    try:
        return work()
    except Refused as no:
        return no.code


def tried(work):
    """The same in a thread of its own: any other fault as itself."""
    try:
        return tried_here(work)
    except Exception as fault:
        return fault
    finally:
        connections.close_all()


def at_once(*work):
    """Run all together; what each came to. Faults that are no refusal are raised."""
    start, said = threading.Barrier(len(work)), [None] * len(work)

    def run(place, each):
        start.wait(10)
        said[place] = tried(each)

    threads = [threading.Thread(target=run, args=(place, each)) for place, each in enumerate(work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in said:
        if isinstance(each, Exception):
            raise each
    return said


def balance(network):
    return money.balance(SYSTEM, kind="rebate", holder_id=network.ids["D1"], currency="CNY")


def settle():
    return actions.settle(SYSTEM, programme="annual", period="2026").run_id


def test_two_settle_at_once_and_one_is_refused_in_words(busy):
    said = at_once(*[settle] * 6)
    assert said.count("pending") == 5
    assert Run.objects.count() == 1


def test_settling_and_approving_again_and_again_pays_once(busy):
    """Twelve workers settle and approve whatever they find open."""

    def work():
        said = []
        for _round in range(4):
            said.append(tried_here(settle))
            for run in Run.objects.filter(state="pending"):
                said.append(tried_here(lambda pk=run.pk: actions.approve(FINANCE, run_id=pk)))
        return {each for each in said if isinstance(each, str)}

    said = at_once(*[work] * 6)
    assert set().union(*said) <= {"pending", "decided"}
    assert balance(busy) == 90_00
    assert money.check() == []


def interleaved(monkeypatch, busy):
    """Another settles and approves between our reading of what was settled and our writing of the run."""
    reached, go = threading.Event(), threading.Event()
    own, calculate = threading.current_thread(), queries.calculate

    def slow(*args, **more):
        found = calculate(*args, **more)
        if threading.current_thread() is not own:
            reached.set()
            assert go.wait(10)
        return found

    monkeypatch.setattr(queries, "calculate", slow)
    said = []
    first = threading.Thread(target=lambda: said.append(tried(settle)))
    first.start()
    assert reached.wait(10)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '500ms'")
    try:
        done = settle()
        actions.approve(FINANCE, run_id=done)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")
        go.set()
        first.join()
    if isinstance(said[0], int):
        actions.approve(DIRECTOR, run_id=said[0])


def test_nobody_settles_between_the_reading_and_the_writing_of_another(busy, monkeypatch):
    with pytest.raises(Exception, match="lock timeout"):
        interleaved(monkeypatch, busy)
    actions.approve(FINANCE, run_id=Run.objects.get(state="pending").pk)
    assert balance(busy) == 90_00


def test_without_the_turn_the_same_would_be_paid_twice(busy, monkeypatch):
    """The twin: it shows that the test above tests something."""
    monkeypatch.setattr(turns, "take", lambda name: None)
    interleaved(monkeypatch, busy)
    assert balance(busy) == 180_00


def test_two_approve_or_turn_down_at_once_and_one_decides(busy):
    run = settle()
    said = at_once(
        lambda: actions.approve(FINANCE, run_id=run),
        lambda: actions.approve(DIRECTOR, run_id=run),
        lambda: actions.void(FINANCE, run_id=run),
        settle,
    )
    state = Run.objects.get(pk=run).state
    assert said[:3].count("decided") == 2
    assert balance(busy) == (90_00 if state == "posted" else 0)
    assert money.check() == []


def test_two_last_objections_ruled_at_once_leave_no_statement_in_dispute(busy):
    actions.approve(FINANCE, run_id=settle())
    row = Statement.objects.unscoped("test").get(party_id=busy.ids["D1"])
    owner = Actor(
        "owner",
        1,
        "owner",
        frozenset({"rewards.dispute", "rewards.confirm", "rewards.view"}),
        frozenset({row.party_id}),
    )
    for _round in range(5):
        made = [actions.dispute(owner, statement_id=row.pk, reason=f"{n}") for n in range(2)]
        at_once(
            *[lambda pk=pk: actions.rule(FINANCE, dispute_id=pk, verdict="rejected", answer="x") for pk in made]
        )
        assert Statement.objects.unscoped("test").get(pk=row.pk).state == "open"
    said = at_once(
        lambda: actions.confirm(owner, statement_id=row.pk),
        lambda: actions.dispute(owner, statement_id=row.pk, reason="y"),
    )
    state = Statement.objects.unscoped("test").get(pk=row.pk).state
    assert state == "disputed", said
    assert Dispute.objects.unscoped("test").filter(verdict="").count() == 1


def test_two_plans_and_two_reviews_at_once_are_refused_in_words(busy):
    levels = {"levels": [{"code": "a", "name": "a", "needs": [{"metric": "sell_in", "at_least": "1"}]}]}
    version = policies.draft(
        SYSTEM, kind="tiers.programme", key="t", title="t", document=levels, effective_from=date(2026, 1, 1)
    )
    tiers.simulate(SYSTEM, version_id=version, period="2026", as_of=date(2026, 12, 31))
    policies.publish(SYSTEM, version_id=version)
    said = at_once(
        *[lambda: tiers.review(SYSTEM, programme="t", period="2026", as_of=date(2026, 12, 31)).number] * 3
    )
    assert said.count("pending") == 2
    busy.sell(busy.line(yuan=1, on=date(2026, 6, 1), doc="june"))
    said = at_once(*[lambda: targets.draft(SYSTEM, year="2027", growth=Decimal(0))] * 3)
    assert said.count("open") == 2
