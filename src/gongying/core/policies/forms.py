"""Forms of policies: whoever owns a kind declares what is asked; any editor shows it and reads it back into the document.

A wrong value is refused by the path of its field (`levels.0.days`), which `named` says in words.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from gongying.core import calendar
from gongying.core.refusal import Refused

from .faults import refusal
from .kinds import kind_of

Choices = Iterable[tuple[Any, Any]]
Typed = dict[str, Any]  # name: a text, a list of codes ("many"), or the rows of a table
LISTS = ("codes", "numbers", "days")
YES, NO, NOTHING = "yes", "no", "–"


@dataclass(frozen=True)
class Ask:
    """One field of a document: what people call it, how it is written, what it means.

    `kind` is text, long, whole, number, money (major units), percent (a fraction in the document), choice, many (of
    `choices`), flag, day, codes, numbers, days (lists, apart by spaces) or table (of `columns`; a `keyed` one is an object
    in the document, its first column the key). An `optional` field may be left empty. A table `under` another one holds what
    stands inside the rows of that one, as rows of its own: its first column says in which, by the first column there.
    """

    name: str
    label: Any
    kind: str = "text"
    help: Any = ""
    choices: Choices | Callable[[], Choices] = ()
    optional: bool = False
    columns: tuple["Ask", ...] = ()
    keyed: bool = False
    source: str = ""  # choices that others know: a name in SOURCES
    under: str = ""

    def options(self) -> list[tuple[Any, Any]]:
        """What may be chosen: (value in the document, words)."""
        if self.source in SOURCES:
            return list(SOURCES[self.source]())
        return list(self.choices() if callable(self.choices) else self.choices)


@dataclass(frozen=True)
class Part:
    """Fields under one heading."""

    title: Any
    asks: tuple[Ask, ...]
    help: Any = ""


FORMS: dict[str, tuple[Part, ...]] = {}
# Choices by name, entered by whoever knows them: the floors below know no regions.
SOURCES: dict[str, Callable[[], Choices]] = {}


def declare(kind: str, *parts: Part) -> None:
    """Give a kind its form."""
    FORMS[kind] = parts


def asked(kind: str) -> list[Ask]:
    """All fields of a kind's form."""
    return [ask for part in FORMS[kind] for ask in part.asks]


def shown(kind: str, document: Mapping[str, Any]) -> Typed:
    """A document (as JSON has it) as the form shows it; what it does not hold is empty."""
    return {ask.name: _show(ask, _held(kind, ask, document)) for ask in asked(kind)}


def _held(kind: str, ask: Ask, document: Mapping[str, Any]) -> Any:
    """What a document has for a field: of a table under another one the rows in all rows of that one, each with the key."""
    if not ask.under:
        return document.get(ask.name)
    key, own = _key_of(kind, ask), ask.columns[0].name
    return [
        {own: above.get(key)} | row for above in document.get(ask.under) or [] for row in above.get(ask.name) or []
    ]


def _key_of(kind: str, ask: Ask) -> str:
    """By which column the rows of the table above are told apart."""
    return next(each.columns[0].name for each in asked(kind) if each.name == ask.under)


def _show(ask: Ask, value: Any) -> Any:
    """A value of the document as it is typed."""
    if ask.kind == "table":
        return [{col.name: _show(col, cell) for col, cell in _cells(ask, row)} for row in _rows(ask, value)]
    if ask.kind == "many":
        return [str(each) for each in value or []]
    if ask.kind == "flag":
        return YES if value else NO
    if value is None:
        return ""
    if ask.kind in LISTS:
        return " ".join(str(each) for each in value)
    if ask.kind == "percent":
        return plain(Decimal(str(value)) * 100)
    return plain(Decimal(str(value))) if ask.kind in ("number", "money") else str(value)


def _rows(ask: Ask, value: Any) -> list[Any]:
    if ask.keyed:
        return [{ask.columns[0].name: key} | held for key, held in (value or {}).items()]
    return list(value or [])


def _cells(ask: Ask, row: Mapping[str, Any]) -> list[tuple[Ask, Any]]:
    return [(column, row.get(column.name)) for column in ask.columns]


def plain(number: Decimal) -> str:
    """A number without zeros that say nothing.

    >>> plain(Decimal("12.50")), plain(Decimal("1E+2"))
    ('12.5', '100')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def posted(kind: str, post: Any) -> Typed:
    """What was typed into the form of a kind; rows in which nothing was typed are left out."""
    found: Typed = {}
    for ask in asked(kind):
        name = f"f.{ask.name}"
        if ask.kind == "table":
            columns = [post.getlist(f"{name}.{column.name}") for column in ask.columns]
            names = [column.name for column in ask.columns]
            rows = [
                dict(zip(names, (cell.strip() for cell in row), strict=True)) for row in zip(*columns, strict=False)
            ]
            found[ask.name] = [row for row in rows if _filled(ask, row)]
        elif ask.kind == "many":
            found[ask.name] = post.getlist(name)
        elif ask.kind == "flag":
            found[ask.name] = YES if post.get(name) == YES else NO
        else:
            found[ask.name] = post.get(name, "").strip().replace("\r\n", "\n")
    for ask in asked(kind):
        if ask.under:  # in the order of the table above, as the document has them
            key, own = _key_of(kind, ask), ask.columns[0].name
            order = {row[key]: place for place, row in enumerate(found[ask.under])}
            found[ask.name].sort(key=lambda row, own=own, order=order: order.get(row[own], len(order)))
    return found


def _filled(ask: Ask, row: Mapping[str, str]) -> bool:
    """Whether somebody typed into a row: what always has a value says nothing."""
    return any(row[column.name] for column in ask.columns if column.kind not in ("choice", "flag"))


def document(kind: str, typed: Typed, old: Mapping[str, Any]) -> dict[str, Any]:
    """The document that was typed. What was not touched stays as `old` (the document the form began with) writes it, so that
    its hash stays. Raises Refused naming the field.
    """
    read = {ask.name: _read(ask, typed[ask.name], _held(kind, ask, old), ask.name) for ask in asked(kind)}
    for ask in asked(kind):
        if ask.under:
            _put_inside(kind, ask, read)
    return read


def _put_inside(kind: str, ask: Ask, read: dict[str, Any]) -> None:
    """Move the rows of a table to the rows of the one they stand under. Raises Refused for a row that stands under none."""
    key, own, rows = _key_of(kind, ask), ask.columns[0].name, read.pop(ask.name)
    above = {row[key]: row for row in read[ask.under]}
    for row in above.values():
        row[ask.name] = []
    for place, row in enumerate(rows):
        name = row.pop(own)
        if name not in above:
            raise Refused(
                _("There is no “%(code)s”.") % {"code": name},
                code="choice",
                field=f"{ask.name}.{place}.{own}",
                remedy=_("One of: %(codes)s.") % {"codes": ", ".join(str(code) for code in above)},
            )
        above[name][ask.name].append(row)


def _flat(kind: str, path: str, document: Mapping[str, Any]) -> str:
    """A path of the document as one of the form: `levels.1.needs.0.at_least` stands in a table of its own."""
    parts = path.split(".")
    ask = next((a for a in asked(kind) if a.under == parts[0] and len(parts) > 2 and a.name == parts[2]), None)
    if ask is None:
        return path
    before = sum(len(row.get(ask.name) or []) for row in document[ask.under][: int(parts[1])])
    return ".".join([ask.name, *([str(before + int(parts[3])), *parts[4:]] if len(parts) > 3 else [])])


def check(kind: str, document: Mapping[str, Any]) -> None:
    """Hold a document that was typed against its schema. Raises Refused naming the field."""
    schema = kind_of(kind).schema
    try:
        schema.model_validate(document)
    except ValidationError as fault:
        no = refusal(fault, schema.model_fields, percent=lambda p: _is_percent(kind, _flat(kind, p, document)))
        no.field = _flat(kind, no.field, document)
        raise no from fault


def _is_percent(kind: str, path: str) -> bool:
    first, *rest = path.split(".")
    for ask in asked(kind):
        if ask.name == first:
            asks = [column for column in ask.columns if column.name == rest[-1]] if len(rest) > 1 else [ask]
            return any(each.kind == "percent" for each in asks)
    return False


def _read(ask: Ask, typed: Any, old: Any, path: str) -> Any:
    if ask.kind == "table":
        return _table(ask, typed, _rows(ask, old), path)
    if typed == _show(ask, old) and (old is not None or ask.optional):
        return old
    if ask.kind == "flag":
        return typed == YES
    if ask.kind in ("many", "codes"):
        return _codes(ask, typed if ask.kind == "many" else parts_of(typed), path)
    if ask.kind in ("numbers", "days"):
        one = "number" if ask.kind == "numbers" else "day"
        return [_one(one, text, path) for text in parts_of(typed)]
    if ask.kind == "choice":
        return _chosen(ask, typed, path)
    if not typed and ask.optional:
        return None
    return _one(ask.kind, typed, path)


def _table(ask: Ask, rows: list[dict[str, str]], old: list[Any], path: str) -> Any:
    read = []
    for place, row in enumerate(rows):
        before = old[place] if place < len(old) else {}
        read.append(
            {c.name: _read(c, row[c.name], before.get(c.name), f"{path}.{place}.{c.name}") for c in ask.columns}
        )
    if not ask.keyed:
        return read
    found: dict[str, Any] = {}
    for place, row in enumerate(read):
        key = str(row.pop(ask.columns[0].name))
        if key in found:
            raise Refused(
                _("“%(key)s” stands twice.") % {"key": key},
                code="twice",
                field=f"{path}.{place}.{ask.columns[0].name}",
                remedy=_("Keep one of the rows."),
            )
        found[key] = row
    return found


def parts_of(text: str) -> list[str]:
    """A list as it is typed: apart by spaces, commas or lines.

    >>> parts_of("30, 60，90")
    ['30', '60', '90']
    """
    for mark in ",，;；、":
        text = text.replace(mark, " ")
    return text.split()


def _codes(ask: Ask, codes: list[str], path: str) -> list[str]:
    known = {str(code) for code, _words in ask.options()}
    for code in codes:
        if known and code not in known:
            raise Refused(
                _("There is no “%(code)s”.") % {"code": code},
                code="choice",
                field=path,
                remedy=_("One of: %(codes)s.") % {"codes": ", ".join(sorted(known)[:20])},
            )
    return codes


def _chosen(ask: Ask, typed: str, path: str) -> Any:
    for value, _words in ask.options():
        if str(value) == typed:
            return value
    raise Refused(_("Choose one of the list."), code="choice", field=path)


def _one(kind: str, text: str, path: str) -> Any:
    """One typed value as the document has it."""
    text = text if kind in ("text", "long") else unicodedata.normalize("NFKC", text).replace(",", "").strip()
    try:
        if kind == "whole":
            return int(text)
        if kind in ("number", "money", "percent"):
            number = Decimal(text.removesuffix("%").strip())
            if not number.is_finite():
                raise InvalidOperation
            return plain(number / 100 if kind == "percent" else number)
    except (ValueError, InvalidOperation):
        said, remedy = NUMBERS[kind]
        raise Refused(said, code="number", field=path, remedy=remedy) from None
    if kind == "day":
        day = calendar.typed(text)
        if day is None:
            raise Refused(_("Write the date as 2026-01-31."), code="date", field=path)
        return day.isoformat()
    return text


NUMBERS: dict[str, tuple[Any, Any]] = {
    "whole": (_("This is no whole number."), _("Write it in digits, as 30.")),
    "number": (_("This is no number."), _("Write it in digits, as 12.5.")),
    "money": (_("This is no amount."), _("Write it in whole units of money, as 50000 or 12.50.")),
    "percent": (_("This is no percentage."), _("Write 12.5 for 12.5 %.")),
}


def named(kind: str, path: str) -> str:
    """A path in the words of the form: `levels.0.days` is "Levels, row 1: Days late". Unknown parts stay as they are."""
    first, *rest = path.split(".")
    ask = next((each for each in asked(kind) if each.name == first), None) if kind in FORMS else None
    if ask is None:
        return path
    said = str(ask.label)
    if not rest:
        return said
    if ask.kind != "table":
        return f"{said} {int(rest[0]) + 1}" if rest[0].isdigit() else said
    row = str(int(rest[0]) + 1) if rest[0].isdigit() else rest[0]
    column = next((each for each in ask.columns if each.name == "".join(rest[1:2])), None)
    where = str(_("%(table)s, row %(row)s") % {"table": said, "row": row})
    return f"{where}: {column.label}" if column else where
