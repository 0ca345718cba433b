"""How the parameters of any policy are read out. Pure."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.books.metrics.read import METRICS
from gongying.core.people.models import ROLE_NAMES

NAMES: dict[str, Any] = {
    "at_least": _("at least"),
    "base_cap": _("Cap of the base"),
    "basis": _("Basis"),
    "benefits": _("Benefit"),
    "categories": _("Product group"),
    "code": _("Code"),
    "currency": _("Currency"),
    "days": _("Days"),
    "end": _("To, not included"),
    "grace_months": _("Months of grace"),
    "guarantee": _("Guarantee"),
    "levels": _("Level"),
    "method": _("Method"),
    "metric": _("Figure"),
    "name": _("Name"),
    "name_en": _("English name"),
    "needs": _("Requirement"),
    "parties": _("Distributor"),
    "payout_cap": _("Cap of the payout"),
    "period": _("Period"),
    "products": _("Product"),
    "rate": _("Rate"),
    "regions": _("Region"),
    "roles": _("Role"),
    "start": _("From"),
    "tiers": _("Tier"),
    "without": _("Never counted"),
}
CHOICES: dict[str, Any] = {
    "fixed": _("a fixed amount"),
    "half": _("half-year"),
    "marginal": _("incremental"),
    "month": _("month"),
    "per_unit": _("by the piece"),
    "quantity": _("pieces"),
    "quarter": _("quarter"),
    "slab": _("retroactive"),
    "value": _("value"),
    "year": _("year"),
}
NOTHING = "–"


def called(path: str) -> str:
    """A path in words: `tiers.2.rate` is "Tier 2 · Rate". A part nobody named stays as it is."""
    said: list[str] = []
    for part in path.split("."):
        if part.isdigit() and said:
            said[-1] += f" {part}"
        else:
            said.append(str(NAMES.get(part, part)))
    return " · ".join(said)


def read_out(path: str, lines: Mapping[str, str]) -> str:
    """The value at a path in words, given all lines of its document (path: value).

    >>> read_out("tiers.1.rate", {"method": "slab", "tiers.1.rate": "0.0125"})
    '1.25 %'
    >>> read_out("tiers.1.start", {"tiers.1.start": "2000000"})
    '2,000,000'
    """
    value = lines.get(path, "")
    above, _dot, name = path.rpartition(".")
    if name == "metric" and value in METRICS:
        return str(METRICS[value].label)
    if above == "roles":
        return str(ROLE_NAMES.get(value, value))
    figure = METRICS.get(lines.get(f"{above}.metric", ""))
    fraction = figure is not None and figure.unit == "ratio" if name == "at_least" else False
    if fraction or (name == "rate" and lines.get("method") in ("slab", "marginal")):
        return f"{_plain(Decimal(value) * 100)} %" if value not in ("", NOTHING) else value
    if name in ("method", "basis", "period"):
        return str(CHOICES.get(value, value))
    try:
        return _plain(Decimal(value)) if name not in ("name", "name_en", "code") else value
    except InvalidOperation:
        return value


def _plain(number: Decimal) -> str:
    """A number with thousands and no zeros that say nothing."""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
