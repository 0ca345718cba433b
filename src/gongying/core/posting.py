"""Set-based writing of append-only rows: one statement for many rows, known keys found in one query.

A posted row is known by its business key and says what it says by its content hash. The same row twice is nothing new;
the same key with another content is a correction, which is a new row.
"""

import gc
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple

from django.db import connection, migrations, models
from django.utils import timezone

AT_ONCE = 20_000
DIGITS = 32  # of a digest
VARIABLES = 999  # that a statement may have on every SQLite
PER_WRITE = 2_000  # rows that go to COPY in one piece
COPY_MEANS = ("\\", "\r", "None")


class Posted(NamedTuple):
    """What became of the rows of one posting."""

    created: int
    unchanged: int
    corrected: int


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause the search for circular garbage: a great many rows of plain values set it off again and again for nothing."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def digest_of(row: Iterable[Any]) -> str:
    """What a row says, as 32 hex digits: the same row is always the same digest."""
    return hashlib.sha256("|".join(map(str, row)).encode()).hexdigest()[:DIGITS]


def chunks(rows: Iterable[Any], size: int = AT_ONCE) -> Iterator[list[Any]]:
    """Lists of at most `size` rows."""
    source = iter(rows)
    while held := list(islice(source, size)):
        yield held


def turn(model: type[models.Model]) -> None:
    """Wait for the turn to write this table and keep it until the transaction ends: what is read next stays true.

    Every insert waits by itself (see `in_order`); a writer that first reads what it builds on calls this before it reads.
    """
    if connection.vendor != "postgresql":
        return  # SQLite has one writer at a time anyway
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:  # an insert of nothing: the trigger of the table is what waits
        cursor.execute(f"INSERT INTO {table} (id) SELECT id FROM {table} WHERE FALSE")  # noqa: S608 - our own name


def insert(
    model: type[models.Model],
    names: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    same: Mapping[str, Any] | None = None,
) -> None:
    """Write rows of plain values (dates as ISO text) with COPY on PostgreSQL and one prepared INSERT on SQLite.

    `names` are column names; `same` are columns whose value is that of every row. Database constraints and triggers hold as
    for every other write.
    """
    if not rows:
        return
    alike = same or {}
    table = connection.ops.quote_name(model._meta.db_table)
    columns = ", ".join(connection.ops.quote_name(name) for name in (*names, *alike))
    if connection.vendor != "postgresql":
        _insert_sqlite(f"INSERT INTO {table} ({columns}) VALUES ", list(rows), tuple(alike.values()))  # noqa: S608 - our own names
        return
    tail = tuple(alike.values())
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as out,
    ):
        for part in chunks((row + tail for row in rows) if tail else rows, PER_WRITE):
            out.write(_copied(part))


def _insert_sqlite(sql: str, rows: list[tuple[Any, ...]], tail: tuple[Any, ...]) -> None:
    """Rows that all end with `tail`: bound with every row when one statement takes them all, else written into it once."""
    if not rows:
        return
    if len(rows) * len(rows[0] + tail) <= VARIABLES:
        rows, tail, many = [row + tail for row in rows], (), len(rows)
    else:
        many = max(1, VARIABLES // len(rows[0]))
    marks = f"({', '.join([*['%s'] * len(rows[0]), *map(_literal, tail)])})"
    whole = len(rows) - len(rows) % many
    packed = [tuple(chain.from_iterable(rows[at : at + many])) for at in range(0, whole, many)]
    with connection.cursor() as cursor:
        cursor.executemany(sql + ", ".join([marks] * many), packed)
        if whole < len(rows):
            cursor.executemany(sql + marks, rows[whole:])


def _copied(rows: list[tuple[Any, ...]]) -> str:
    """Rows as COPY reads them. All at once where no value holds a letter that means something to it."""
    text = "\n".join(map("\t".join(["%s"] * len(rows[0])).__mod__, rows))
    marks = (text.count("\t"), text.count("\n"))
    if marks == (len(rows) * (len(rows[0]) - 1), len(rows) - 1) and not any(map(text.__contains__, COPY_MEANS)):
        return text + "\n"
    return "".join(["\t".join(map(_copied_value, row)) + "\n" for row in rows])


def _copied_value(value: Any) -> str:
    r"""A value as COPY reads it.

    >>> _copied_value(None), _copied_value("a\tb\\")
    ('\\N', 'a\\tb\\\\')
    """
    if value is None:
        return r"\N"
    return str(value).replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")


def _literal(value: Any) -> str:
    """A value as SQLite itself writes it down: what is bound once need not be bound for every row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote(%s)", [value])
        return str(cursor.fetchone()[0]).replace("%", "%%")


def change(model: type[models.Model], assignment: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """`UPDATE … SET assignment WHERE id = …` for many rows of a kept figure; each row ends with its id, each of them once.

    PostgreSQL gets whole numbers in one statement; it locks the rows in no order then, so lock what others change too.
    """
    if not rows:
        return
    table, quote = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) > 1 and all(type(v) is int for row in rows for v in row):
            names = [quote(f"c{place}") for place in range(len(rows[0]))]
            given = ", ".join(["(" + ", ".join(["%s"] * len(names)) + ")"] * len(rows))
            said = assignment % tuple(f"v.{name}" for name in names[:-1])
            sql = f"UPDATE {table} t SET {said} FROM (VALUES {given}) AS v({', '.join(names)}) WHERE t.id = v.{names[-1]}"  # noqa: S608 - our own names
            cursor.execute(sql, [value for row in rows for value in row])
        else:
            cursor.executemany(f"UPDATE {table} SET {assignment} WHERE id = %s", rows)  # noqa: S608 - our own names


def select_by_keys(
    model: type[models.Model], names: Sequence[str], where: dict[str, Any], keys: Sequence[str], *, key: str
) -> Iterator[tuple[Any, ...]]:
    """Rows of plain values with `where` and a key among `keys`, oldest first, in one query a chunk of keys."""
    quote = connection.ops.quote_name
    picked = ", ".join(f"t.{quote(name)}" for name in names)
    table, conditions = quote(model._meta.db_table), " AND ".join(f"t.{quote(name)} = %s" for name in where)
    if connection.vendor == "postgresql":
        # Key by key through the index, whatever the planner believes of a table that was filled a moment ago.
        rows = f"SELECT * FROM {table} t WHERE {conditions} AND t.{quote(key)} = k.value OFFSET 0"  # noqa: S608 - our own names
        sql = f"SELECT {picked} FROM unnest(%s::text[]) AS k(value) CROSS JOIN LATERAL ({rows}) t ORDER BY t.id"  # noqa: S608
    else:
        held = f"json_each(%s) AS k JOIN {table} t ON t.{quote(key)} = k.value"
        sql = f"SELECT {picked} FROM {held} WHERE {conditions} ORDER BY t.id"  # noqa: S608 - our own names
    with connection.cursor() as cursor:
        for part in chunks(keys):
            sent = part if connection.vendor == "postgresql" else json.dumps(part)
            cursor.execute(sql, [sent, *where.values()])
            yield from cursor.fetchall()


class Keyed(models.Model):
    """Base of append-only tables whose rows are revisions: the newest of a key stands, unless it is withdrawn."""

    source = models.CharField(max_length=20)
    business_key = models.CharField(max_length=120)
    revision = models.PositiveIntegerField(default=1)
    content_hash = models.CharField(max_length=32)
    withdrawn = models.BooleanField(default=False)
    batch_id = models.BigIntegerField(null=True, db_index=True)
    posted_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["source", "business_key", "revision"], name="%(app_label)s_%(class)s_once"
            )
        ]


def standing(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Only the newest revisions that are not withdrawn."""
    newer = rows.model._base_manager.filter(
        source=models.OuterRef("source"),
        business_key=models.OuterRef("business_key"),
        revision__gt=models.OuterRef("revision"),
    )
    return rows.filter(~models.Exists(newer), withdrawn=False)


KEPT = ("source", "business_key", "revision", "content_hash", "withdrawn", "batch_id", "posted_at")


def revisions(
    model: type[Keyed],
    names: tuple[str, ...],
    rows: Sequence[tuple[str, tuple[Any, ...]]],
    *,
    source: str,
    batch_id: int | None,
) -> tuple[Posted, str]:
    """Post (business key, values of `names`) rows as revisions; what already stands so is left alone.

    Returns the counts and a digest over everything written, for the fact. The last row of a key counts.
    """
    turn(model)
    wanted = dict(rows)
    picked = ("business_key", "revision", "content_hash", "withdrawn")
    known = {
        old[0]: old for old in select_by_keys(model, picked, {"source": source}, list(wanted), key="business_key")
    }
    now, fresh, created = stamp(), [], 0
    for key, values in wanted.items():
        old, mark = known.get(key), digest_of(values)
        if old is not None and old[2] == mark and not old[3]:
            continue
        created += old is None or bool(old[3])
        fresh.append((*values, source, key, old[1] + 1 if old else 1, mark, False, batch_id, now))
    insert(model, (*names, *KEPT), fresh)
    counts = Posted(created, len(rows) - len(fresh), len(fresh) - created)
    return counts, digest_of(f"{row[-6]}:{row[-5]}:{row[-4]}" for row in fresh)


def withdraw(model: type[Keyed], names: tuple[str, ...], *, batch_id: int) -> tuple[int, str]:
    """Undo a batch: every revision of it that still stands is followed by what stood before it, or by a withdrawn one.

    Returns how many. What comes back belongs again to the batch that had brought it.
    """
    turn(model)
    held = standing(model._base_manager.filter(batch_id=batch_id)).order_by("id")
    now, fresh = stamp(), []
    earlier = _before(model, names, batch_id)
    for *values, source, key, revision in held.values_list(*names, "source", "business_key", "revision"):
        gone = (*values, source, key, revision + 1, "", True, None, now)
        back = earlier.get((source, key))
        fresh.append((*back[:-2], source, key, revision + 1, back[-2], False, back[-1], now) if back else gone)
    insert(model, (*names, *KEPT), fresh)
    return len(fresh), digest_of(f"{row[-6]}:{row[-5]}" for row in fresh)


def _before(model: type[Keyed], names: tuple[str, ...], batch_id: int) -> dict[tuple[str, str], tuple[Any, ...]]:
    """What stood before a batch, by source and key: values, content hash and batch; not what had been withdrawn."""
    mine = model._base_manager.filter(batch_id=batch_id)
    sources = set(mine.values_list("source", flat=True).distinct())
    picked = (*names, "content_hash", "batch_id", "withdrawn", "business_key")
    found: dict[tuple[str, str], tuple[Any, ...]] = {}
    reached: set[tuple[str, str]] = set()
    for source in sources:
        keys = list(mine.filter(source=source).values_list("business_key", flat=True).distinct())
        for row in select_by_keys(model, picked, {"source": source}, keys, key="business_key"):
            name = (source, row[-1])
            if row[-3] == batch_id:
                reached.add(name)
            elif name not in reached:  # oldest first: the last one before the batch counts
                found[name] = row
    return {key: row[:-2] for key, row in found.items() if not row[-2]}


def replaced(model: type[Keyed], batch_id: int) -> bool:
    """Whether something newer of another batch stands where this batch said something."""
    newer = standing(model._base_manager.all()).filter(
        source=models.OuterRef("source"), business_key=models.OuterRef("business_key")
    )
    return model._base_manager.filter(models.Exists(newer.exclude(batch_id=batch_id)), batch_id=batch_id).exists()


def stamp() -> str:
    """This moment as the database takes it in a bulk write (UTC)."""
    text = timezone.now().isoformat(sep=" ", timespec="microseconds")
    return text if connection.vendor == "postgresql" else text.removesuffix("+00:00")


def append_only(table: str) -> migrations.RunPython:
    """A migration step after which the database itself refuses to change or remove rows of `table`."""

    def release(apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP FUNCTION {table}_append_only() CASCADE")
        else:
            for verb in ("update", "delete"):
                editor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")

    return migrations.RunPython(_each(partial(_guards, table)), release)


def keeps(table: str, names: Sequence[str], says: str) -> migrations.RunPython:
    """A migration step after which the database refuses to change these columns of `table` or to remove its rows: what was
    entered stays, what is decided on it may still be written. `says` is the refusal in a sentence without quotes."""

    def release(apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP FUNCTION {table}_kept() CASCADE")
        else:
            for verb in ("update", "delete"):
                editor.execute(f"DROP TRIGGER IF EXISTS {table}_kept_{verb}")

    return migrations.RunPython(_each(partial(_keeps, table, tuple(names), says)), release)


def _keeps(table: str, names: tuple[str, ...], says: str, vendor: str) -> list[str]:
    if vendor == "postgresql":
        other = " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in names)
        no = f"RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'"
        return [
            f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'DELETE' THEN {no}; END IF; "
            f"IF {other} THEN {no}; END IF; RETURN NEW; END $$",
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_kept()",
        ]
    other = " OR ".join(f'NEW."{name}" IS NOT OLD."{name}"' for name in names)
    no = f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
    return [
        f"CREATE TRIGGER {table}_kept_update BEFORE UPDATE ON {table} WHEN {other} {no}",
        f"CREATE TRIGGER {table}_kept_delete BEFORE DELETE ON {table} {no}",
    ]


def guard_again(table: str) -> migrations.RunPython:
    """The same step once more: after an altered column (SQLite rebuilds the table for that, and its triggers go with the
    old one), or to bring the guards of an older version up to date.
    """
    return migrations.RunPython(_each(partial(_guards, table)), migrations.RunPython.noop)


def in_order(table: str) -> migrations.RunPython:
    """A migration step after which writers of `table` take turns until they commit, whoever they are: numbers become
    visible in order, so that whoever reads "above the last number I saw" misses nothing. SQLite does so by itself.
    """

    def release(apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"DROP FUNCTION {table}_in_order() CASCADE")

    return migrations.RunPython(_each(partial(_turns, table)), release)


def _each(statements: Callable[[str], list[str]]) -> Callable[[Any, Any], None]:
    """What a migration step does: the statements of its database, one after the other."""

    def run(apps: Any, editor: Any) -> None:
        for statement in statements(editor.connection.vendor):
            editor.execute(statement)

    return run


def _turns(table: str, vendor: str) -> list[str]:
    """A statement trigger fires before the first number is drawn. A large import may keep others waiting for a while."""
    if vendor != "postgresql":
        return []
    return [
        f"CREATE OR REPLACE FUNCTION {table}_in_order() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = '2min' AS $$ "
        f"BEGIN PERFORM pg_advisory_xact_lock(hashtext('{table}')); RETURN NULL; END $$",
        f"CREATE OR REPLACE TRIGGER {table}_in_order BEFORE INSERT ON {table} FOR EACH STATEMENT "
        f"EXECUTE FUNCTION {table}_in_order()",
    ]


def _guards(table: str, vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            "'posted rows are append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION {table}_append_only()",
            f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION {table}_append_only()",
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'posted rows are append-only'); END"
        for verb in ("update", "delete")
    ]
