"""A note of the timeline as people read it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.ui.flow import Event

from ..models import Note
from ..rules import HOW

WHAT: dict[str, tuple[Any, str, str]] = {
    "drawn": (_("statement drawn"), "calc", ""),
    "sent": (_("sent to the distributor"), "send", ""),
    "received": (_("received by the distributor"), "check", ""),
    "ledger": (_("ledger of the distributor taken"), "upload", ""),
    "opened": (_("difference found"), "alert", "warn"),
    "closed": (_("difference closed"), "check", "good"),
    "assigned": (_("given to somebody"), "users", ""),
    "agreed": (_("agreed who corrects"), "check", ""),
    "apart": (_("told apart"), "x", ""),
    "said": (_("message"), "chat", ""),
    "confirmed": (_("confirmed by the distributor"), "lock", "good"),
    "reopened": (_("confirmation taken back"), "undo", "bad"),
    "reminded": (_("reminded"), "bell", "warn"),
    "escalated": (_("head office told of the delay"), "bell", "bad"),
}
SIDES: dict[str, Any] = {"house": _("head office"), "party": _("distributor"), "system": _("the house itself")}


def event(note: Note, *, portal: bool, link: bool = True) -> Event:
    """One line of the timeline; who of head office it was is not the distributor's business."""
    text, icon, tone = WHAT.get(note.kind, (note.kind, "info", ""))
    who = str(SIDES[note.side]) if portal and note.side != "party" else note.by
    detail = (
        HOW.get(note.text, note.text)
        if note.kind == "closed"
        else ""
        if portal and note.kind == "assigned"
        else note.text
    )
    number = note.difference.number if note.difference else ""
    href = f"/reconciliation/differences/{note.difference_id}/" if note.difference_id and link else ""
    return Event(note.at, f"{text} {number}".strip() if link else text, who, detail, href, icon, tone)
