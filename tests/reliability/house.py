"""The house that is killed: what its server does until then, and how it is looked at afterwards."""

import json
import os
import random
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongying.site.settings")


class House:
    """A house on its own database in a folder (or at GONGYING_DATABASE_URL, which is emptied first)."""

    fsck_every = 10

    def __init__(self, folder, *, synchronous="FULL"):
        import django

        django.setup()
        from django.db import connection

        self.folder, self.synchronous = Path(folder), synchronous
        self.database = connection.vendor
        if synchronous != "FULL" and connection.vendor == "sqlite":
            options = connection.settings_dict["OPTIONS"]
            options["init_command"] = options["init_command"].replace(
                "synchronous=FULL", f"synchronous={synchronous}"
            )

    def build(self):
        """Migrate and seed, then let go of the database: children open it themselves."""
        from crash import child, lines_of, parsed

        def work(say):
            from django.core.management import call_command

            if self.database == "postgresql":
                self._empty()
            call_command("migrate", verbosity=0)
            import trading

            from gongying.site.cli import words  # noqa: F401 - every room is imported by now

            made = trading.build()
            say({"parties": made.parties, "products": made.products})
            _settle()

        pid, pipe = child(work)
        said = parsed(lines_of(pipe))
        os.close(pipe)
        os.waitpid(pid, 0)
        if not said or "died" in said[-1]:
            raise SystemExit(f"the house was not built: {said}")
        self.parties, self.products = said[-1]["parties"], said[-1]["products"]
        self._load()

    def _empty(self):
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")

    def _load(self):
        """Import every room before the forks, so that a life is not spent on it."""
        from gongying.site import rooms

        rooms.load_all()

    def serve(self, number, say):
        """Verbs one after the other, each begun and answered aloud, until the end."""
        from gongying.core.doors import call
        from gongying.core.refusal import Refused

        dice, place = random.Random(f"serve/{number}"), 0  # noqa: S311 - dice, no secret
        from trading import CLERK

        self._choose(random.Random(0), "")  # noqa: S311 - opens the database
        say({"ready": number})
        while True:
            place += 1
            key = f"{number}-{place}"
            verb, inputs = self._choose(dice, key)
            say({"key": key, "call": [verb, inputs]})
            try:
                answer = call(verb, CLERK.through("api"), inputs, idempotency_key=key)
                say({"key": key, "answer": _plain(verb, answer)})
            except Refused as no:
                say({"key": key, "answer": no.as_dict()})

    def _choose(self, dice, key):
        """Mostly orders; also shipments of what waits, deliveries of what is on its way, and payments."""
        from gongying.areas.orders.models import Order
        from gongying.areas.supply.models import Shipment

        what = dice.random()
        if what < 0.15:
            row = Order.objects.unscoped("test").filter(state="allocated").order_by("id").first()
            if row is not None:
                return "ordering.ship", {"order_id": row.pk, "carrier": "SF", "tracking": key}
        elif what < 0.3:
            row = Shipment.objects.unscoped("test").filter(state="shipped").order_by("id").first()
            if row is not None:
                return "ordering.deliver", {"shipment_id": row.pk, "signed_by": "收货人"}
        elif what < 0.4:
            party = dice.choice(list(self.parties.values()))
            asked = {
                "party_id": party,
                "currency": "CNY",
                "amount_minor": dice.randrange(1, 10**6),
                "reference": key,
            }
            return "billing.record_payment", asked | {"on": "2026-10-01"}
        lines = [{"product": code, "packs": dice.randrange(1, 30)} for code in dice.sample(list(self.products), 3)]
        party = dice.choice(list(self.parties.values()))
        return "ordering.place", {"party_id": party, "lines": lines, "client_id": key}

    def inspect(self, answered, begun, say, *, full):
        """Look at what a life left, and send what was cut off once more."""
        from django.db import connection

        from gongying.core import soundness
        from gongying.core.audit.models import ActionKey
        from gongying.core.doors import call
        from gongying.core.refusal import Refused

        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA integrity_check" if full else "PRAGMA quick_check")
                told = cursor.fetchone()[0]
            if told != "ok":
                say({"fault": f"the file is damaged: {told[:200]}"})
                return
        from trading import CLERK

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
            try:
                answer = _plain(verb, call(verb, CLERK.through("api"), inputs, idempotency_key=key))
            except Refused as no:
                answer = no.as_dict()
            if key in held and json.loads(held[key].answer) != answer:
                say({"fault": f"{key} was done before and answered {answer} now"})
            say({"again": key})
        self._once(begun, say)
        if full:
            for asked, found in soundness.faults():
                for fault in found[:3]:
                    say({"fault": f"{asked.name}: {fault}"})

        _settle()

    def _once(self, begun, say):
        """Every order and every payment that was begun is there exactly once (or was refused)."""
        from collections import Counter

        from gongying.areas.billing.models import Payment
        from gongying.areas.orders.models import Order
        from gongying.core.audit.models import ActionKey

        orders = Counter(
            Order.objects.unscoped("test").filter(client_id__in=begun).values_list("client_id", flat=True)
        )
        money = Counter(
            Payment.objects.unscoped("test").filter(reference__in=begun).values_list("reference", flat=True)
        )
        done = set(ActionKey.objects.filter(key__in=begun, status="done").values_list("key", flat=True))
        for key, (verb, _inputs) in begun.items():
            counted = {"ordering.place": orders, "billing.record_payment": money}.get(verb)
            if counted is not None and counted[key] != (key in done):
                say({"fault": f"{verb} {key} is there {counted[key]} times, done: {key in done}"})


def _settle():
    """Bring the log of SQLite into its file, so that the next life begins with a short one."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _plain(verb, answer):
    """An answer as it is stored beside its key."""
    from gongying.core.doors import ACTIONS

    return json.loads(ACTIONS[verb].answer.dump_json(answer, fallback=str))
