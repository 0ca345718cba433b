"""What was typed into the forms of the warehouse: lines, days, numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.refusal import Refused

ROWS, MOST_ROWS = 6, 200


@dataclass(frozen=True)
class Typed:
    """One row of a form, as it was typed."""

    place: int
    values: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    @property
    def blank(self) -> bool:
        """Whether nothing was typed that names goods."""
        return not self.values.get("product", "")


def rows(given: QueryDict, names: tuple[str, ...], least: int = ROWS) -> list[Typed]:
    """The rows of a form with fields `names`, filled up with empty ones; a pasted block (`paste`) is read as rows too: a
    line each, its cells between tabs, commas or semicolons, in the order of the fields."""
    columns = [given.getlist(name)[:MOST_ROWS] for name in names]
    many = max([len(column) for column in columns] + [0])
    found = [
        Typed(place, {name: _at(column, place) for name, column in zip(names, columns, strict=True)})
        for place in range(many)
    ]
    for line in given.get("paste", "")[:200_000].splitlines()[:MOST_ROWS]:
        cells = [cell.strip() for cell in line.replace(";", "\t").replace(",", "\t").split("\t")]
        if any(cells):
            padded = [*cells, *[""] * len(names)]
            found.append(Typed(len(found), dict(zip(names, padded, strict=False))))
    found = [row for row in found if not row.blank]
    return found


def filled(held: list[Typed], names: tuple[str, ...], least: int = ROWS) -> list[Typed]:
    """The same rows with empty ones behind them, for showing a form."""
    empty = dict.fromkeys(names, "")
    return [*held, *(Typed(len(held) + n, dict(empty)) for n in range(max(2, least - len(held))))]


def _at(column: list[str], place: int) -> str:
    return column[place].strip() if place < len(column) else ""


def whole(text: str, field: str) -> int:
    """A whole number, with or without thousands separators. Raises Refused naming the field."""
    try:
        return int(text.replace(",", "").replace("，", "").replace(" ", ""))
    except ValueError as fault:
        raise Refused(_("“%(text)s” is not a whole number.") % {"text": text}, field=field) from fault


def maybe(text: str, field: str) -> int | None:
    """A whole number, or nothing."""
    return whole(text, field) if text.strip() else None


def day(text: str, field: str) -> date | None:
    """A day, or nothing. Raises Refused for what is no day."""
    found = calendar.typed(text.strip())
    if found is None and text.strip():
        raise Refused(_("Write the date as 2026-01-31."), field=field)
    return found


def chosen(given: QueryDict, name: str) -> int:
    """The number of a choice; 0, which is nobody's, where nothing was chosen."""
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


Work = Callable[[], Any]


def attempt(work: Work) -> tuple[Any, Refused | None]:
    """What a verb answers, or why it refused."""
    try:
        return work(), None
    except Refused as no:
        return None, no
