"""What several pages of recruiting say alike."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.refusal import Refused

STATE_WORDS: dict[str, Any] = {
    "lead": _("Lead"),
    "application": _("Application"),
    "examination": _("Examination"),
    "decision": _("Decision"),
    "accepted": _("Accepted"),
    "conditional": _("Accepted on conditions"),
    "rejected": _("Applicant not accepted"),
    "withdrawn": _("Withdrawn by the applicant"),
}
STEP_WORDS: dict[str, Any] = STATE_WORDS | {
    "received": _("Interest shown"),
    "sample": _("Sample file looked at"),
    "assigned": _("Looked after by"),
    "checked": _("Conflicts looked for; blocking"),
    "conflict": _("A conflict was answered for"),
    "asked": _("A referee was asked"),
    "reference": _("A referee answered"),
    "erased": _("Personal data erased"),
}
SOURCES = (("link", _("by link")), ("qr", _("by QR code")), ("house", _("met in person")))
LEVELS: dict[str, tuple[Any, str]] = {
    "block": (_("blocks"), "bad"), "warn": (_("look twice"), "wait"), "note": (_("to know"), "mute"),
}  # fmt: skip
VERDICTS = (
    ("agreed", _("Who is concerned agreed")),
    ("narrowed", _("Territory or channel was narrowed")),
    ("unfounded", _("It does not stand")),
)


def whole_of(text: str, field: str, *, empty: int | None = None) -> int | None:
    """A typed whole number, or `empty`. Raises Refused."""
    clean = text.replace(",", "").replace("，", "").strip()
    if not clean:
        return empty
    if not (clean.isascii() and clean.isdecimal()) or len(clean) > 13:
        raise Refused(_("Write it as a whole number."), field=field)
    return int(clean)
