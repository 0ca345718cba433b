"""Fields of an import: header names in both languages, and how a cell becomes a value."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.calendar import period
from gongying.core.refusal import Refused

EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_DAYS = re.compile(r"\d{5}(\.\d+)?")  # Excel keeps a moment as days and their fraction
YUAN = ("RMB", "人民币", "¥", "元")
LARGEST = Decimal(10) ** 15


class Bad(Exception):
    """A cell that cannot be read: what is wrong, and what to do."""

    def __init__(self, message: Any, remedy: Any) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


@dataclass(frozen=True)
class Field:
    """One column: `names` are its header spellings, the first one Chinese.

    `kind` is text, code, int, amount (money in major units), rate (a decimal), date, period (2026Q3), currency, or choice.
    `longest` is the most characters, `least` the smallest number; `choices` are (value, spellings) pairs.
    """

    name: str
    kind: str
    names: tuple[str, ...]
    required: bool = False
    example: str = ""
    longest: int = 0
    least: int | None = None
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def header(self) -> str:
        """The first header spelling: the one Chinese templates carry."""
        return self.names[0]

    @property
    def english(self) -> str:
        """The first header spelling in English."""
        return next((name for name in self.names if name.isascii()), self.name)


def plain(value: Any) -> str:
    """Text in its usual width without outer space: full-width digits become ASCII; 12.0 becomes 12."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unicodedata.normalize("NFKC", str("" if value is None else value)).strip()


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
    if field.longest and len(text) > field.longest:
        words = _("The text is longer than %(most)s characters.") % {"most": field.longest}
        raise Bad(words, _("Shorten it."))
    if field.kind in ("int", "amount", "rate"):
        return _number(field, text)
    return READERS[field.kind](field, cell, text) if field.kind in READERS else text


def _nothing(field: Field) -> Any:
    """What an empty cell says."""
    if field.kind == "choice":
        return field.choices[0][0]
    if field.kind == "int":
        return max(0, field.least or 0)
    return {"date": None, "rate": None, "amount": Decimal(0), "currency": "CNY"}.get(field.kind, "")


def _number(field: Field, text: str) -> int | Decimal:
    clean = text.replace(",", "").replace("¥", "").replace("$", "").replace(" ", "")
    factor = Decimal(10_000) if clean.endswith("万") else Decimal(1)
    try:
        value = Decimal(clean.removesuffix("万")) * factor
    except InvalidOperation as fault:
        raise Bad(_("This is not a number."), _("Write digits only, such as 1234.50.")) from fault
    if not value.is_finite() or abs(value) > LARGEST:
        raise Bad(_("The number is too large."), _("Check the unit."))
    if field.least is not None and value < field.least:
        raise Bad(_("The number must be at least %(least)s.") % {"least": field.least}, _("Correct the number."))
    if field.kind == "rate" and abs(value) >= 10**12:
        raise Bad(_("The number is too large."), _("Check the unit."))
    if field.kind != "int":
        return value
    if value != value.to_integral_value():
        raise Bad(_("This must be a whole number."), _("Give the quantity in base units."))
    return int(value)


def _period(field: Field, cell: Any, text: str) -> str:
    """A natural period; a spreadsheet that took 2026-07 for the first of July is understood."""
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})月?([-/.]0?1)?( 00:00:00)?", text)
    code = f"{found[1]}-{int(found[2]):02d}" if found else text.upper().removesuffix("年").replace("-Q", "Q")
    try:
        return period(code).code
    except Refused as no:
        raise Bad(no.message, no.remedy) from no


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
    offered = ", ".join(names[0] for _value, names in field.choices)
    raise Bad(_("This is none of the choices."), _("Write one of: %(offered)s.") % {"offered": offered})


def _date(field: Field, cell: Any, text: str) -> date:
    found: date | None = None
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif EXCEL_DAYS.fullmatch(text):
        found = EXCEL_EPOCH + timedelta(days=int(text[:5]))
    else:
        for form in (
            "%Y-%m-%d",
            "%Y/%m/%d",
            "%Y.%m.%d",
            "%Y%m%d",
            "%Y年%m月%d日",
            "%Y-%m-%d %H:%M:%S",
            "%Y/%m/%d %H:%M:%S",
        ):
            try:
                found = datetime.strptime(text, form).date()  # noqa: DTZ007 - a business date has no zone
                break
            except ValueError:
                continue
    if found is None or not 1970 <= found.year <= 2199:
        raise Bad(_("This is not a date."), _("Write it as 2026-07-31."))
    return found


READERS: dict[str, Callable[[Field, Any, str], Any]] = {
    "date": _date,
    "period": _period,
    "currency": _currency,
    "choice": _choice,
}
