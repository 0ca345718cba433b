"""The house that is killed: what its server does until then, and how it is looked at afterwards."""

import json
import os
import random
import shutil
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from crash import child, lines_of, parsed, watched

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongying.site.settings")
BESIDE = ("witness", "lake")  # what belongs to a database and lies beside it
NAMED = {  # where the effect of a verb carries the key of its call, so that it can be counted
    "ordering.place": ("orders", "Order", "client_id"),
    "ordering.ship": ("supply", "Shipment", "tracking"),
    "billing.record_payment": ("billing", "Payment", "reference"),
}


class House:
    """A house on its own database in a folder (or at GONGYING_DATABASE_URL, which is emptied first).

    It is built once and kept as a template; every `life` cycles the database is that template again, so that the thousandth cycle
    takes no longer than the first.
    """

    fsck_every, life = 10, 100

    def __init__(self, folder, *, synchronous="FULL", writers=4, template=None, synced=None):
        import django

        django.setup()
        from django.db import connection

        self.folder, self.synced, self.writers = Path(folder), synced, writers
        self.database, self.name = connection.vendor, str(connection.settings_dict["NAME"])
        self.options = connection.settings_dict["OPTIONS"]
        self.template = template or (
            f"{self.name}_template" if self.database == "postgresql" else str(self.folder / "template.sqlite3")
        )
        self.waiting = {"allocated": [], "shipped": []}
        if synchronous != "FULL" and self.database == "sqlite":
            before = self.options["init_command"]
            self.options["init_command"] = before.replace("synchronous=FULL", f"synchronous={synchronous}")

    # the database

    def build(self):
        """Import every room before the forks, so that a life is not spent on it; make the template unless it is there."""
        from gongying.site import rooms

        rooms.load_all()
        if not self._built():
            self._apart(self._found)
            self._keep()
        self.renew()
        self._warm()
        self.renew()

    def _warm(self):
        """Let this process do each verb once and then let go of the database: what is read or made once in a process is there before
        the forks, and a life is not spent on it."""
        from django.db import connections

        dice = random.Random(0)  # noqa: S311 - dice, no secret
        actor = self.principal()
        for number in range(40):
            verb, inputs = self.choose(dice, f"warm-{number}")
            self._asked(verb, actor, inputs, f"warm-{number}")
            self.waiting = waiting()
        connections.close_all()

    def _found(self, say):
        """Migrate and seed. Children open the database themselves, never this process: a connection does not outlive a fork."""
        from django.core.management import call_command

        if self.database == "postgresql":
            self._sql("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        elif migrated := os.environ.get("GONGYING_TEMPLATE"):  # a file that was migrated before
            shutil.copy(migrated, Path(os.environ["GONGYING_DATA"]) / "gongying.sqlite3")
        call_command("migrate", verbosity=0)
        import trading

        from gongying.core.people.access import sync_roles
        from gongying.site.cli import words  # noqa: F401 - every room is imported by now

        sync_roles()
        trading.build()
        settle()
        say({"built": True})

    def renew(self):
        """The template again, and what children must know of it."""
        for name in BESIDE:
            shutil.rmtree(self.folder / name, ignore_errors=True)
        if self.database == "postgresql":
            self._admin(
                f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)',
                f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"',
            )
        else:
            for path in self.folder.glob("gongying.sqlite3*"):
                path.unlink()
            shutil.copyfile(self.template, self.name)
            if self.synced is not None:  # what lies on the disk when the lights go on
                for path in self.synced.iterdir():
                    path.unlink()
                shutil.copyfile(self.template, self.synced / Path(self.name).name)
        self.waiting = {"allocated": [], "shipped": []}
        self.made = self._apart(self._known)
        self.parties, self.products = self.made["parties"], self.made["products"]

    def _known(self, say):
        from gongying.books.goods import read as goods
        from gongying.books.parties import read as parties

        say({
            "parties": parties.ids_by_code([f"T{n:03d}" for n in range(1, 9)]),
            "products": goods.ids_by_code([f"G{n:03d}" for n in range(1, 13)]),
        })  # fmt: skip

    def _apart(self, work):
        """What a child says in its one line."""
        pid, pipe = child(work)
        said = parsed(lines_of(pipe))
        os.close(pipe)
        os.waitpid(pid, 0)
        if not said or "died" in said[-1]:
            raise SystemExit(f"the house was not built: {said}")
        return said[-1]

    def _built(self):
        if self.database == "sqlite":
            return Path(self.template).exists()
        with self._server() as server:
            found = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self.template])
            return found.fetchone() is not None

    def _keep(self):
        if self.database == "sqlite":
            shutil.copyfile(self.name, self.template)
        else:
            self._admin(f'CREATE DATABASE "{self.template}" TEMPLATE "{self.name}"')

    def _server(self):
        """A connection beside the database, for this one moment."""
        import psycopg
        from django.db import connection

        kept = connection.settings_dict
        given = {
            "host": kept["HOST"],
            "port": kept["PORT"] or 5432,
            "user": kept["USER"],
            "password": kept["PASSWORD"],
        }
        return psycopg.connect(dbname="postgres", autocommit=True, **given)

    def _admin(self, *statements):
        with self._server() as server:
            for each in statements:
                server.execute(each)

    def _sql(self, *statements):
        from django.db import connection

        with connection.cursor() as cursor:
            for each in statements:
                cursor.execute(each)

    # a life

    def live(self, number, dice):
        """One life of a server, killed in the middle of its work: what it said."""
        pid, pipe = child(lambda say: self.serve(number, say))
        held = watched(pipe, dice.randrange(1 + 2 * max(self.writers, 2)), dice)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        said = parsed(held + lines_of(pipe))
        os.close(pipe)
        return said

    def serve(self, number, say):
        """Several writers at once, each with one verb after the other, begun and answered aloud, until the end."""
        dice = random.Random(f"serve/{number}")  # noqa: S311 - dice, no secret
        if self.database == "sqlite":  # also lives in which the log goes into the file
            size = f"wal_autocheckpoint={dice.choice((20, 200, 8000))};"
            self.options["init_command"] = self.options["init_command"].replace("wal_autocheckpoint=8000;", size)
        self.principal()
        say({"ready": number})
        writers = [
            threading.Thread(target=self._write, args=(f"{number}-{n}", say)) for n in range(1, self.writers + 1)
        ]
        for each in writers:
            each.start()
        for each in writers:
            each.join()

    def _write(self, name, say):
        from django.db import OperationalError

        actor, dice, place = self.principal(), random.Random(f"write/{name}"), 0  # noqa: S311 - dice, no secret
        try:
            while True:
                place += 1
                if dice.random() < 0.1:
                    with suppress(OperationalError):  # as the clock of a running house, which tries again
                        tick()
                    continue
                key = f"{name}-{place}"
                verb, inputs = self.choose(dice, key)
                say({"key": key, "call": [verb, inputs]})
                while (answer := self._asked(verb, actor, inputs, key)) is None:
                    say({"away": key})
                say({"key": key, "answer": answer})
        except Exception as fault:
            say({"died": f"{type(fault).__name__}: {fault}"[:500]})

    def _asked(self, verb, actor, inputs, key):
        """What a verb answers; None when the database sent it away (a lock took too long on a busy machine): to be tried again."""
        from django.db import OperationalError, connection

        from gongying.core.doors import call
        from gongying.core.refusal import Refused

        try:
            return plain(verb, call(verb, actor, inputs, idempotency_key=key))
        except Refused as no:
            return no.as_dict()
        except OperationalError as fault:
            if not any(word in str(fault) for word in ("locked", "lock timeout")):
                raise
            connection.close()
            return None

    def principal(self):
        """Whoever calls."""
        from trading import CLERK

        return CLERK.through("api")

    def choose(self, dice, key):
        """Mostly orders; also shipments of what waits, deliveries of what is on its way, cancellations and payments. Two writers
        may well choose the same."""
        what, waits, sent = dice.random(), self.waiting["allocated"], self.waiting["shipped"]
        if what < 0.2 and waits:
            return "ordering.ship", {"order_id": dice.choice(waits), "carrier": "SF", "tracking": key}
        if 0.2 <= what < 0.35 and sent:
            return "ordering.deliver", {"shipment_id": dice.choice(sent), "signed_by": "收货人"}
        if 0.35 <= what < 0.4 and waits:
            return "ordering.cancel", {"order_id": dice.choice(waits), "reason": key}
        party = dice.choice(list(self.parties.values()))
        if 0.4 <= what < 0.55:
            paid = {"currency": "CNY", "amount_minor": dice.randrange(1, 10**6), "on": "2026-10-01"}
            return "billing.record_payment", {"party_id": party, "reference": key, **paid}
        lines = [{"product": code, "packs": dice.randrange(1, 30)} for code in dice.sample(list(self.products), 3)]
        return "ordering.place", {"party_id": party, "lines": lines, "client_id": key}

    # afterwards

    def inspect(self, answered, begun, say, *, full):
        """Look at what a life left, and send what was cut off once more."""
        from gongying.core import soundness
        from gongying.core.audit.models import ActionKey

        if not whole(say, full):
            return
        actor = self.principal()
        held = {row.key: row for row in ActionKey.objects.filter(key__in=begun)}
        for key, answer in answered.items():
            row = held.get(key)
            if row is None:
                say({"fault": f"lost: {key} {begun[key]}"})
            elif json.loads(row.answer) != answer:
                say({"fault": f"other answer of {key}: {row.answer} instead of {answer}"})
        for key, (verb, inputs) in begun.items():
            if key in answered:
                continue
            while (answer := self._asked(verb, actor, inputs, key)) is None:
                continue
            if key in held and json.loads(held[key].answer) != answer:
                say({"fault": f"{key} was done before and answered {answer} now"})
            say({"again": key})
        once(begun, say)
        if full:
            tick()
            for asked, found in soundness.faults():
                for fault in found[:3]:
                    say({"fault": f"{asked.name}: {fault}"})
        say({"waiting": waiting()})
        if full or len(begun) % 2:  # else the next life begins with a long log
            settle()


def whole(say, full):
    """Whether the file of SQLite is a database."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return True
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check" if full else "PRAGMA quick_check")
        told = cursor.fetchone()[0]
    if told != "ok":
        say({"fault": f"the file is damaged: {told[:200]}"})
    return told == "ok"


def once(begun, say):
    """Every effect that was begun and carries its key is there exactly once, or was refused and is not there."""
    from collections import Counter

    from django.apps import apps

    from gongying.core.audit.models import ActionKey

    done = set(ActionKey.objects.filter(key__in=begun, status="done").values_list("key", flat=True))
    for verb, (app, model, name) in NAMED.items():
        asked = [key for key, (called, _inputs) in begun.items() if called == verb]
        rows = apps.get_model(app, model).objects.unscoped("test").filter(**{f"{name}__in": asked})
        counted = Counter(rows.values_list(name, flat=True))
        for key in asked:
            if counted[key] != (key in done):
                say({"fault": f"{verb} {key} is there {counted[key]} times, done: {key in done}"})


def waiting():
    """Orders that wait to be shipped and shipments that wait to arrive, some of each."""
    from gongying.areas.orders.models import Order
    from gongying.areas.supply.models import Shipment

    orders = Order.objects.unscoped("test").filter(state="allocated").order_by("id")
    sent = Shipment.objects.unscoped("test").filter(state="shipped").order_by("id")
    return {
        "allocated": list(orders.values_list("id", flat=True)[:20]),
        "shipped": list(sent.values_list("id", flat=True)[:20]),
    }


def tick():
    """What the clock of a running house does: number the facts, let others hear of them, mirror the books."""
    from gongying.books.lake import post as lake
    from gongying.core.journal import book

    while book.seal():
        pass
    book.deliver()
    lake.refresh()


def settle():
    """Bring the log of SQLite into its file."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def plain(verb, answer):
    """An answer as it is stored beside its key."""
    from gongying.core.doors import ACTIONS

    return json.loads(ACTIONS[verb].answer.dump_json(answer, fallback=str))


def until(done, seconds=60.0):
    """Wait until something holds; whether it does."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
