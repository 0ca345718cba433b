"""The reader of the lake: tables as Ibis expressions, and a snapshot of one moment to run them on.

>>> expression = LINES.group_by("party_id").aggregate(net=LINES.net_minor.sum())   # doctest: +SKIP
>>> snapshot().rows(expression)                                                    # doctest: +SKIP
[{'party_id': 1, 'net': 900000}]
"""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import count
from typing import Any

import duckdb
import ibis
import pyarrow as pa
from django.utils import timezone

from gongying.books.goods.models import Product
from gongying.books.parties.models import Party, Region
from gongying.core.journal import book

from . import post

DIALECT = "duckdb"


def _unbound(name: str, schema: pa.Schema) -> Any:
    return ibis.table(ibis.Schema.from_pyarrow(schema), name=name)


PARTY = pa.schema(
    {
        "party_id": pa.int64(),
        "party": pa.string(),
        "region": pa.string(),
        "province": pa.string(),
        "city": pa.string(),
    }
)
PRODUCT = pa.schema(
    {
        "product_id": pa.int64(),
        "product": pa.string(),
        "category": pa.string(),
        "weight_g": pa.int64(),
        "volume_ml": pa.int64(),
    }
)
LINES: Any = _unbound("lines", post.MIRRORED["lines"].schema)
STOCK_COUNTS: Any = _unbound("stock_counts", post.MIRRORED["stock_counts"].schema)
MOVES: Any = _unbound("moves", post.MIRRORED["moves"].schema)
TARGETS: Any = _unbound("targets", post.MIRRORED["targets"].schema)
PARTIES: Any = _unbound("parties", PARTY)
PRODUCTS: Any = _unbound("products", PRODUCT)


@dataclass(frozen=True)
class Snapshot:
    """The books as of one fact: `stamp` is the journal's watermark, `at` when it was read."""

    stamp: tuple[int, int]
    at: datetime
    engine: duckdb.DuckDBPyConnection
    serial: int = field(default_factory=count().__next__)

    def rows(self, expression: Any) -> list[tuple[Any, ...]]:
        """The rows of an Ibis expression. Safe from several threads."""
        return self._run(_compiled(expression))

    def ask(self, make: Callable[..., Any], *given: Any, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of `make(*given)`, with the values it has left open (see `later`). A question that was asked before, of
        any state of the books and with any values, is compiled no more: compiling takes longer than running. `make` must
        be a function of what is given alone.
        """
        sql, names = _question(make, given)
        return self._run(sql, {name: values[name] for name in names})

    def _run(self, sql: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        return self.engine.cursor().execute(sql, values or None).fetchall()


def _compiled(expression: Any) -> str:
    return str(ibis.to_sql(expression, dialect=DIALECT))


@lru_cache(maxsize=2048)
def _question(make: Callable[..., Any], given: tuple[Any, ...]) -> tuple[str, frozenset[str]]:
    """The text of a question and the names of the values it wants."""
    sql = _OPEN.sub(lambda hit: f"CAST(${hit[2]} AS {_TYPES[hit[1].lower()]})", _compiled(make(*given)))
    return sql, frozenset(re.findall(r"\$([a-z_]+)", sql))


_TYPES = {"day": "DATE", "numbers": "BIGINT[]", "texts": "VARCHAR[]"}
_IBIS = {"day": "date", "numbers": "array<int64>", "texts": "array<string>"}
_OPEN = re.compile(r"OPEN_(DAY|NUMBERS|TEXTS)\('([a-z_]+)'\)")


def _marker(kind: str) -> Any:
    def mark(which: str) -> None:
        """Never runs: its call is a mark in the text of the question."""

    return ibis.udf.scalar.builtin(mark, name=f"open_{kind}", signature=(("string",), _IBIS[kind]))


_MARKS = {kind: _marker(kind) for kind in _TYPES}


def later(kind: str, name: str) -> Any:
    """A day, numbers or texts (lists) that are given when the question is asked, under a name of lower-case letters."""
    return _MARKS[kind](name)


_lock = threading.Lock()
_kept: dict[str, Snapshot] = {}


def snapshot() -> Snapshot:
    """The newest state. Outside a transaction it is kept until the next fact; inside one it also sees what the
    transaction has written, and is made anew.
    """
    stamp, key = book.watermark(), str(post.home())
    if post.uncommitted():
        return _build(stamp)
    known = _kept.get(key)
    if known is not None and known.stamp == stamp:
        return known
    with _lock:
        known = _kept.get(key)
        if known is None or known.stamp != stamp:
            post.refresh()
            known = _kept[key] = _build(stamp)
    return known


def _build(stamp: tuple[int, int]) -> Snapshot:
    engine = duckdb.connect(config={"threads": 2})
    for name in post.MIRRORED:
        parts = post.chain(name)
        _enter(engine, f"{name}_tail", post.tail(name, parts[-1].last if parts else 0))
        files = ", ".join("'" + str(part.path).replace("'", "''") + "'" for part in parts)
        held = f"SELECT * FROM read_parquet([{files}]) UNION ALL BY NAME " if parts else ""  # noqa: S608 - our files
        engine.execute(f"CREATE VIEW {name} AS {held}SELECT * FROM {name}_tail")  # noqa: S608 - our names
    _enter(engine, "parties", _parties())
    _enter(engine, "products", _products())
    return Snapshot(stamp, timezone.now(), engine)


def _enter(engine: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """A table that every cursor of the engine sees (a registered frame is seen by one only)."""
    engine.register("arriving", rows)
    engine.execute(f"CREATE TABLE {name} AS SELECT * FROM arriving")  # noqa: S608 - our names
    engine.unregister("arriving")


def _parties() -> pa.Table:
    """Every party with the codes of its city, province and sales region (the levels of the geography)."""
    rows_of = Region.objects.values_list("id", "code", "level", "parent_id")
    regions = {pk: (code, level, parent) for pk, code, level, parent in rows_of}
    places: dict[int | None, dict[str, str]] = {None: {}}
    for pk in regions:
        here: int | None = pk
        found: dict[str, str] = {}
        while here is not None:
            code, level, here = regions[here]
            found.setdefault(level, code)
        places[pk] = found
    rows = Party.objects.unscoped("mirror").order_by("id").values_list("id", "code", "region_id")
    return pa.Table.from_pylist(
        [
            {"party_id": pk, "party": code}
            | {level: places[place].get(level) for level in ("region", "province", "city")}
            for pk, code, place in rows
        ],
        schema=PARTY,
    )


def _products() -> pa.Table:
    rows = Product.objects.order_by("id").values_list("id", "code", "category__code", "weight_g", "volume_ml")
    return pa.Table.from_pylist([dict(zip(PRODUCT.names, row, strict=True)) for row in rows], schema=PRODUCT)
