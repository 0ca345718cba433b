"""An order of ten lines through the public verb, against a bare script that inserts the same rows in one transaction.

The verb prices with levels, steps and promotions, checks credit, sets goods aside, holds the amount, records the fact and the
audit line, and keeps its answer under an idempotency key. The baseline (`bare`) is what somebody would write with psycopg: exactly
the rows one such order leaves, `executemany` table by table, in one transaction. `packed` is a harder one, printed beside it: one
INSERT with all rows of a table, which no script that gets its rows one by one would build. Neither reads or decides anything.

Processor time is that of the Python process and of its PostgreSQL backend (user and system); rounds of all three take turns, and
medians are printed. Needs PostgreSQL: `GONGYING_BENCH_DATABASE_URL`, whose database is emptied.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongying.site.settings")
os.environ["GONGYING_DATA"] = tempfile.mkdtemp()
PLACE = os.environ.get("GONGYING_BENCH_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/bench_orders")
os.environ["GONGYING_DATABASE_URL"] = PLACE  # never the one that a house lives in: it is emptied
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "reliability"))

import psycopg

ORDERS, ROUNDS, LINES = 60, 5, 10
TICKS = os.sysconf("SC_CLK_TCK")


def fresh():
    """An empty database at the address, made when it is not there."""
    address, _, name = PLACE.rpartition("/")
    with psycopg.connect(f"{address}/postgres", autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}"')


def backend_seconds(pid):
    """Processor seconds of a local PostgreSQL backend so far; 0 when it is another machine's."""
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(parts[11]) + int(parts[12])) / TICKS


def marks(models):
    """The highest number of every table."""
    return {
        model: model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in models
    }


def rows_since(before):
    """What was inserted since: (model, columns, rows) of every table."""
    for model, last in before.items():
        names = [field.column for field in model._meta.concrete_fields]
        rows = list(
            model._base_manager.filter(pk__gt=last)
            .order_by("pk")
            .values_list(*[f.attname for f in model._meta.concrete_fields])
        )
        if rows:
            yield model, names, rows


class Again:
    """The captured rows once more, as rows of their own: numbers shifted, unique texts marked."""

    def __init__(self, captured):
        self.tables = []
        fresh_ids = {model: {row[0] for row in rows} for model, _names, rows in captured}
        for model, names, rows in captured:
            fields = model._meta.concrete_fields
            shifted = [
                at for at, field in enumerate(fields)
                if field.primary_key or (field.related_model in fresh_ids and field.remote_field)
            ]  # fmt: skip
            marked = {
                at for at, field in enumerate(fields) if field.unique and field.get_internal_type() == "CharField"
            }
            for constraint in model._meta.constraints:
                for name in getattr(constraint, "fields", ()) or ("business_key",):
                    at = next((n for n, f in enumerate(fields) if f.name == name), None)
                    if at is not None and fields[at].get_internal_type() == "CharField":
                        marked.add(at)
                        break
            columns = ", ".join(f'"{name}"' for name in names)
            slots = "(" + ", ".join(["%s"] * len(names)) + ")"
            start = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES '
            related = {at: fields[at].related_model for at in shifted}
            self.tables.append((start, slots, rows, related, fresh_ids, marked, [f.max_length for f in fields]))

    def rows(self, number):
        """(start of the statement, slots of a row, rows) of every table for the copy with this number."""
        for start, slots, rows, related, fresh_ids, marked, widths in self.tables:
            found = []
            for row in rows:
                values = []
                for at, value in enumerate(row):
                    if at in related and (related[at] is None or value in fresh_ids.get(related[at], ())):
                        values.append(value and value + number * 1_000_000)
                    else:
                        values.append(f"{number}~{value}"[: widths[at]] if at in marked and value else value)
                found.append(values)
            yield start, slots, found

    def write(self, bare, number, packed):
        """The rows of one order in one transaction."""
        with bare.transaction(), bare.cursor() as cursor:
            for start, slots, rows in self.rows(number):
                if packed:
                    cursor.execute(start + ", ".join([slots] * len(rows)), [value for row in rows for value in row])
                else:
                    cursor.executemany(start + slots, rows)


def world():
    """A network in a fresh database. Returns a function that places order number n through the public verb."""
    fresh()
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from gongying.site import rooms

    rooms.load_all()
    import trading

    from gongying.core.doors import call

    built = trading.build(distributors=20, products=60)
    codes, parties = list(built.products), list(built.parties.values())

    def order(number):
        lines = [
            {"product": codes[(number + 3 * n) % len(codes)], "packs": 5 + (number + n) % 60} for n in range(LINES)
        ]
        inputs = {"party_id": parties[number % len(parties)], "lines": lines, "client_id": f"bench-{number}"}
        return call("ordering.place", trading.CLERK.through("api"), inputs, idempotency_key=f"bench-{number}")

    for number in range(20):
        order(number)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the statistics that any database has after its first minutes
    return order


def capture(order):
    """One order, and every row it has left."""
    from django.apps import apps
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    before = marks([m for m in apps.get_models() if m._meta.managed and not m._meta.proxy])
    with CaptureQueriesContext(connection) as seen:
        done = order(20)
    captured = list(rows_since(before))
    count = sum(len(rows) for _model, _names, rows in captured)
    print(f"one order: {done.state}, {LINES} lines, {len(seen)} statements, {count} rows in {len(captured)} tables")
    return Again(captured)


def main():
    """All three in turns; medians of rounds."""
    order = world()
    from django.db import connection

    again, kept = capture(order), connection.settings_dict
    place = f"postgresql://{kept['USER']}:{kept['PASSWORD']}@{kept['HOST']}:{kept['PORT']}/{kept['NAME']}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
    bare, packed = psycopg.connect(place), psycopg.connect(place)
    subjects = {
        "verb": (order, own),
        "bare": (lambda number: again.write(bare, number, False), bare.info.backend_pid),
        "packed": (lambda number: again.write(packed, number + 1_000_000, True), packed.info.backend_pid),
    }
    figures = {name: [] for name in subjects}
    for turn in range(ROUNDS):
        for name, (work, pid) in subjects.items():
            cpu, there, wall = time.process_time(), backend_seconds(pid), time.perf_counter()
            for each in range(ORDERS):
                work(1000 + turn * ORDERS + each)
            spent = (time.process_time() - cpu, backend_seconds(pid) - there, time.perf_counter() - wall)
            figures[name].append([part / ORDERS * 1000 for part in spent])
    told = {
        name: [statistics.median(part) for part in zip(*rounds, strict=True)] for name, rounds in figures.items()
    }
    for name, (python, server, wall) in told.items():
        both = f"{python:.1f} ms Python + {server:.1f} ms PostgreSQL = {python + server:.1f} ms processor"
        print(f"{name:6}: {both}, {wall:.1f} ms elapsed")
    verb, plain, hard = (sum(told[name][:2]) for name in subjects)
    print(
        f"ratio to the bare script {verb / plain:.2f} (at most 4 asked, and below 15 ms); to the packed one {verb / hard:.2f}"
    )


if __name__ == "__main__":
    main()
