"""Files read in a child process: frames to post, and a look that posts nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.intake import columns, fields, reading
from gongying.core.refusal import Refused

from ..rules import JUDGE, KINDS, Known, Seen, missing, twice, unknown

MOST_FAULTS = 200  # that a look remembers
ROW = attrgetter("row")
Prepare = Callable[[columns.Frame], None]


@dataclass
class Look:
    """What a file holds, before anything of it is posted.

    `header` are its titles, `places` the column of each field, `lacking` the required fields without one, `doubled` the titles
    that stand twice where a field is read; `good` and `bad` count the rows that were checked, `whole` says whether that was
    all of them. `shown` are the first rows as understood, `sheets` the sheet that is read and those after it.
    """

    header: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    lacking: list[fields.Field] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    good: int = 0
    bad: int = 0
    total: int = 0
    whole: bool = True
    shown: list[tuple[int, list[str]]] = field(default_factory=list)
    failures: list[columns.Failure] = field(default_factory=list)
    sheets: tuple[str, ...] = ()

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
    placed = kind in ("price_lists", "distributors", "sell_through", "sell_out")
    regions = frozenset(parties.all_region_codes()) if placed else frozenset[str]()
    if kind != "price_lists":
        return Known(held, goods.all_ids(), regions, groups)
    return Known(
        held, goods.all_ids(), regions, groups, parties.all_levels(), goods.all_packs(), goods.base_units()
    )


def resolve(kind: str, head: list[list[Any]], chosen: Mapping[str, str] | None) -> tuple[int, dict[str, int]]:
    """How many rows are header, and the columns. Raises Refused naming what is missing or stands twice."""
    skipped, titles, places = columns.find_header(head, KINDS[kind], chosen)
    absent = unknown(kind, chosen or {}, places)
    if absent:
        words = _("There is no column %(names)s.") % {"names": ", ".join(absent)}
        raise Refused(words, field="file", remedy=_("Choose among the headers of the file."))
    lacking = missing(kind, places)
    if lacking:
        names = ", ".join(" / ".join(each.names[:2]) for each in lacking)
        remedy = _("Name the columns as in the template.")
        raise Refused(_("Columns are missing: %(names)s.") % {"names": names}, field="file", remedy=remedy)
    both = columns.doubled(titles, places)
    if both:
        words = _("The header stands more than once: %(names)s.") % {"names": ", ".join(both)}
        raise Refused(words, field="file", remedy=_("Rename or delete all but one of these columns."))
    return skipped, places


def judged(
    kind: str,
    codes: Known,
    places: Mapping[str, int],
    first: int,
    rows: list[list[Any]],
    seen: Seen,
    *,
    show: bool = False,
) -> columns.Frame:
    """A chunk read and judged; `seen` is what earlier chunks of the file said."""
    frame = columns.frame_of(KINDS[kind], places, first, rows, show=show)
    if kind in JUDGE:
        JUDGE[kind](frame, codes)
        frame.settle()
    twice(kind, frame, seen)
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
        seen: Seen = {}

        def work(first: int, rows: list[list[Any]]) -> columns.Frame:
            if not rows:
                raise reading.fault("none")
            frame = judged(kind, codes, places, first, rows, seen)
            frame.cut(after)
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
        lacking, both = missing(kind, places), columns.doubled(titles, places)
        before: Seen = {}

        def work(first: int, rows: list[list[Any]]) -> Any:
            frame = None
            if not lacking and not both:
                frame = judged(kind, codes, places, first, rows, before, show=first <= skipped + 1)
            return told, places, lacking, both, frame

        return skipped, work

    for piece in reading.through(path, name, begin):
        seen.header, seen.places, seen.lacking, seen.doubled, frame = piece.load
        seen.total, seen.whole, seen.sheets = piece.total, piece.last, piece.sheets
        if frame is None:
            break
        seen.good, seen.bad = seen.good + len(frame), seen.bad + len(frame.failures)
        seen.shown += frame.shown
        seen.failures += sorted(frame.failures, key=ROW)[: max(0, MOST_FAULTS - len(seen.failures))]
        if most and seen.checked >= most and not piece.last:
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
