"""The timeline: every event of an order as a sentence in the reader's language."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.words import pick

from ..models import Order, OrderEvent
from .reading import outside

Data = dict[str, Any]
REASONS = {
    "amount": _("above the amount that passes by itself"),
    "special": _("it has a special price"),
    "limit": _("above the credit limit"),
    "overdue": _("invoices are overdue"),
    "blocked": _("the account is blocked"),
    "advance": _("paid in advance only, and the payment is not there"),
    "amended": _("it was amended"),
    "free": _("its goods cost nothing"),
}
WORDS: dict[str, Any] = {
    "placed": _("Placed with %(lines)s lines"),
    "held": _("Waits for credit"),
    "waiting": _("Waits for approval"),
    "released": _("Credit released it"),
    "approved": _("The order is accepted"),
    "rejected": _("Turned down"),
    "reserved": _("%(units)s units were set aside"),
    "partly": _("%(units)s of %(of)s units were set aside; the rest is a back-order"),
    "unreserved": _("%(units)s units that were set aside are owed again"),
    "split_from": _("Split from %(number)s"),
    "substituted": _("%(was)s was replaced by %(now)s"),
    "split": _("Split: %(units)s units went to %(number)s"),
    "amended": _("Amended to version %(version)s"),
    "cancelled": _("%(units)s units were cancelled"),
    "cancelled_all": _("Cancelled"),
    "shipped": _("%(units)s units shipped with %(number)s"),
    "carrier": _("On the way: %(text)s"),
    "delivered": _("%(units)s units delivered"),
    "short": _("%(units)s units arrived and %(short)s did not"),
    "invoiced": _("Invoiced with %(number)s"),
    "credited": _("Credited with %(number)s"),
    "returned": _("%(units)s units came back"),
    "paid": _("Paid"),
    "closed": _("Closed"),
    "comment": _("Comment"),
    "attachment": _("Attached %(name)s"),
}
UNDER = {
    "orders.rules": _("by the rules of orders, without a person"),
    "credit": _("after the credit desk let it go"),
    "fits": _("it fits again"),
    "points.redemption": _("points were used for it"),
}
TONES = {
    "held": "bad",
    "rejected": "bad",
    "short": "bad",
    "unreserved": "wait",
    "partly": "wait",
    "waiting": "wait",
    "paid": "good",
}
GROUPS = {"comment": "talk", "attachment": "talk", "invoiced": "money", "credited": "money", "paid": "money", "held": "money", "released": "money"}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """An event for reading: the sentence, a detail under it, whose it is, and what it leads to (kind, id, number)."""

    at: datetime
    by: str
    kind: str
    group: str
    tone: str
    text: str
    detail: str
    ref_kind: str
    ref_id: int | None
    ref: str
    internal: bool


def reasons(codes: Any) -> str:
    """Codes of reasons as words."""
    return say("; ").join(str(REASONS.get(code, code)) for code in codes)


def _detail(row: OrderEvent, data: Data) -> str:
    found = [reasons(data["reasons"])] if data.get("reasons") else []
    found += [str(UNDER.get(data["under"], data["under"]))] if data.get("under") else []
    found += [say("in the stead of %(name)s") % {"name": data["stead"]}] if data.get("stead") else []
    found += [str(data[name]) for name in ("reason", "text", "signed_by") if data.get(name)]
    return " · ".join(found) if row.kind != "carrier" else ""


def told(row: OrderEvent) -> Told:
    """One event as it is read."""
    data: Data = json.loads(row.data)
    words = WORDS.get(row.kind)
    if row.kind == "carrier":
        data["text"] = pick(data.get("zh", ""), data.get("en", ""))
    values = {"units": 0, "of": 0, "lines": 0, "number": row.ref, "text": "", "name": row.ref, "version": 0, "short": 0, "was": "", "now": ""}  # fmt: skip
    shown = {name: f"{value:,}" if isinstance(value, int) else value for name, value in (values | data).items()}
    text = str(words) % shown if words is not None else row.kind
    group = GROUPS.get(row.kind, "goods" if row.ref_kind in ("shipment", "delivery", "return") else "order")
    return Told(
        row.at, row.by, row.kind, group, TONES.get(row.kind, ""), text, _detail(row, data), row.ref_kind, row.ref_id,
        row.ref, row.internal,
    )  # fmt: skip


def timeline(actor: Actor, order: Order, *, most: int = 200) -> list[Told]:
    """What happened to an order, newest first; what is internal is shown to the house only."""
    rows = OrderEvent.objects.for_actor(actor).filter(order=order).order_by("-id")
    rows = rows.filter(internal=False) if outside(actor) else rows
    return [told(row) for row in rows[:most]]


def reason_words(codes: str) -> str:
    """What an order waits for, kept as codes, in words."""
    return reasons(code for code in codes.split(",") if code)
