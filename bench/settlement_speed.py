"""Settlement of many lines × distributors × programmes against the bare DuckDB query and a row-by-row reference.

The baseline runs the same sums as hand-written SQL on the same Parquet file in the same process; the reference walks
rows in Python and must give identical cents. `--rows` shrinks it.
"""

import argparse
import os
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongying.site.settings")
os.environ["GONGYING_DATA"] = tempfile.mkdtemp()

import django

django.setup()

import duckdb
from django.utils import timezone

from gongying.books.lake.read import Snapshot
from gongying.books.metrics.read import Selection, bases
from gongying.engines.ladders import Tier
from gongying.engines.rebates import Terms, derive

PARTIES, PRODUCTS, PROGRAMMES = 1000, 500, 20
TERMS = Terms(method="slab", tiers=(Tier(Decimal(0), Decimal("0.01")), Tier(Decimal(500_000), Decimal("0.02")), Tier(Decimal(2_000_000), Decimal("0.03"))), basis="value", currency="CNY", base_cap=None, payout_cap=None, guarantee=0)  # fmt: skip


def lake(rows, folder, years=1):
    """An engine over generated lines, as the lake would open them; party, product, day and amount are independent."""
    engine = duckdb.connect(config={"threads": 2})
    path = folder / "lines.parquet"
    first, days = 2027 - years, 365 * years
    engine.execute(
        f"COPY (SELECT i AS id, 'sell_in' AS level, DATE '{first}-01-01' + CAST(hash(i, 1) % {days} AS INT) AS business_date, "
        f"CAST(1 + hash(i, 2) % {PARTIES} AS BIGINT) AS party_id, CAST(1 + hash(i, 3) % {PRODUCTS} AS BIGINT) AS product_id, CAST(1 + i % 9 AS BIGINT) AS quantity, "
        f"'CNY' AS currency, CAST(1000 + hash(i, 4) % 90000 AS BIGINT) AS gross_minor, CAST(0 AS BIGINT) AS discount_minor, "
        f"CAST(1000 + hash(i, 4) % 90000 AS BIGINT) AS net_minor, CAST(0 AS BIGINT) AS tax_minor, CAST(0 AS BIGINT) AS freight_minor, 'sale' AS kind, '' AS place, '' AS content_hash FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)"
    )
    engine.execute(f"CREATE VIEW lines AS SELECT * FROM read_parquet('{path}')")
    engine.execute(
        f"CREATE TABLE products AS SELECT i + 1 AS product_id, 'P' || (i + 1) AS product, 'C' || (i % 10) AS category FROM range({PRODUCTS}) t(i)"
    )
    engine.execute(
        f"CREATE TABLE parties AS SELECT i + 1 AS party_id, 'D' || (i + 1) AS party, 'R' || (i % 7) AS region, 'V' || (i % 31) AS province, 'T' || i AS city FROM range({PARTIES}) t(i)"
    )
    return engine


def programmes():
    """Twenty programmes: whole range or one group, whole year, quarter, or one region."""
    found = []
    for n in range(PROGRAMMES):
        start = date(2026, 1 + 3 * (n % 4), 1)
        end = date(2027, 1, 1) if n % 4 == 3 else date(2026, 4 + 3 * (n % 4), 1)
        whole = n % 5 == 0
        found.append(
            Selection(
                date(2026, 1, 1) if whole else start,
                date(2027, 1, 1) if whole else end,
                "CNY",
                categories=(f"C{n % 10}",) if n % 2 else (),
                places=(f"R{n % 7}",) if n % 3 == 0 else (),
            )
        )
    return found


def plain_sql(asked):
    """The same sums as somebody would write them."""
    sums = []
    for n, s in enumerate(asked):
        where = [f"business_date >= DATE '{s.start}'", f"business_date < DATE '{s.end}'"]
        where += [f"category = '{s.categories[0]}'"] if s.categories else []
        where += [f"region = '{s.places[0]}'"] if s.places else []
        sums.append(f"SUM(net_minor) FILTER (WHERE {' AND '.join(where)}) AS net_{n}")
    return (
        f"SELECT party_id, {', '.join(sums)} FROM lines JOIN products USING (product_id) JOIN parties USING (party_id) "
        "WHERE level = 'sell_in' AND currency = 'CNY' GROUP BY party_id ORDER BY party_id"
    )


def settle(snapshot, asked):
    """What a settlement computes: bases of all programmes, then what each distributor is due."""
    return [{b.party_id: derive(b.net_minor, TERMS, 0).due for b in held} for held in bases(asked, snapshot)]


def row_by_row(engine, asked):
    """The reference: one line after the other."""
    group = dict(engine.execute("SELECT product_id, category FROM products").fetchall())
    region = dict(engine.execute("SELECT party_id, region FROM parties").fetchall())
    sums = [{} for _each in asked]
    cursor = engine.cursor().execute("SELECT party_id, product_id, business_date, net_minor FROM lines")
    while rows := cursor.fetchmany(100_000):
        for party, product, day, net in rows:
            for n, s in enumerate(asked):
                if (
                    s.start <= day < s.end
                    and (not s.categories or group[product] in s.categories)
                    and (not s.places or region[party] in s.places)
                ):
                    sums[n][party] = sums[n].get(party, 0) + net
    return [{party: derive(net, TERMS, 0).due for party, net in each.items()} for each in sums]


def timed(work, *given):
    """Seconds and the answer."""
    start = time.perf_counter()
    answer = work(*given)
    return time.perf_counter() - start, answer


def main():
    """Print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows = parser.parse_args().rows
    asked = programmes()
    with tempfile.TemporaryDirectory() as folder:
        engine = lake(rows, Path(folder))
        sql = plain_sql(asked)
        bare = ours = 9e9
        for _round in range(3):
            spent, _answer = timed(lambda: engine.execute(sql).fetchall())
            bare = min(bare, spent)
            spent, due = timed(settle, Snapshot((0, 0), timezone.now(), engine), asked)
            ours = min(ours, spent)
        slow, expected = timed(row_by_row, engine, asked)
    assert due == expected, "the cents differ"
    print(f"{rows:,} lines × {PARTIES:,} distributors × {PROGRAMMES} programmes, identical cents")
    print(f"bare DuckDB {bare:.2f} s · settlement {ours:.2f} s: ratio {ours / bare:.2f} (at most 1.5 asked)")
    print(f"row by row {slow:.1f} s: {slow / ours:.0f} × slower (at least 20 asked)")


if __name__ == "__main__":
    main()
