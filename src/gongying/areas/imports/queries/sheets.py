"""Files read in a child process: frames to post, and a look that posts nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.intake import columns, fields, reading
from gongying.core.refusal import Refused

from ..rules import JUDGE, KINDS, Known, missing, unknown

MOST_FAULTS = 200  # that a look remembers
Prepare = Callable[[columns.Frame], None]


@dataclass
class Look:
    """What a file holds, before anything of it is posted.

    `header` are its titles, `places` the column of each field, `lacking` the required fields without one; `good` and `bad`
    count the rows that were checked, `whole` says whether that was all of them. `shown` are the first rows as understood.
    """

    header: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    lacking: list[fields.Field] = field(default_factory=list)
    good: int = 0
    bad: int = 0
    total: int = 0
    whole: bool = True
    shown: list[tuple[int, list[str]]] = field(default_factory=list)
    failures: list[columns.Failure] = field(default_factory=list)

    @property
    def checked(self) -> int:
        """How many rows were looked at."""
        return self.good + self.bad


def known(actor: Actor, kind: str) -> Known:
    """What the codes of a kind may name; the sender sees only his own parties."""
    if kind not in JUDGE:
        return Known()
    held = {code: pk for code, pk in parties.all_ids().items() if actor.sees(pk)}
    groups = frozenset(goods.categories().values_list("code", flat=True)) if kind == "targets" else frozenset[str]()
    regions = frozenset(parties.all_region_codes()) if kind == "price_lists" else frozenset[str]()
    return Known(held, goods.all_ids(), regions, groups)


def resolve(kind: str, head: list[list[Any]], chosen: Mapping[str, str] | None) -> tuple[int, dict[str, int]]:
    """How many rows are header, and the columns. Raises Refused naming what is missing."""
    skipped, _titles, places = columns.find_header(head, KINDS[kind], chosen)
    absent = unknown(kind, chosen or {}, places)
    if absent:
        words = _("There is no column %(names)s.") % {"names": ", ".join(absent)}
        raise Refused(words, field="file", remedy=_("Choose among the headers of the file."))
    lacking = missing(kind, places)
    if lacking:
        names = ", ".join(" / ".join(each.names[:2]) for each in lacking)
        remedy = _("Name the columns as in the template.")
        raise Refused(_("Columns are missing: %(names)s.") % {"names": names}, field="file", remedy=remedy)
    return skipped, places


def judged(
    kind: str, codes: Known, places: Mapping[str, int], first: int, rows: list[list[Any]], *, show: bool = False
) -> columns.Frame:
    """A chunk read and judged."""
    frame = columns.frame_of(KINDS[kind], places, first, rows, show=show)
    if kind in JUDGE:
        JUDGE[kind](frame, codes)
        frame.settle()
    return frame


def frames(
    actor: Actor,
    kind: str,
    path: Path,
    name: str,
    *,
    chosen: Mapping[str, str] | None = None,
    after: int = 0,
    prepare: Prepare | None = None,
) -> Iterator[reading.Piece]:
    """The file as frames ready to post, from the row after `after` on. `prepare` runs in the child. Raises Refused."""
    codes = known(actor, kind)

    def begin(head: list[list[Any]]) -> tuple[int, reading.Work]:
        skipped, places = resolve(kind, head, chosen)

        def work(first: int, rows: list[list[Any]]) -> columns.Frame:
            done = max(0, min(len(rows), after + 1 - first))
            frame = judged(kind, codes, places, first + done, rows[done:])
            if prepare:
                prepare(frame)
            return frame

        return skipped, work

    return reading.through(path, name, begin)


def look(
    actor: Actor,
    kind: str,
    path: Path,
    name: str,
    *,
    chosen: Mapping[str, str] | None = None,
    kept: Mapping[str, str] | None = None,
    most: int | None = None,
) -> Look:
    """Read a file, posting nothing: its columns, how many rows are good, what is wrong with the others.

    At most about `most` rows are checked. `kept` are choices of an earlier file: those whose header is there are proposed,
    unless there are `chosen` ones. Raises Refused for a file that cannot be read.
    """
    codes, seen = known(actor, kind), Look()

    def begin(head: list[list[Any]]) -> tuple[int, reading.Work]:
        wanted = chosen or _still_there(head, kind, kept or {})
        skipped, titles, places = columns.find_header(head, KINDS[kind], wanted)
        told = [fields.plain(title) for title in titles]
        lacking = missing(kind, places)

        def work(first: int, rows: list[list[Any]]) -> Any:
            if lacking:
                return told, places, lacking, None
            return told, places, [], judged(kind, codes, places, first, rows, show=first <= skipped + 1)

        return skipped, work

    for piece in reading.through(path, name, begin):
        seen.header, seen.places, seen.lacking, frame = piece.load
        seen.total, seen.whole = piece.total, piece.last
        if frame is None:
            break
        seen.good, seen.bad = seen.good + len(frame), seen.bad + len(frame.failures)
        seen.shown += frame.shown
        seen.failures += sorted(frame.failures)[: max(0, MOST_FAULTS - len(seen.failures))]
        if most and piece.done >= most:
            break
    return seen


def _still_there(head: list[list[Any]], kind: str, kept: Mapping[str, str]) -> dict[str, str]:
    """Of earlier choices, those whose header this file has too; a field left out then is left out again unless it is needed."""
    titles = {fields.spelling(cell) for row in head for cell in row}
    optional = {field.name for field in KINDS[kind] if not field.required}
    return {
        name: title
        for name, title in kept.items()
        if (fields.spelling(title) in titles if title else name in optional)
    }
