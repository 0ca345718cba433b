"""Rows as columns: a chunk is read field by field, so that a column in order costs next to nothing a cell.

The quick ways below give the same values as `fields.read` cell by cell; a column they cannot vouch for goes that way.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import compress, zip_longest
from math import floor
from typing import Any, NamedTuple

from django.utils import translation

from gongying.engines.money import exponent, whole

from .fields import EXCEL_DIGITS, Bad, Field, plain, propose, read, spelling

SHOWN = 20
LINE = 120  # letters of a cell that a look shows
DOUBTFUL = "='+\x00"  # letters that want a closer look
EXACT = 1e13  # below it a float times its factor is nearer to its true value than 0.01


class Failure(NamedTuple):
    """A row that is handed back: its number, the name of the field at fault, what is wrong and what to do.

    `message` and `remedy` are the English of the catalogues with places for `words`: whoever reads it reads his language.
    """

    row: int
    field: str
    message: str
    remedy: str
    words: dict[str, Any]


class Frame:
    """A chunk of a file by columns: the values of the good rows, and the rows that are handed back.

    `values` has one list a field, each as long as `numbers` (rows as the spreadsheet counts them). Amounts are minor units of
    the currency of their row. `first` and `end` are the rows it covers.
    """

    def __init__(
        self, fields: Sequence[Field], places: Mapping[str, int], first: int, rows: list[list[Any]]
    ) -> None:
        self.fields, self.places, self.first, self.end = fields, places, first, first + len(rows) - 1
        self.numbers = list(range(first, first + len(rows)))
        self.values: dict[str, list[Any]] = {}
        self.failures: list[Failure] = []
        self.shown: list[tuple[int, list[str]]] = []
        self._bad: dict[int, tuple[str, str, str, dict[str, Any]]] = {}

    def __str__(self) -> str:
        return f"rows {self.first}-{self.end}"

    def __len__(self) -> int:
        return len(self.numbers)

    def fail(self, at: int, name: str, message: Any, remedy: Any, **words: Any) -> None:
        """Hand the row at place `at` back; its first fault is told. It stays until `settle`. `words` fill the texts in."""
        if at not in self._bad:
            with translation.override(None):
                self._bad[at] = (name, str(message), str(remedy), words)

    def look_up(self, name: str, ids: Mapping[str, Any], message: Any, remedy: Any) -> None:
        """Put what `ids` knows in the place of codes; an unknown `code` fails, an empty one becomes None."""
        codes = self.values.get(name)
        if codes is None:
            self.values[name] = [None] * len(self)
            return
        found = list(map(ids.get, codes))
        if None in found:
            for at, (code, value) in enumerate(zip(codes, found, strict=True)):
                if value is None and code:
                    self.fail(at, name, message, remedy, code=str(code)[:40])
        self.values[name] = found

    def column(self, name: str, default: Any) -> list[Any]:
        """The values of a field; `default` all the way when no column holds it."""
        return self.values.get(name) or [default] * len(self)

    def each(self) -> Iterator[dict[str, Any]]:
        """The rows one by one, by the names of their fields."""
        names = list(self.values)
        return (dict(zip(names, values, strict=True)) for values in zip(*self.values.values(), strict=True))

    def settle(self) -> None:
        """Take the failed rows out."""
        if not self._bad:
            return
        for at in sorted(self._bad):
            self.failures.append(Failure(self.numbers[at], *self._bad[at]))
        self._keep([at not in self._bad for at in range(len(self))])
        self._bad = {}

    def cut(self, upto: int) -> None:
        """Leave out what was worked off already."""
        if self.first <= upto:
            self._keep([number > upto for number in self.numbers])
            self.failures = [each for each in self.failures if each.row > upto]

    def _keep(self, wanted: list[bool]) -> None:
        for name, values in self.values.items():
            self.values[name] = list(compress(values, wanted))
        self.numbers = list(compress(self.numbers, wanted))


def find_header(
    head: Sequence[Sequence[Any]], fields: Sequence[Field], chosen: Mapping[str, str] | None = None
) -> tuple[int, list[Any], dict[str, int]]:
    """The header among the first rows: how many rows it ends after, its titles, and the column of each field.

    The first row that names every required field counts, so titles above it do no harm; a header that was merged over two
    rows is read from both. When no row is complete, the one with the most fields.
    """
    needed = {field.name for field in fields if field.required}
    best: tuple[int, list[Any], dict[str, int]] = (min(1, len(head)), list(head[0]) if head else [], {})
    for at, row in enumerate(head):
        above = head[at - 1] if at else []
        merged = [low if plain(low) else high for low, high in zip_longest(row, above, fillvalue="")]
        for titles in (list(row), merged):
            places = propose(titles, fields, chosen)
            if needed <= set(places):
                return at + 1, titles, places
            if len(places) > len(best[2]):
                best = (at + 1, titles, places)
    return best


def doubled(titles: Sequence[Any], places: Mapping[str, int]) -> list[str]:
    """Headers that a field is read from and that stand more than once: nobody can know which column is meant."""
    times = Counter(map(spelling, titles))
    return list(dict.fromkeys(plain(titles[at]) for at in places.values() if times[spelling(titles[at])] > 1))


def frame_of(
    fields: Sequence[Field], places: Mapping[str, int], first: int, rows: list[list[Any]], *, show: bool = False
) -> Frame:
    """Read a chunk whose first row is number `first`. Blank rows are left out. `show` keeps the first rows as read."""
    frame = Frame(fields, places, first, rows)
    cells = dict(enumerate(zip_longest(*rows, fillvalue="")))
    nothing = ("",) * len(rows)
    held = [field for field in fields if field.name in places]
    faults: dict[str, dict[int, Bad]] = {}
    factors: list[int] = []
    for field in sorted(held, key=lambda field: field.kind != "currency"):
        sent = cells.get(places[field.name], nothing)
        if field.kind == "amount":
            factors = factors or _factors(frame)
            frame.values[field.name], faults[field.name] = _amounts(field, sent, factors)
        else:
            frame.values[field.name], faults[field.name] = column(field, sent)
    for field in held:
        for at, bad in faults[field.name].items():
            frame.fail(at, field.name, bad.message, bad.remedy, **bad.words)
    blank = {at for at in frame._bad if not any(map(plain, rows[at]))}
    if show:
        some = (at for at in range(min(SHOWN, len(rows))) if at not in blank)
        frame.shown = [(first + at, _shown(frame, at, rows[at])) for at in some]
    if blank:
        frame._bad = {at: why for at, why in frame._bad.items() if at not in blank}
        kept = [at not in blank for at in range(len(rows))]
        renumbered = dict(zip(compress(range(len(rows)), kept), range(len(rows)), strict=False))
        frame._bad = {renumbered[at]: why for at, why in frame._bad.items()}
        frame._keep(kept)
    frame.settle()
    return frame


def column(field: Field, cells: Sequence[Any]) -> tuple[list[Any], dict[int, Bad]]:
    """The values of a column, and what is wrong by place (the value there is None)."""
    quick = _quick(field, cells)
    if quick is not None:
        return quick, {}
    if len(set(map(type, cells))) == 1:
        known = {cell: _read(field, cell) for cell in set(cells)}
        made = list(map(known.__getitem__, cells))
    else:  # 1, 1.0 and True would be one key
        typed = {key: _read(field, key[1]) for key in {(cell.__class__, cell) for cell in cells}}
        made = [typed[cell.__class__, cell] for cell in cells]
    bad = {at: value for at, value in enumerate(made) if value.__class__ is Bad}
    for at in bad:
        made[at] = None
    return made, bad


def _read(field: Field, cell: Any) -> Any:
    """The value, or what is wrong with it."""
    try:
        return read(field, cell)
    except Bad as fault:
        return fault


def _quick(field: Field, cells: Sequence[Any]) -> list[Any] | None:
    """The whole column at once where it is of one type and beyond doubt, or None."""
    sorts = set(map(type, cells))
    made: list[Any] | None = None
    if sorts == {str} and field.kind in ("text", "code"):
        joined = "".join(cells)
        if joined.isascii() and not any(map(joined.__contains__, DOUBTFUL)):
            made = list(map(str.strip, cells))
            if field.required and "" in made:
                return None
    elif sorts == {float} and field.kind in ("code", "int") and all(map(float.is_integer, cells)):
        if field.kind == "int":
            low, high = min(cells), max(cells)
            least = field.least if field.least is not None else -1e15
            most = field.largest or 1e15
            return list(map(int, cells)) if low >= least and low >= -1e15 and high <= most else None
        if not -EXCEL_DIGITS < min(cells) <= max(cells) < EXCEL_DIGITS:
            return None
        made = list(map(str, map(int, cells)))
    if made is not None and max(map(len, made), default=0) > field.most:
        return None
    return made


def _factors(frame: Frame) -> list[int]:
    """Minor units in a major unit of each row's currency."""
    codes = frame.values.get("currency") or ["CNY"] * len(frame)
    by_code = {code: 10 ** exponent(code or "CNY") for code in set(codes)}
    return [by_code[code] for code in codes]


def _amounts(field: Field, cells: Sequence[Any], factors: list[int]) -> tuple[list[Any], dict[int, Bad]]:
    """Minor units, rounded half up. Floats that are clearly on one side are rounded as such, the others as decimals."""
    if field.least is None and set(map(type, cells)) == {float}:
        made = [_minor(cell, factor) for cell, factor in zip(cells, factors, strict=True)]
        if None not in made:
            return made, {}
    values, bad = column(field, cells)
    quick: dict[tuple[Any, int], int] = {}
    units: list[int | None] = []
    for value, factor in zip(values, factors, strict=True):
        if value is not None and (value, factor) not in quick:
            quick[value, factor] = whole(value * factor)
        units.append(None if value is None else quick[value, factor])
    return units, bad


def _minor(cell: float, factor: int) -> int | None:
    """`cell` × `factor` half up; None unless its decimal certainly gives the same.

    >>> _minor(12.34, 100), _minor(0.125, 100), _minor(-5.0, 100)
    (1234, None, -500)
    """
    exact = cell * factor
    if not -EXACT < exact < EXACT:
        return None
    units = floor(exact + 0.5)
    return units if abs(exact - units) < 0.49 else None


def _shown(frame: Frame, at: int, row: Sequence[Any]) -> list[str]:
    """A row for the eye: values as they were understood, cells as sent where they were not."""
    texts = []
    for field in frame.fields:
        values, place = frame.values.get(field.name), frame.places.get(field.name)
        value = None if values is None else values[at]
        if value is not None and field.kind == "amount":
            codes = frame.values.get("currency")
            value = f"{Decimal(value).scaleb(-exponent((codes and codes[at]) or 'CNY')):f}"
        sent = plain(row[place])[:LINE] if place is not None and place < len(row) else ""
        texts.append(sent if value is None else str(value))
    return texts
