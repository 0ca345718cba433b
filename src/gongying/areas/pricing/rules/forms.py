"""A promotion as the editor shows it, and the document of what was typed."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.books.prices.read import PromotionTerms
from gongying.books.prices.read.documents import codes_in
from gongying.core import calendar
from gongying.core.refusal import Refused

TEXTS = ("form", "reward", "basis", "unit", "method", "gift", "gift_unit", "currency")
CODES = ("products", "without", "levels")
LISTS = ("categories", "after", "not_with")
NUMBERS = {
    "buy": _("how many to buy"),
    "get": _("how many are free"),
    "cap_units": _("free pieces for one customer"),
    "cap_value": _("discount for one customer"),
    "budget_units": _("free pieces in all"),
    "budget_value": _("discount in all"),
}
WHOLE = ("get", "cap_units", "budget_units")
FLAGS = ("together", "cumulative")
BLANKS: dict[str, dict[str, Any]] = {
    "buy_get": {"reward": "gift", "basis": "quantity", "buy": "10", "get": "1"},
    "steps": {"reward": "percent", "basis": "value", "steps": [{"start": "10000", "end": "", "rate": "3"}]},
    "bundle": {"reward": "percent", "basis": "quantity", "parts": [{"product": "", "quantity": "1"}, {"product": "", "quantity": "1"}], "rate": "5"},
}  # fmt: skip


def blank(form: str) -> dict[str, Any]:
    """A new form of one sort of promotion."""
    empty: dict[str, Any] = dict.fromkeys((*TEXTS, *CODES, *NUMBERS, "rate", "counted_from"), "")
    empty |= {name: [] for name in LISTS} | dict.fromkeys(FLAGS, False)
    empty |= {"steps": [{"start": "", "end": "", "rate": ""}], "parts": [{"product": "", "quantity": ""}]}
    return empty | {"form": form, "method": "slab", "currency": "CNY"} | BLANKS[form]


def _number(text: str, field: str, name: Any, *, whole: bool = False) -> Decimal | None:
    text = text.replace(",", "").replace("，", "").replace("%", "").strip()
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or (whole and value % 1):
        said = {"name": name, "text": text}
        raise Refused(
            _("%(name)s: “%(text)s” is not a number.") % said, field=field, remedy=_("Write it as 12500.50.")
        )
    return value


def _scale(form: dict[str, Any]) -> Decimal:
    """Rates are typed in per cent where they are fractions."""
    return Decimal(100) if form.get("reward") == "percent" else Decimal(1)


def plain(value: Decimal | int | None) -> str:
    """A number as people write it.

    >>> plain(Decimal("1E+3")), plain(Decimal("0.50")), plain(None)
    ('1000', '0.5', '')
    """
    return "" if value is None else format(Decimal(value).normalize(), "f")


def from_form(form: dict[str, Any]) -> dict[str, Any]:
    """The document of a form as typed. Raises Refused naming the field of what is not a number or day."""
    found: dict[str, Any] = {
        name: str(form.get(name, "")).strip() for name in TEXTS if str(form.get(name, "")).strip()
    }
    found |= {name: codes_in(form.get(name, "")) for name in CODES}
    found |= {name: list(form.get(name, [])) for name in LISTS} | {name: bool(form.get(name)) for name in FLAGS}
    for name, label in NUMBERS.items():
        value = _number(str(form.get(name, "")), name, label, whole=name in WHOLE)
        if value is not None:
            found[name] = int(value) if name in WHOLE else plain(value)
    day = str(form.get("counted_from", "")).strip()
    if day:
        found["counted_from"] = _day(day).isoformat()
    if found.get("form") == "steps":
        found["steps"] = _steps(form)
    if found.get("form") == "bundle":
        found["parts"] = _parts(form)
        rate = _number(str(form.get("rate", "")), "rate", _("what a set brings")) or Decimal(0)
        found["rate"] = plain(rate / _scale(form))
    return found


def _day(text: str) -> date:
    day = calendar.typed(text)
    if day is None:
        raise Refused(_("Write the date as 2026-01-31."), field="counted_from")
    return day


def _steps(form: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for row, typed in enumerate(form.get("steps", []), 1):
        if not any(str(value).strip() for value in typed.values()):
            continue
        said = {
            name: _number(typed.get(name, ""), f"steps.{row}.{name}", _("step %(row)s, %(name)s") % {"row": row, "name": label})
            for name, label in (("start", _("from")), ("end", _("to")), ("rate", _("rate")))
        }  # fmt: skip
        rate = (said["rate"] or Decimal(0)) / _scale(form)
        end = None if said["end"] is None else plain(said["end"])
        found.append({"start": plain(said["start"] or Decimal(0)), "end": end, "rate": plain(rate)})
    return found


def _parts(form: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for row, typed in enumerate(form.get("parts", []), 1):
        product = typed.get("product", "").strip()
        if product:
            count = _number(typed.get("quantity", ""), f"parts.{row}.quantity", _("quantity"), whole=True)
            found.append({"product": product, "quantity": int(count or 0)})
    return found


def form_of(terms: PromotionTerms) -> dict[str, Any]:
    """A document as the editor shows it."""
    data = terms.model_dump()
    scale = _scale(data)
    data |= {name: " ".join(data[name]) for name in CODES}
    data |= {name: plain(data[name]) if data[name] else ("" if data[name] is None or name in ("buy", "get") else "0") for name in NUMBERS}  # fmt: skip
    data["steps"] = [
        {"start": plain(s.start), "end": plain(s.end), "rate": plain(s.rate * scale)} for s in terms.steps
    ]
    data["parts"] = [{"product": part.product, "quantity": str(part.quantity)} for part in terms.parts]
    data["rate"] = plain(terms.rate * scale) if terms.rate else ""
    data["counted_from"] = terms.counted_from.isoformat() if terms.counted_from else ""
    for name, empty in (
        ("steps", {"start": "", "end": "", "rate": ""}),
        ("parts", {"product": "", "quantity": ""}),
    ):
        data[name] = data[name] or [empty]
    return data
