"""Record, seal, deliver, rebuild."""

import json
import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.utils import timezone

from gongying.core import doors, posting
from gongying.core.actor import Actor
from gongying.engines import chain

from . import witness
from .fact import Fact
from .models import Cursor, Entry, Head
from .proof import Report, verify

__all__ = ["LISTENERS", "Listener", "Report", "begins", "deliver", "entries", "on", "project", "rebuild", "record", "record_all", "seal", "stopped", "told", "try_again", "verify", "watermark"]  # fmt: skip
READING = "journal.read"
DELIVERING = "journal.deliver"
MOST_ATTEMPTS = 5
log = logging.getLogger("gongying.journal")
L = TypeVar("L", bound=Callable[..., None])


@dataclass(frozen=True)
class Listener:
    """A reaction, or (with `clear`) a projection that may be thrown away and replayed."""

    work: Callable[[Any, Entry], None]
    hears: dict[str, type[Fact]]
    clear: type[models.Model] | None = None

    @property
    def key(self) -> str:
        """Its full dotted name; the cursor is kept under it."""
        return f"{self.work.__module__}.{self.work.__name__}"


LISTENERS: dict[str, Listener] = {}


def _listen(facts: tuple[type[Fact], ...], clear: type[models.Model] | None) -> Callable[[L], L]:
    def hear(fn: L) -> L:
        listener = Listener(fn, {f.name: f for f in facts}, clear)
        LISTENERS[listener.key] = listener
        return fn

    return hear


def on(*facts: type[Fact]) -> Callable[[L], L]:
    """A reaction: acts exactly once, through actions, and may tell new facts. Never replayed."""
    return _listen(facts, None)


def project(*facts: type[Fact], clear: type[models.Model]) -> Callable[[L], L]:
    """A projection: rewrites only its own table `clear`, tells nothing, may be replayed."""
    return _listen(facts, clear)


def record(actor: Actor, fact: Fact) -> None:
    """Tell a fact, in the transaction of the action that made it true."""
    record_all(actor, [fact])


def record_all(actor: Actor, told: Sequence[Fact]) -> None:
    """Tell facts in their order, all at once."""
    verb = doors.inside.get()
    if not verb or verb in (READING, DELIVERING):
        raise RuntimeError(f"{[fact.name for fact in told[:1]]} recorded outside an action")
    at = timezone.now().isoformat(timespec="microseconds")
    rows = [
        (
            fact.name,
            fact.version,
            secrets.token_hex(16),
            chain.canonical(json.loads(json.dumps(fact.payload(), cls=DjangoJSONEncoder))).decode(),
        )
        for fact in told
    ]
    same = {"actor": actor.name, "via": actor.via, "told_at": at, "link": ""}
    posting.insert(Entry, ("name", "version", "nonce", "payload"), rows, same)


def seal(limit: int = 1000) -> int:
    """Give committed entries their place in the chain, in order. One sealer at a time; returns how many."""
    fresh = Entry.objects.filter(position__isnull=True, link="").order_by("id")
    if not fresh.exists():
        return 0
    Head.objects.get_or_create(pk=1, defaults={"link": chain.GENESIS})
    with transaction.atomic():
        head = Head.objects.select_for_update().get(pk=1)
        todo = list(fresh[:limit])
        for entry in todo:
            head.position += 1
            head.link = chain.link(head.link, entry.body() | {"position": head.position})
            entry.position, entry.link = head.position, head.link
        Entry.objects.bulk_update(todo, ["position", "link"], batch_size=200)
        head.save(update_fields=["position", "link"])
        if todo:
            transaction.on_commit(partial(witness.note, head.position, head.link))
    return len(todo)


def begins() -> bool:
    """Whether nothing was ever told."""
    return not Head.objects.exists() and not Entry.objects.exists()


def watermark() -> tuple[int, int]:
    """The number of the newest fact, and how many facts there are: as long as both stay, nothing was told.

    (A fact with a lower number may be committed later; it moves the count. Sealing moves neither. One statement reads all
    parts, so that they belong to one moment.)
    """
    table = connection.ops.quote_name(Entry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT MAX(id) FROM {table}), COALESCE((SELECT MAX(position) FROM {table}), 0) + "  # noqa: S608 - our name
            f"(SELECT COUNT(*) FROM {table} WHERE position IS NULL)"
        )
        newest, told = cursor.fetchone()
    return newest or 0, told


def deliver(limit: int = 1000) -> int:
    """Let each listener read on at its own pace; its work and its cursor move in one transaction."""
    return sum(_read(listener, limit) for listener in list(LISTENERS.values()))


def _read(listener: Listener, limit: int) -> int:
    cursor, _ = Cursor.objects.get_or_create(listener=listener.key)
    if cursor.attempts >= MOST_ATTEMPTS:
        return 0
    head = Head.objects.filter(pk=1).values_list("position", flat=True).first() or 0
    if cursor.position >= head:
        return 0
    pages = Entry.objects.filter(name__in=listener.hears, position__gt=cursor.position, position__lte=head)
    looked = done = 0
    for entry in pages.order_by("position")[:limit]:
        looked += 1
        try:
            with transaction.atomic(), doors.joined(READING if listener.clear else DELIVERING):
                here = Cursor.objects.select_for_update().get(pk=cursor.pk)
                if here.position >= (entry.position or 0):
                    continue  # another reader was quicker
                listener.work(listener.hears[entry.name].revive(json.loads(entry.payload)), entry)
                Cursor.objects.filter(pk=cursor.pk).update(position=entry.position, attempts=0, error="")
        except (OperationalError, InterfaceError):  # a lock, a restart of the database: the next round tries again
            log.warning("%s waits for the database", listener.key, exc_info=True)
            return done
        except Exception as fault:  # one listener's fault must not stop the others; it is kept and shown
            log.exception("%s falters at position %s", listener.key, entry.position)
            Cursor.objects.filter(pk=cursor.pk).update(
                attempts=models.F("attempts") + 1, error=f"{entry.position}: {fault!r}"[:2000]
            )
            return done
        done += 1
    if looked < limit:  # nothing else up to the head is for this listener: it need not be looked through again
        Cursor.objects.filter(pk=cursor.pk, position__lt=head).update(position=head)
    return done


def stopped() -> list[tuple[str, str]]:
    """The listeners that have faltered too often and wait for a mended version: (name, position and fault)."""
    return list(Cursor.objects.filter(attempts__gte=MOST_ATTEMPTS).values_list("listener", "error"))


def try_again() -> int:
    """Let listeners that stopped go on from where they were. Returns how many."""
    return Cursor.objects.filter(attempts__gt=0).update(attempts=0)


def rebuild() -> None:
    """Throw every projection away and read the journal again."""
    for listener in (each for each in LISTENERS.values() if each.clear):
        with transaction.atomic(), doors.joined(READING):
            listener.clear._base_manager.all().delete()  # type: ignore[union-attr]
            Cursor.objects.filter(listener=listener.key).update(position=0, attempts=0, error="")
        while _read(listener, 1000):
            pass


def entries(chunk: int = 2000) -> Iterator[Entry]:
    """All sealed entries in order."""
    return Entry.objects.filter(position__isnull=False).order_by("position").iterator(chunk_size=chunk)


def told(name: str) -> list[tuple[int, dict[str, Any]]]:
    """Every fact of a name, sealed or not, in the order in which they were told: (number of the entry, fields)."""
    rows = Entry.objects.filter(name=name).order_by("id").values_list("id", "payload")
    return [(pk, json.loads(payload)) for pk, payload in rows]
