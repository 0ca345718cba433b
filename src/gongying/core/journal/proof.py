"""Recompute the seal of every fact from the stored bytes, and name what does not hold."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.db import DatabaseError
from django.utils.translation import gettext_lazy as _

from gongying.core.soundness import sound
from gongying.engines import chain
from gongying.engines.fault import Fault

from . import witness
from .models import Entry, Head

AT_ONCE = 2000
WORDS = {
    "changed": "is not what was sealed",
    "moved": "stands at another position",
    "missing": "this fact is missing",
    "cut": "the end of the journal is missing; after a restored backup lay the file of heads in the data folder aside",
    "head": "the head is not the end of the journal",
    "rewritten": "the journal was written anew: its link is not the one that was witnessed",
}


@dataclass(frozen=True)
class Report:
    """What `verify` found: how many entries hold, their last link, and the first position that does not hold.

    `what` says how: a key of WORDS.
    """

    sealed: int
    waiting: int
    head: str
    broken: int | None = None
    broken_id: int | None = None
    broken_name: str = ""
    what: str = ""

    @property
    def whole(self) -> bool:
        """True when every link holds."""
        return self.broken is None


@dataclass(frozen=True)
class _Break:
    position: int
    what: str
    entry: Entry | None = None


def verify(noted: Path | None = None) -> Report:
    """Recompute every link; name the first entry that does not hold.

    Finds a changed byte in any field, entries that were removed, moved or exchanged, an end that was cut off and a chain that
    was written anew: what ends elsewhere than the head says, or than was witnessed (`noted`: a copy of the witness's file).
    """
    waiting = Entry.objects.filter(position__isnull=True).count()
    heads = witness.heads(noted)
    previous, expected = chain.GENESIS, 0
    for entry in _stored():
        expected += 1
        computed = _link(previous, entry, expected)
        fault = _judge(entry, expected, computed, previous, heads)
        if fault is not None:
            return _report(fault, expected - 1, waiting, previous)
        previous = computed
    fault = _judge_end(expected, previous, heads)
    return Report(expected, waiting, previous) if fault is None else _report(fault, expected, waiting, previous)


@sound("journal.chain", _("every fact is sealed as it was told"))
def _unsealed() -> Iterator[str]:
    """The first place at which the chain does not hold."""
    report = verify()
    if not report.whole:
        yield f"position {report.broken}: {WORDS[report.what]}"


def _report(fault: _Break, sealed: int, waiting: int, head: str) -> Report:
    at, name = (fault.entry.pk, str(fault.entry.name)) if fault.entry else (None, "")
    return Report(sealed, waiting, head, fault.position, at, name, fault.what)


def _judge(entry: Entry, place: int, computed: str, previous: str, heads: Mapping[int, str]) -> _Break | None:
    """What is wrong with the entry read at `place`, if anything."""
    if entry.position != place:
        if isinstance(entry.position, int | float) and entry.position < place:
            return _Break(place, "moved", entry)
        moved = next((each for each in _strays(place) if _link(previous, each, place) == each.link), None)
        return _Break(place, "moved", moved) if moved else _Break(place, "missing")
    if not computed or computed != entry.link:
        return _Break(place, "changed", entry)
    if heads.get(place, computed) != computed:
        return _Break(place, "rewritten", entry)
    return None


def _judge_end(last: int, link: str, heads: Mapping[int, str]) -> _Break | None:
    """Whether the chain ends where its head and the witness say."""
    head = Head.objects.filter(pk=1).first()
    told = max([head.position if head else 0, *heads])
    if told > last:
        moved = next((each for each in _strays(last + 1) if _link(link, each, last + 1) == each.link), None)
        return _Break(last + 1, "moved", moved) if moved else _Break(last + 1, "cut")
    if last and (head is None or (head.position, head.link) != (last, link)):
        return _Break(last, "head")
    return None


def _link(previous: str, entry: Entry, place: int) -> str:
    """The link an entry has at a place; empty when its fields cannot be what was sealed."""
    try:
        return chain.link(previous, entry.body() | {"position": place})
    except Fault:
        return ""


def _strays(place: int) -> Iterator[Entry]:
    """Entries that were sealed and stand beyond a place, or nowhere."""
    yield from Entry.objects.filter(position__isnull=True).exclude(link="").iterator(chunk_size=AT_ONCE)
    yield from Entry.objects.filter(position__gt=place).order_by("position").iterator(chunk_size=AT_ONCE)


def _stored() -> Iterator[Entry]:
    """Every sealed entry in order, page by page."""
    keys = Entry.objects.filter(position__isnull=False).order_by("position").values_list("pk", "position")
    stream = keys.iterator(chunk_size=AT_ONCE)
    while page := list(islice(stream, AT_ONCE)):
        yield from _readable(page)


def _readable(keys: list[tuple[int, int | None]]) -> list[Entry]:
    """The entries of these keys. One whose bytes are no text any more comes empty: that is not what was sealed."""
    try:
        found = Entry.objects.in_bulk([pk for pk, _position in keys])
        return [found[pk] for pk, _position in keys if pk in found]
    except DatabaseError:
        if len(keys) == 1:
            return [Entry(pk=keys[0][0], position=keys[0][1], version=0)]
        half = len(keys) // 2
        return _readable(keys[:half]) + _readable(keys[half:])
