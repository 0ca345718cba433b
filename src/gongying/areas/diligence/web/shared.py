"""What several pages of due diligence say alike: words, typed amounts, files that are sent."""

from pathlib import PurePath
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from gongying.core.files import kinds, shelf
from gongying.core.files.models import StoredFile
from gongying.core.refusal import Missing, Refused
from gongying.core.ui.pages import Request

PURPOSE = "diligence"
LARGEST = 12 * 1024 * 1024
KINDS = ("image/jpeg", "image/png", "application/pdf")
STATES = (
    ("open", _("being examined")),
    ("proposed", _("decision proposed")),
    ("decided", _("examined and decided")),
)
PAPER_STATES: dict[str, tuple[Any, str]] = {
    "missing": (_("paper lacks"), "bad"), "received": (_("to be checked"), "wait"), "verified": (_("in order"), "good"),
    "refused": (_("paper refused"), "bad"), "expired": (_("paper expired"), "bad"), "soon": (_("expires soon"), "wait"),
}  # fmt: skip
TONES = {"clear": "good", "look": "wait", "bad": "bad", "low": "good", "medium": "wait", "high": "bad"}
RATIO_WORDS: dict[str, Any] = {
    "current": _("Current ratio"), "quick": _("Quick ratio"), "cash_ratio": _("Cash ratio"), "debt": _("Debt to assets"),
    "debt_to_equity": _("Debt to equity"), "interest_cover": _("Interest cover"), "gross_margin": _("Gross margin"),
    "operating_margin": _("EBIT margin"), "net_margin": _("Net margin"), "roe": _("Return on equity"),
    "asset_turnover": _("Turnover of assets"), "dso": _("Days of receivables (DSO)"), "dio": _("Days of inventory (DIO)"),
    "dpo": _("Days of payables (DPO)"), "ccc": _("Cash conversion cycle (CCC)"), "runway": _("Runway, months without income"),
    "turnover": _("Turnover of assets"), "multiplier": _("Equity multiplier"), "tax_burden": _("Tax burden"),
    "interest_burden": _("Interest burden"), "ebit_margin": _("EBIT margin"),
}  # fmt: skip
SHOCK_WORDS: dict[str, Any] = {
    "base": _("nothing happens"), "demand_20": _("demand −20 %"), "demand_40": _("demand −40 %"), "price_10": _("price −10 %"),
    "late_30": _("customers pay 30 days later"), "together": _("−20 % demand, −10 % price, 30 days later"),
}  # fmt: skip
ZONES: dict[str, tuple[Any, str]] = {
    "safe": (_("safe"), "good"), "grey": (_("grey zone"), "wait"), "distress": (_("distress"), "bad"),
}  # fmt: skip
CHECK_WORDS: dict[str, Any] = {
    "sum": _("total against its lines"), "balance": _("assets = liabilities + equity"), "result": _("result against its lines"),
    "vat": _("revenue against VAT returns"), "tax": _("income tax against returns"), "bank_sum": _("opening + in − out = closing"),
    "bank_roll": _("closing of the year before = opening"), "bank_cash": _("bank balance against cash"),
    "bank_in": _("bank inflows against sales with VAT"), "retained": _("retained earnings carried on"),
}  # fmt: skip
STEP_WORDS: dict[str, Any] = {
    "opened": _("file opened"), "paper": _("paper received"), "verified": _("paper verified"), "refused": _("paper turned down"),
    "asked": _("registry asked"), "statements": _("statements entered"), "rated": _("company rated"), "talked": _("raters agreed"),
    "interview": _("interview written down"), "signed": _("interview signed"), "risk": _("risk written down"),
    "dropped": _("risk taken out"), "proposed": _("decision was proposed"), "approved": _("memo approved"),
    "returned": _("memo given back"),
}  # fmt: skip


def level_of(text: str) -> int:
    """A chosen level, 0 for none."""
    return int(text) if text in ("1", "2", "3", "4", "5") else 0


def number_of(text: str) -> int:
    """The number of a row a form names. Raises Missing."""
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise Missing("no such row")
    return int(text)


def kept(request: Request, name: str = "file") -> int | None:
    """Keep a picture or PDF that was sent; None when none was. Raises Refused for anything else."""
    sent = request.FILES.get(name)
    if sent is None:
        return None
    kind = kinds.of_sent(sent)
    if kind not in KINDS or (sent.size or 0) > LARGEST:
        raise Refused(
            _("“%(name)s” is no picture or PDF of up to 12 MB.") % {"name": str(sent.name)[:60]},
            code="file",
            field=name,
        )
    stored = shelf.store(
        request.actor, name=sent.name or "paper", chunks=sent.chunks(), purpose=PURPOSE, content_type=kind
    )
    return int(stored.pk)


def sent(file: StoredFile | None, name: str) -> HttpResponse:
    """A file as it was sent: pictures are shown, the rest is saved. Raises Missing."""
    place = shelf.path_of(file) if file is not None else None
    if file is None or place is None or file.purpose != PURPOSE or not place.exists():
        raise Missing("no such file")
    answer = HttpResponse(place.read_bytes(), content_type=file.content_type)
    shown = "inline" if file.content_type.startswith("image/") else "attachment"
    suffix = PurePath(file.name).suffix.lower()[:6]
    answer["Content-Disposition"] = f'{shown}; filename="{name}{suffix if suffix.isascii() else ""}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
