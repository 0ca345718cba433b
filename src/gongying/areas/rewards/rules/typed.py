"""A programme as it is typed into the editor, and back. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.refusal import Refused
from gongying.engines.rebates import MONEY, RELATIVE, STATED

from .programme import Programme, plain

NUMBERS = {
    "base_cap": _("cap of the base"),
    "payout_cap": _("cap of the payout"),
    "guarantee": _("guarantee"),
    "budget": _("budget of a period"),
}
WHOLE = {"new_months": _("new for how many months"), "wait_days": _("days to wait")}
TURNOVER = {
    "benchmark": _("days of inventory that change nothing"),
    "slope": _("change for each day, in percent"),
    "low": _("at least, in percent"),
    "high": _("at most, in percent"),
}
PLAIN = (
    "method", "basis", "event", "period", "calculate", "currency", "measure", "figure", "returns", "pays", "pays_with",
    "claw_back", "text",
)  # fmt: skip
LISTS = ("products", "without", "parties", "focus_products", "net_of")
CHOSEN = ("categories", "regions", "levels", "focus_categories")
Form = dict[str, Any]


def _number(text: str, field: str, name: Any) -> Decimal | None:
    text = text.replace(",", "").replace("，", "").strip()
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        said = {"name": name, "text": text}
        raise Refused(
            _("%(name)s: “%(text)s” is not a number.") % said, field=field, remedy=_("Write it as 12500.50.")
        )
    return value


def _hundred(percent: bool) -> Decimal:
    return Decimal(100) if percent else Decimal(1)


def _percents(form: Mapping[str, Any]) -> bool:
    return form.get("basis", "value") in MONEY and form.get("method") not in ("fixed", "per_unit")


def _ratios(form: Mapping[str, Any]) -> bool:
    return form.get("measure", "base") in (*RELATIVE, "share")


def codes(text: str) -> list[str]:
    """Codes apart by spaces, commas or lines."""
    return [each for each in re.split(r"[\s,，;；、]+", text.strip()) if each]


def _rows(form: Form, name: str) -> list[tuple[int, Mapping[str, str]]]:
    """The rows of a table in which something was typed, with their number."""
    return [
        (row, typed)
        for row, typed in enumerate(form.get(name, []), 1)
        if any(value.strip() for value in typed.values())
    ]


def _tiers(form: Form) -> list[Form]:
    rate_in, start_in = _hundred(_percents(form)), _hundred(_ratios(form))
    tiers = []
    labels = (("start", _("from")), ("end", _("to")), ("rate", _("rate")))
    for row, typed in _rows(form, "tiers"):
        said = {
            name: _number(
                typed[name], f"tiers.{row}.{name}", _("tier %(row)s, %(name)s") % {"row": row, "name": label}
            )
            for name, label in labels
        }
        end = None if said["end"] is None else str(said["end"] / start_in)
        start = (said["start"] or Decimal(0)) / start_in
        tiers.append({"start": str(start), "end": end, "rate": plain((said["rate"] or Decimal(0)) / rate_in)})
    return tiers


def _points(text: str) -> dict[str, int]:
    found = {}
    for each in codes(text):
        code, _is, worth = each.partition("=")
        if not worth.isascii() or not worth.isdigit():
            raise Refused(
                _("points: “%(text)s” does not say what a piece is worth.") % {"text": each},
                field="points",
                remedy=_("Write it as SKU-1=5 SKU-2=3."),
            )
        found[code] = int(worth)
    return found


def _gates(form: Form) -> list[Form]:
    return [
        dict(zip(("gate", "of"), typed["gate"].split("/", 1), strict=False)) | {"limit": None if (n := _number(typed.get("limit", ""), f"gates.{row}.limit", _("limit of the gate"))) is None else str(n)}
        for row, typed in _rows(form, "gates")
        if typed["gate"]
    ]  # fmt: skip


def _turnover(form: Form) -> Form | None:
    typed = {
        name: _number(form.get(f"turnover_{name}", ""), f"turnover.{name}", label)
        for name, label in TURNOVER.items()
    }
    if typed["benchmark"] is None:
        return None
    slope, low, high = typed["slope"] or Decimal(0), typed["low"], typed["high"]
    return {
        "benchmark": str(typed["benchmark"]),
        "slope": plain(slope / 100),
        "low": plain((Decimal(100) if low is None else low) / 100),
        "high": plain((Decimal(100) if high is None else high) / 100),
        "unknown": form.get("turnover_unknown") or "one",
    }


def _examples(form: Form) -> list[Form]:
    found, times = [], _hundred(form.get("measure") == "share")
    for row, typed in _rows(form, "examples"):
        said = {
            name: _number(typed.get(name, ""), f"examples.{row}.{name}", _("example %(row)s") % {"row": row})
            for name in ("base", "against", "pays")
        }
        example: Form = {"base": str(said["base"] or 0), "pays": str(said["pays"] or 0)}
        if said["against"] is not None and form.get("measure") in (*RELATIVE, *STATED):
            relative = form.get("measure") in RELATIVE
            example["reference" if relative else "stated"] = str(
                said["against"] if relative else said["against"] / times
            )
        found.append(example)
    return found


def from_form(form: Form) -> Form:
    """The document of a form as typed: rates in percent where they are fractions, codes apart by spaces or commas. What was
    left as it comes stays out of the document.

    Raises Refused naming the row and the field of what is not a number.
    """
    document: Form = {"method": form["method"], "basis": form["basis"], "period": form["period"], "currency": form["currency"]}  # fmt: skip
    document |= {name: form[name] for name in PLAIN if form.get(name) and name not in document}
    document |= {name: list(form.get(name, [])) for name in ("categories", "regions")}
    document |= {name: list(form[name]) for name in ("levels", "focus_categories") if form.get(name)}
    document |= {name: codes(form.get(name, "")) for name in ("products", "without", "parties")}
    document |= {name: found for name in ("focus_products", "net_of") if (found := codes(form.get(name, "")))}
    for name, label in NUMBERS.items():
        value = _number(form.get(name, ""), name, label)
        if value is not None:
            document[name] = str(value)
    for name, label in WHOLE.items():
        value = _number(form.get(name, ""), name, label)
        if value is not None:
            document[name] = str(value)
    if form.get("guarantee_runs"):
        document["guarantee_runs"] = True
    more = {"gates": _gates(form), "turnover": _turnover(form), "examples": _examples(form), "points": _points(form.get("points", ""))}  # fmt: skip
    return document | {name: value for name, value in more.items() if value} | {"tiers": _tiers(form)}


def form_of(programme: Programme) -> Form:
    """A document as the editor shows it."""
    data = programme.model_dump()
    rate_in, start_in = _hundred(_percents(data)), _hundred(_ratios(data))

    def shown(value: Decimal | int | None) -> str:
        return "" if value is None else plain(Decimal(value))

    data["tiers"] = [
        {
            "start": shown(s.start * start_in),
            "end": "" if s.end is None else shown(s.end * start_in),
            "rate": shown(s.rate * rate_in),
        }
        for s in programme.tiers
    ]
    data |= {name: " ".join(data[name]) for name in LISTS}
    data |= {name: shown(data[name]) for name in (*NUMBERS, *WHOLE)}
    data["points"] = " ".join(f"{code}={worth}" for code, worth in programme.points.items())
    data["gates"] = [
        {"gate": f"{gate.gate}/{gate.of}" if gate.of else gate.gate, "limit": shown(gate.limit)}
        for gate in programme.gates
    ]
    held = programme.turnover
    for name in TURNOVER:
        times = 1 if name == "benchmark" else 100
        data[f"turnover_{name}"] = "" if held is None else shown(getattr(held, name) * times)
    data["turnover_unknown"] = "one" if held is None else held.unknown
    in_hundred = _hundred(programme.measure == "share")
    data["examples"] = [
        {
            "base": shown(each.base),
            "against": shown(each.reference if each.reference is not None else None if each.stated is None else each.stated * in_hundred),
            "pays": shown(each.pays),
        }
        for each in programme.examples
    ]  # fmt: skip
    return data
