"""Fields of an import: header names in both languages, and how a cell becomes a value."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.calendar import period
from gongying.core.refusal import Refused

EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_DAYS = re.compile(r"\d{5}(\.\d+)?", re.ASCII)  # Excel keeps a moment as days and their fraction
EXCEL_DIGITS = 1e15  # a spreadsheet keeps fifteen digits of a number: what is longer has lost its end
SHORTENED = re.compile(r"\d(\.\d+)?E\+\d{2,}", re.IGNORECASE)  # 1.23457E+17, where a long number stood
DATE = re.compile(
    r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})[日号]?([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?", re.ASCII
)
EIGHT = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?(E[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
YUAN = ("RMB", "人民币", "¥", "元")
LARGEST = Decimal(10) ** 15
PLACES = 6  # of a rate
MOST_LETTERS = 4000  # of a cell that has no limit of its own
GUARDED = ("=", "+", "-", "@")  # our own files put an apostrophe before a text that begins so


class Bad(Exception):
    """A cell that cannot be read: what is wrong, and what to do. `words` fill in the two, which are told in either language."""

    def __init__(self, message: Any, remedy: Any, **words: Any) -> None:
        super().__init__(message)
        self.message, self.remedy, self.words = message, remedy, words


@dataclass(frozen=True)
class Field:
    """One column: `names` are its header spellings, the first one Chinese.

    `kind` is text, code, int, amount (money in major units), rate (a decimal), date, period (2026Q3), currency, or choice.
    `longest` is the most characters, `least` and `largest` bound a number; `choices` are (value, spellings) pairs.
    """

    name: str
    kind: str
    names: tuple[str, ...]
    required: bool = False
    example: str = ""
    longest: int = 0
    least: int | None = None
    largest: int = 0
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def header(self) -> str:
        """The first header spelling: the one Chinese templates carry."""
        return self.names[0]

    @property
    def most(self) -> int:
        """How many characters a cell may hold."""
        return self.longest or MOST_LETTERS

    @property
    def english(self) -> str:
        """The first header spelling in English."""
        return next((name for name in self.names if name.isascii()), self.name)


def plain(value: Any) -> str:
    """Text in its usual width without outer space: full-width digits become ASCII; 12.0 becomes 12.

    >>> plain("１２ "), plain(0.1 + 0.2), plain("'+86 571")
    ('12', '0.3', '+86 571')
    """
    if isinstance(value, float):  # as many digits as a spreadsheet shows
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    text = unicodedata.normalize("NFKC", str("" if value is None else value)).strip()
    return text[1:] if text[:1] == "'" and text[1:2] in GUARDED else text


def spelling(title: Any) -> str:
    """A header as it is compared: without case, width, space and underscores."""
    return re.sub(r"[\s_*＊]+", "", plain(title).lower())


def propose(
    header: Sequence[Any], fields: Sequence[Field], chosen: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Which column holds which field, by header spelling; “数量 / Quantity” is found by either half.

    `chosen` says which header a field is to be read from, and wins; an empty header leaves the field out.
    Ambiguous headers go to the first column.
    """
    spelled: dict[str, int] = {}
    for column, title in enumerate(header):
        spelled.setdefault(spelling(title), column)
    for column, title in enumerate(header):
        for half in plain(title).split("/"):
            spelled.setdefault(spelling(half), column)
    spelled.pop("", None)
    found: dict[str, int] = {}
    for field in fields:
        names = (field.name, *field.names)
        if chosen is not None and field.name in chosen:
            names = (chosen[field.name],)
        place = next((spelled[spelling(name)] for name in names if spelling(name) in spelled), None)
        if place is not None:
            found[field.name] = place
    return found


def read(field: Field, cell: Any) -> Any:
    """The value of a cell; what is not there is empty, zero, None or the first choice. Raises Bad with a remedy."""
    text = plain(cell)
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Bad(_("There is an unprintable character."), _("Type the cell again."))
    if text.startswith("=") and field.kind != "text":
        raise Bad(_("The cell holds a formula."), _("Paste the value instead of the formula."))
    if not text:
        if field.required:
            raise Bad(_("This field is required."), _("Fill it in."))
        return _nothing(field)
    if len(text) > field.most:
        raise Bad(_("The text is longer than %(most)s characters."), _("Shorten it."), most=field.most)
    if field.kind in ("int", "amount", "rate"):
        return _number(field, text)
    if field.kind == "code" and (
        SHORTENED.fullmatch(text) or (isinstance(cell, float) and abs(cell) >= EXCEL_DIGITS)
    ):
        words = _("The spreadsheet has shortened this number: it keeps fifteen digits.")
        raise Bad(words, _("Format the column as text and enter it again."))
    return READERS[field.kind](field, cell, text) if field.kind in READERS else text


def _nothing(field: Field) -> Any:
    """What an empty cell says."""
    if field.kind == "choice":
        return field.choices[0][0]
    if field.kind == "int":
        return max(0, field.least or 0)
    return {"date": None, "rate": None, "amount": Decimal(0), "currency": "CNY"}.get(field.kind, "")


def _number(field: Field, text: str) -> int | Decimal:
    """1,234.50 and ¥１２３４．５ and (12) and 12万; a comma stands before three digits only."""
    clean = text.replace(" ", "").replace("\u2212", "-").removeprefix("¥").removesuffix("元")
    if clean.startswith("(") and clean.endswith(")"):  # as bookkeepers write what is below zero
        clean = f"-{clean[1:-1]}"
    clean = clean.replace("-¥", "-")
    factor = Decimal(10_000) if clean.endswith("万") else Decimal(1)
    clean = clean.removesuffix("万")
    if not NUMBER.fullmatch(clean):
        raise Bad(_("This is not a number."), _("Write digits only, such as 1234.50."))
    try:
        value = Decimal(clean.replace(",", "")) * factor + 0  # minus zero is zero
    except InvalidOperation as fault:
        raise Bad(_("This is not a number."), _("Write digits only, such as 1234.50.")) from fault
    most = field.largest or LARGEST
    if abs(value) > most:
        raise Bad(_("The number is too large: at most %(most)s."), _("Check the unit."), most=f"{most:,}")
    if field.least is not None and value < field.least:
        raise Bad(_("The number must be at least %(least)s."), _("Correct the number."), least=field.least)
    if field.kind == "rate":
        return _rate(value)
    if field.kind != "int":
        return value
    if value != value.to_integral_value():
        raise Bad(_("This must be a whole number."), _("Give the quantity in base units."))
    return int(value)


def _rate(value: Decimal) -> Decimal:
    """99.50 and 99.5 are the same price."""
    if value != round(value, PLACES):
        raise Bad(_("The number has more than %(most)s decimals."), _("Round it."), most=PLACES)
    if abs(value) >= 10**12:
        raise Bad(_("The number is too large: at most %(most)s."), _("Check the unit."), most=f"{10**12:,}")
    return Decimal(f"{value.normalize():f}")


def _period(field: Field, cell: Any, text: str) -> str:
    """A natural period; a spreadsheet that took 2026-07 for the first of July is understood."""
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})月?([-/.]0?1)?( 00:00:00)?", text)
    code = f"{found[1]}-{int(found[2]):02d}" if found else text.upper().removesuffix("年").replace("-Q", "Q")
    try:
        return period(code).code
    except Refused as no:
        raise Bad(_("This is not a period."), _("Write 2026, 2026H1, 2026Q3 or 2026-07.")) from no


def _currency(field: Field, cell: Any, text: str) -> str:
    code = "CNY" if text.upper() in YUAN else text.upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise Bad(_("This is not a currency."), _("Write three letters, such as CNY."))
    return code


def _choice(field: Field, cell: Any, text: str) -> str:
    wanted = spelling(text)
    for value, names in field.choices:
        if wanted in (spelling(value), *map(spelling, names)):
            return value
    offered = ", ".join(f"{names[0]} / {names[-1]}" for _value, names in field.choices)
    raise Bad(_("This is none of the choices."), _("Write one of: %(offered)s."), offered=offered)


def _date(field: Field, cell: Any, text: str) -> date:
    found: date | None = None
    written = DATE.fullmatch(text) or EIGHT.fullmatch(text)
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif EXCEL_DAYS.fullmatch(text):
        found = EXCEL_EPOCH + timedelta(days=int(text[:5]))
    elif written:
        with suppress(ValueError):  # 2026-02-30
            found = date(int(written["y"]), int(written["m"]), int(written["d"]))
    if found is None or not 1970 <= found.year <= 2199:
        raise Bad(_("This is not a date."), _("Write it as 2026-07-31."))
    return found


READERS: dict[str, Callable[[Field, Any, str], Any]] = {
    "date": _date,
    "period": _period,
    "currency": _currency,
    "choice": _choice,
}
