"""Fields of an import: header names in both languages, and how a cell becomes a value."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

EXCEL_EPOCH = date(1899, 12, 30)


class Bad(Exception):
    """A cell that cannot be read: what is wrong, and what to do."""

    def __init__(self, message: Any, remedy: Any) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


@dataclass(frozen=True)
class Field:
    """One column: `kind` is text, code, int, amount (major units), or date; `names` are header spellings."""

    name: str
    kind: str
    names: tuple[str, ...]
    required: bool = False
    example: str = ""

    @property
    def header(self) -> str:
        """The first header spelling: the one templates carry."""
        return self.names[0]


def plain(value: Any) -> str:
    """Text in its usual width without outer space: full-width digits become ASCII; 12.0 becomes 12."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unicodedata.normalize("NFKC", str("" if value is None else value)).strip()


def propose(header: Sequence[Any], fields: Sequence[Field]) -> dict[str, int]:
    """Which column holds which field, by header spelling. Ambiguous headers go to the first column."""
    spelled: dict[str, int] = {}
    for column, title in enumerate(header):
        spelled.setdefault(plain(title).lower().replace(" ", "").replace("_", ""), column)
    found = {}
    for field in fields:
        for name in (field.name, *field.names):
            place = spelled.get(name.lower().replace(" ", "").replace("_", ""))
            if place is not None:
                found[field.name] = place
                break
    return found


def read(field: Field, cell: Any) -> Any:
    """The value of a cell. Raises Bad with a remedy."""
    text = plain(cell)
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Bad(_("There is an unprintable character."), _("Type the cell again."))
    if text.startswith("=") and field.kind != "text":
        raise Bad(_("The cell holds a formula."), _("Paste the value instead of the formula."))
    if not text:
        if field.required:
            raise Bad(_("This field is required."), _("Fill it in."))
        return (
            None
            if field.kind == "date"
            else 0
            if field.kind == "int"
            else Decimal(0)
            if field.kind == "amount"
            else ""
        )
    if field.kind == "date":
        return _date(cell, text)
    if field.kind in ("int", "amount"):
        return _number(field, text)
    return text


def _number(field: Field, text: str) -> int | Decimal:
    clean = text.replace(",", "").replace("¥", "").replace("$", "").replace(" ", "")
    factor = Decimal(10_000) if clean.endswith("万") else Decimal(1)
    try:
        value = Decimal(clean.removesuffix("万")) * factor
    except InvalidOperation as fault:
        raise Bad(_("This is not a number."), _("Write digits only, such as 1234.50.")) from fault
    if not value.is_finite() or abs(value) > Decimal(10) ** 15:
        raise Bad(_("The number is too large."), _("Check the unit."))
    if field.kind == "amount":
        return value
    if value != value.to_integral_value():
        raise Bad(_("This must be a whole number."), _("Give the quantity in base units."))
    return int(value)


def _date(cell: Any, text: str) -> date:
    found: date | None = None
    if isinstance(cell, datetime):
        found = cell.date()
    elif isinstance(cell, date):
        found = cell
    elif text.isdigit() and len(text) == 5:
        found = EXCEL_EPOCH + timedelta(days=int(text))  # Excel keeps dates as days
    else:
        for form in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S"):
            try:
                found = datetime.strptime(text, form).date()  # noqa: DTZ007 - a business date has no zone
                break
            except ValueError:
                continue
    if found is None or not 1970 <= found.year <= 2199:
        raise Bad(_("This is not a date."), _("Write it as 2026-07-31."))
    return found
