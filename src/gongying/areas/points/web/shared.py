"""What the pages of points share."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.templatetags.ui import TONES

TABS = (
    ("wallets", _("Wallets")),
    ("awards", _("Awards of points")),
    ("redemptions", _("Redemption desk")),
    ("vouchers", _("Reward vouchers")),
    ("expiry", _("Expiry desk")),
    ("adjustments", _("Point adjustments")),
    ("worth", _("Worth of points")),
    ("programme", _("Points programme")),
)
TONES["wait"] |= {"ordered", "noticed", "issued"}
TONES["good"] |= {"fulfilled", "honoured"}
STATES = {
    "ordered": _("ordered"),
    "fulfilled": _("fulfilled"),
    "cancelled": _("cancelled"),
    "noticed": _("noticed"),
    "done": _("done"),
    "off": _("called off"),
    "issued": _("issued"),
    "honoured": _("honoured"),
    "void": _("void"),
    "expired": _("expired"),
    "approved": _("approved"),
    "proposed": _("proposed"),
    "rejected": _("rejected"),
    "pending": _("pending"),
    "posted": _("posted"),
}


def clearing_state(row: Any) -> str:
    """The word of the badge of a clearing."""
    return "called off" if row.state == "off" else str(row.state)


def choices(*codes: str) -> list[tuple[str, Any]]:
    """States as a filter offers them."""
    return [(code, STATES[code]) for code in codes]


def by_state(rows: Any, value: str) -> Any:
    """The rows of a state."""
    return rows.filter(state=value)


def of_party(rows: Any, q: str) -> Any:
    """The rows of a distributor by code, name or initials, or of a document by its number."""
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    found = Q(party__code__icontains=q) | named
    if any(field.name == "number" for field in rows.model._meta.get_fields()):
        found |= Q(number__icontains=q)
    return rows.filter(found)


def wallet_of(row: Any) -> str:
    """The wallet of the distributor of a row."""
    return links.to("points", row.party_id)


def whole(text: str, field: str) -> int:
    """A whole number as it is typed. Raises Refused."""
    clean = text.replace(",", "").replace("，", "").strip()
    digits = clean.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 12:
        raise Refused(_("This is no whole number."), field=field, remedy=_("Write it in digits, as 30."))
    return int(clean)
