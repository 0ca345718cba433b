"""The balance and age of stock over many movements against the bare DuckDB query and a walk through every movement.

The baseline is the same question as hand-written SQL on the same Parquet file in the same process; the reference takes layers
one after the other in Python and must give the same units. `--rows` shrinks it.
"""

import argparse
import os
import tempfile
import time
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongying.site.settings")
os.environ["GONGYING_DATA"] = tempfile.mkdtemp()

import django

django.setup()

import duckdb
from django.utils import timezone

from gongying.areas.warehouse.queries.ageing import STEPS, ageing_rows
from gongying.books.lake.read import Snapshot

HOLDERS, PRODUCTS, ROUNDS = 1000, 500, 5
ON = date(2026, 12, 31)


def lake(rows, folder):
    """An engine over generated movements, as the lake would open them: three of four come in, one goes out."""
    engine = duckdb.connect(config={"threads": 2})
    path = folder / "moves.parquet"
    engine.execute(
        f"COPY (SELECT i AS id, CAST(1 + hash(i, 1) % {HOLDERS} AS BIGINT) AS holder_id, CAST(NULL AS BIGINT) AS site_id, "
        f"CAST(1 + hash(i, 2) % {PRODUCTS} AS BIGINT) AS product_id, 'L' || (hash(i, 3) % 40) AS lot, "
        "CASE WHEN i % 4 = 3 THEN 'sale' WHEN i % 101 = 0 THEN 'reversal' ELSE 'receipt' END AS kind, "
        "DATE '2026-01-01' + CAST(hash(i, 4) % 365 AS INT) AS business_date, "
        "CAST(CASE WHEN i % 4 = 3 THEN -1 - hash(i, 5) % 40 WHEN i % 101 = 0 THEN -1 ELSE 1 + hash(i, 5) % 20 END AS BIGINT) "
        f"AS quantity, '' AS content_hash FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet)"
    )
    engine.execute(f"CREATE VIEW moves AS SELECT * FROM read_parquet('{path}')")
    return engine


def plain_sql():
    """The same question as somebody would write it."""
    came = "(CASE WHEN kind = 'reversal' THEN quantity < 0 ELSE quantity > 0 END)"
    since = [ON - timedelta(days=days) for _name, days in STEPS]
    sums = ", ".join(
        f"SUM(quantity) FILTER (WHERE {came} AND business_date > DATE '{day}') AS n{n}"
        for n, day in enumerate(since)
    )
    edges = [f"LEAST(GREATEST(units, 0), GREATEST(COALESCE(n{n}, 0), 0))" for n in range(len(since))]
    edges.append("GREATEST(units, 0)")
    parts = ", ".join(f"{edge} - {edges[n - 1]}" if n else edge for n, edge in enumerate(edges))
    return (
        f"SELECT holder_id, site_id, product_id, units, {parts} FROM (SELECT holder_id, site_id, product_id, "
        f"SUM(quantity) AS units, {sums} FROM moves WHERE business_date <= DATE '{ON}' "
        "GROUP BY holder_id, site_id, product_id) WHERE units <> 0"
    )


def row_by_row(engine):
    """The reference: every holder and product by itself, what is there taken from the youngest day backwards."""
    spots, came = defaultdict(int), defaultdict(lambda: defaultdict(int))
    cursor = engine.cursor().execute("SELECT holder_id, product_id, kind, business_date, quantity FROM moves")
    while rows := cursor.fetchmany(100_000):
        for holder, product, kind, day, quantity in rows:
            spots[holder, product] += quantity
            if quantity < 0 if kind == "reversal" else quantity > 0:
                came[holder, product][day] += quantity
    found = {}
    for spot, units in spots.items():
        if units:
            found[spot] = (units, *_ages(max(units, 0), came[spot]))
    return found


def _ages(there, days):
    edges = []
    for _name, many in STEPS:
        newer = sum(n for day, n in days.items() if day > ON - timedelta(days=many))
        edges.append(min(there, max(newer, 0)))
    edges.append(there)
    return tuple(edge - (edges[n - 1] if n else 0) for n, edge in enumerate(edges))


def timed(work, *given):
    """Seconds and the answer."""
    start = time.perf_counter()
    answer = work(*given)
    return time.perf_counter() - start, answer


def main():
    """Print the ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        engine = lake(rows, Path(folder))
        snapshot, sql = Snapshot((0, 0), timezone.now(), engine), plain_sql()
        bare = ours = 9e9
        for _round in range(ROUNDS):
            spent, plain = timed(lambda: engine.cursor().execute(sql).fetchall())
            bare = min(bare, spent)
            spent, aged = timed(ageing_rows, snapshot, ON)
            ours = min(ours, spent)
        slow, expected = timed(row_by_row, engine)
    assert sorted(map(repr, aged)) == sorted(map(repr, plain)), "the bare query says something else"
    assert {(row[0], row[2]): row[3:] for row in aged} == expected, "the units differ"
    print(f"{rows:,} movements, {HOLDERS:,} holders × {PRODUCTS:,} products, identical units")
    print(f"bare DuckDB {bare:.3f} s · balance and age {ours:.3f} s: ratio {ours / bare:.2f} (at most 1.5 asked)")
    print(f"row by row {slow:.1f} s: {slow / ours:.0f} × slower")


if __name__ == "__main__":
    main()
