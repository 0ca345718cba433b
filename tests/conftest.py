"""A small network that tests share: two distributors in two regions, two products, one programme."""

import os
import sqlite3
import threading
from contextlib import closing
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection, connections
from django.utils import translation
from django.utils.translation.reloader import translation_file_changed

import gongying
from gongying.areas.rewards import actions as rewards
from gongying.books.goods import post as goods
from gongying.books.lake import read as lake_read
from gongying.books.parties import post as parties
from gongying.books.parties import read as parties_read
from gongying.books.trade import post as trade
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.policies import actions as policies
from gongying.core.words.compile import compile_all

LADDER = [
    {"start": "0", "end": "10000", "rate": "0.01"},
    {"start": "10000", "end": "50000", "rate": "0.02"},
    {"start": "50000", "rate": "0.03"},
]


@action(needs="tests.network", roles=("admin",), name="tests.network", exposed=False)
def _network(actor: Actor) -> None:
    """Post the shared network."""
    parties.regions(
        actor,
        [
            parties.RegionIn("CN", "全国", level="country"),
            parties.RegionIn("HD", "华东", "East", parent="CN"),
            parties.RegionIn("HN", "华南", "South", parent="CN"),
        ],
    )
    parties.parties(
        actor,
        [
            parties.PartyIn("D1", "CNRY-D1 杭州", "CNRY-D1 Hangzhou", region="HD"),
            parties.PartyIn("D2", "CNRY-D2 广州", "CNRY-D2 Guangzhou", region="HN"),
        ],
    )
    goods.products(actor, [goods.ProductIn("P1", "电饭煲", "COOK"), goods.ProductIn("P2", "电风扇", "FAN", case=4)])


@action(needs="tests.sell", roles=("admin",), name="tests.sell", exposed=False)
def _sell(actor: Actor, *, rows: list[trade.LineIn], batch_id: int | None = None) -> trade.Posted:
    """Post lines."""
    return trade.lines(actor, rows, source="test", batch_id=batch_id)


@action(needs="tests.join", roles=("admin",), name="tests.join", exposed=False)
def _join(actor: Actor, *, codes: list[str]) -> None:
    """More distributors."""
    parties.parties(actor, [parties.PartyIn(code, f"{code} 公司", code, region="HD") for code in codes])


for _name in ("tests.network", "tests.sell", "tests.join"):
    ACTIONS.pop(_name, None)


@pytest.fixture(scope="session")
def django_db_use_migrations():
    """No: where a house was set up before (`GONGYING_TEMPLATE`, its SQLite file) its tables are copied, which takes no time."""
    return not _template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_use_migrations, django_db_blocker):
    """The database of the tests: migrated, or copied from a house that was."""
    if not django_db_use_migrations:
        with django_db_blocker.unblock(), closing(sqlite3.connect(_template())) as whole:
            connection.ensure_connection()
            whole.backup(connection.connection)


def _template():
    return "" if connection.vendor == "postgresql" else os.environ.get("GONGYING_TEMPLATE", "")


# What says the same on any database runs once, on the embedded one: rules of the house, engines, who may open what (decided above
# the database), what pages look like, the story of the demonstration, areas of plain rows without a race of their own.
ONCE = (
    "access", "accounts", "awards", "cockpit", "demo", "diligence", "docs", "engines", "house", "onboarding", "recruiting", "stars",
    "tiers",
)  # fmt: skip
FILES = (
    "test_hostile",
    "test_kinds",
    "test_memory",
    "test_profile",
    "test_price_scopes",
    "test_quick_ways",
    "test_back",
)  # what a file says


def pytest_collection_modifyitems(items):
    """Skip on PostgreSQL what has run on the embedded database."""
    if connection.vendor != "postgresql":
        return
    skip = pytest.mark.skip(reason="says the same on any database: it ran on the embedded one")
    for item in items:
        home, name = Path(item.fspath).parent.name, Path(item.fspath).stem
        if home in ONCE or "pages" in name or (home == "imports" and name in FILES):
            item.add_marker(skip)


@pytest.fixture
def network(db):
    return _build()


def _build():
    _network(SYSTEM)
    ids = parties_read.ids_by_code(["D1", "D2"])
    from gongying.books.goods.read import ids_by_code

    skus = ids_by_code(["P1", "P2"])

    def line(party="D1", yuan=0, on=date(2026, 7, 15), doc="A1", product="P1", qty=1, no="1", off=0):
        kind = "return" if qty < 0 else "sale"
        return trade.LineIn(
            "sell_in", on, ids[party], skus[product], qty, "CNY", yuan * 100, off * 100, doc, no, kind=kind
        )

    def join(codes):
        _join(SYSTEM, codes=list(codes))
        ids.update(parties_read.ids_by_code(list(codes)))

    return SimpleNamespace(
        ids=ids, skus=skus, line=line, join=join, sell=lambda *rows, **more: _sell(SYSTEM, rows=list(rows), **more)
    )


@pytest.fixture
def programme(network):
    def publish(key="annual", start=date(2026, 1, 1), **document):
        body = {"method": "slab", "period": "year", "tiers": LADDER} | document
        version = policies.draft(
            SYSTEM,
            kind="rewards.programme",
            key=key,
            title="年度返利",
            title_en="Annual rebate",
            document=body,
            effective_from=start,
        )
        rewards.replay(SYSTEM, version_id=version, period=str(start.year))
        policies.publish(SYSTEM, version_id=version)
        return version

    return publish


@pytest.fixture
def tamper(db):
    """Somebody who owns the database itself: takes the guards off a table, until the end of the test."""

    def off(table):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET LOCAL session_replication_role = 'replica'")
                return
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")

    return off


@pytest.fixture(scope="session", autouse=True)
def _emptied():
    """On PostgreSQL the tables are emptied by force after a test that commits: posted tables do not let themselves be."""
    flush = connection.ops.execute_sql_flush
    if connection.vendor == "postgresql":
        connection.ops.execute_sql_flush = lambda sql: flush(
            ["SET LOCAL session_replication_role = 'replica'", *sql]
        )
    yield
    connection.ops.execute_sql_flush = flush


@pytest.fixture(autouse=True)
def _own_language():
    """Each test begins in the language of the house: a request of the test before leaves the reader's behind."""
    translation.deactivate()


@pytest.fixture
def together():
    def at_once(work, count):
        """`work(0)` … `work(count - 1)` at the same time, each on a connection of its own; their answers in order."""
        ready, answers = threading.Barrier(count), [None] * count

        def one(number):
            try:
                ready.wait(10)
                answers[number] = work(number)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return answers

    return at_once


@pytest.fixture
def committed_network(transactional_db):
    """The small network, committed, as several connections see it."""
    return _build()


@pytest.fixture(scope="session", autouse=True)
def _catalogue():
    """Compile the Chinese, as `gongying init` does. On a fresh clone there was none when the house started: it is read anew."""
    compile_all(Path(gongying.__file__).parent)
    translation_file_changed(None, Path("django.mo"))


@pytest.fixture(autouse=True)
def _fresh_lake():
    """Every test has its own books; a snapshot of another test's must not be mistaken for them."""
    lake_read._kept.clear()


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords():
    """The same hash with less work: a test that is about log-ins does not wait for what makes guessing dear."""
    held = (Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism)
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 64, 1
    yield
    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = held
