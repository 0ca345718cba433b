"""One order: where it stands, the one next step, lines with the derivation of their prices, the timeline, papers and versions."""

import json
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.areas.credit import queries as credit
from gongying.areas.orders import actions as talk
from gongying.areas.orders import queries as orders
from gongying.areas.orders import rules as order_rules
from gongying.areas.orders.actions import DraftLine
from gongying.areas.supply import queries as supplied
from gongying.books.places import read as places
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.approvals import read as approvals
from gongying.core.files import shelf
from gongying.core.refusal import Missing, Refused
from gongying.core.scope import one
from gongying.core.ui import links
from gongying.core.ui.flow import Event, path_of
from gongying.core.ui.listing import attachment
from gongying.core.ui.pages import Request, page
from gongying.core.ui.templatetags.ui import label

from .. import actions, queries
from ..rules import still_held
from . import papers

PATH = ("submitted", "approved", "allocated", "shipped", "delivered", "invoiced", "paid")
ICONS = {
    "comment": "chat", "attachment": "paperclip", "shipped": "truck", "carrier": "truck", "delivered": "check", "short": "alert",
    "invoiced": "bill", "credited": "bill", "paid": "wallet", "held": "lock", "released": "check", "rejected": "x", "amended": "edit",
    "cancelled": "x", "cancelled_all": "x", "returned": "return", "placed": "cart", "reserved": "box", "partly": "clock", "split": "scale",
    "waiting": "clock", "substituted": "undo", "unreserved": "clock",
}  # fmt: skip
HOMES = {"shipment": "shipment", "delivery": "", "invoice": "invoice", "return": "return", "order": "order"}
STEPS = {
    "list": _("List price"), "level": _("Level discount"), "promotion": _("Promotion"), "special": _("Special price"), "tax": _("Tax"),
    "free": _("Costs nothing"),
}  # fmt: skip
LARGEST_FILE = 20 * 1024 * 1024


@dataclass(frozen=True)
class Next:
    """The one next step: what it is called, the verb it does or the page it leads to, or why nobody here can take it."""

    label: Any = ""
    verb: str = ""
    href: str = ""
    why: Any = ""


def next_step(actor: Actor, order: Any, shipments: list[Any]) -> Next:
    """What moves an order on, and whether this person can do it."""
    state, open_ones = order.state, [row for row in shipments if row.state != "delivered"]
    if state == "draft":
        return Next(_("Go on"), href=reverse("ordering:review", args=[order.pk]))
    if state == "submitted":
        verdict = actions.deciding.authority(actor, order, timezone.localdate())
        if actor.can("ordering.approve") and verdict.allowed:
            return Next(_("Approve"), "approve")
        return Next(why=_waits(actor, order))
    if state == "held":
        return Next(why=say("It waits for the credit desk."))
    if open_ones and (orders.outside(actor) or state == "shipped"):
        home = links.to("shipment", open_ones[0].pk)
        return (
            Next(_("Confirm the delivery"), href=home)
            if actor.can("ordering.deliver")
            else Next(why=_("It is on its way."))
        )
    if state == "approved":
        return (
            Next(_("Set goods aside"), "allocate")
            if actor.can("ordering.allocate")
            else Next(why=_("It waits for goods."))
        )
    if state == "allocated":
        return Next(_("Ship"), "ship") if actor.can("ordering.ship") else Next(why=_("It is being made ready."))
    if state == "delivered":
        return (
            Next(_("Invoice"), "invoice") if actor.can("ordering.invoice") else Next(why=_("It is being invoiced."))
        )
    if state == "invoiced":
        return Next(why=_("It waits for the payment."))
    if state == "paid" and actor.can("ordering.close"):
        return Next(_("Close"), "close")
    return Next()


def _waits(actor: Actor, order: Any) -> str:
    """Whom an order waits for; a distributor is told that, and not who."""
    if orders.outside(actor):
        return say("It waits for head office's approval.")
    who = approvals.who(
        actions.deciding.APPROVE, amount_minor=order.net_minor, currency=order.currency, on=timezone.localdate(),
        party_id=order.party_id, made_by={order.placed_by, order.created_by},
    )  # fmt: skip
    names = ", ".join(each.name + (f" ({each.stead})" if each.stead else "") for each in who[:4])
    return say("It waits for the approval of %(names)s.") % {"names": names or "–"}


def events(actor: Actor, order: Any) -> list[Event]:
    """The timeline with its links."""
    found = []
    for each in orders.timeline(actor, order):
        kind = HOMES.get(each.ref_kind, "")
        href = links.to(kind, each.ref_id) if kind and each.ref_id else ""
        if each.ref_kind == "file" and each.ref_id:
            href = reverse("ordering:file", args=[order.pk, each.ref_id])
        found.append(
            Event(each.at, each.text, each.by, each.detail, href, ICONS.get(each.kind, "check"), _tone(each.tone))
        )
    return found


def _tone(tone: str) -> str:
    return "warn" if tone == "wait" else tone


def path(order: Any) -> list[Any]:
    """The stations of an order; one that is held, turned down or cancelled stops there."""
    stations = [(state, orders.state_word(state)) for state in PATH]
    if order.state in ("held", "rejected", "cancelled"):
        return path_of(stations, "submitted", stopped=orders.state_word(order.state))
    return path_of(stations, "paid" if order.state == "closed" else order.state)


@page(needs="orders.view")
def order(request: Request, order_id: int) -> HttpResponse:
    """One order; ?export=pdf is its confirmation."""
    row = orders.order_row(request.actor, order_id)
    if row.state == "draft":
        return (
            redirect("ordering:review", order_id=row.pk)
            if request.actor.can("ordering.place")
            else redirect("ordering:orders")
        )
    if request.GET.get("export") == "pdf":
        return attachment(papers.confirmation(request.actor, row), f"{row.number}.pdf", "application/pdf")
    return shown(request, row, None)


@page(needs="orders.view")
def numbered(request: Request, number: str) -> HttpResponse:
    """The order of a number."""
    return redirect("ordering:order", order_id=orders.numbered(request.actor, number).pk)


def shown(request: Request, row: Any, error: Refused | None) -> HttpResponse:
    """The page of an order."""
    actor = request.actor
    held = list(orders.lines(actor, row))
    for each in held:
        each.price_text = queries.price_text(each.price)  # type: ignore[attr-defined]
    portal = orders.outside(actor)
    shipments = list(supplied.shipments(actor).filter(order=row.number)) if actor.can("supply.view") else []
    wanted = sum(x.quantity - x.cancelled for x in held)
    rules = orders.rules_for(row.party_id, timezone.localdate())
    standing = None
    if actor.can("credit.view"):
        standing = credit.standing(actor, party_id=row.party_id, currency=row.currency, on=timezone.localdate())
    ship_to = None
    if row.ship_to_id:
        day = row.placed_on or timezone.localdate()
        ship_to = places.addresses(row.party_id, day, active=False).filter(pk=row.ship_to_id).first()
    changeable = row.state in actions.changing.CANCELLABLE
    context = {
        "o": row,
        "party": row.party,
        "portal": portal,
        "lines": held,
        "path": path(row),
        "next": next_step(actor, row, shipments),
        "events": events(actor, row),
        "versions": orders.versions(actor, row),
        "shipments": shipments,
        "standing": standing,
        "ship_to": ship_to,
        "error": error,
        "sums": {name: sum(getattr(x, name) for x in held) for name in ("reserved", "shipped", "delivered", "invoiced", "returned", "on_the_way")},
        "wanted": wanted,
        "owing": sum(x.unreserved for x in held) if row.state in order_rules.ACCEPTED else 0,
        "still_held": still_held(held) if row.hold_key else 0,
        "accepted": row.state in order_rules.ACCEPTED,
        "late": bool(row.requested_on and row.requested_on < timezone.localdate() and row.state in PATH[:4]),
        "waits": orders.reason_words(row.waits_for),
        "may_cancel": changeable and actor.can("ordering.cancel") and order_rules.may_cancel(row.state, rules, outside=portal),
        "may_amend": changeable and actor.can("ordering.amend") and not (portal and any(x.shipped for x in held)),
        "may_stock": row.state in ("approved", "allocated") and actor.can("ordering.allocate"),
        "may_reject": row.state in ("submitted", "held") and actor.can("ordering.approve"),
        "may_place": actor.can("ordering.place"),
        "may_talk": actor.can("orders.comment"),
        "today": timezone.localdate(),
    }  # fmt: skip
    return render(request, "ordering/order.html", context, status=409 if error else 200)


@page(needs="orders.view")
def line(request: Request, order_id: int, place: int) -> HttpResponse:
    """How the price of a line comes about: list, level, promotion, special, tax, each with its document."""
    row = orders.order_row(request.actor, order_id)
    held = one(orders.lines(request.actor, row), place=place)
    steps = json.loads(held.steps)
    for step in steps:
        step["name"] = STEPS.get(step["kind"], step["kind"])
        kind, _colon, key = step["source"].partition(":")
        step["href"] = _paper(request.actor, step["kind"], key) if kind == "policy" else ""
    inside = "ordering/_line.html" if request.headers.get("X-Panel") else "ordering/line.html"
    return render(request, inside, {"o": row, "line": held, "steps": steps})


def _paper(actor: Actor, kind: str, version: str) -> str:
    """The page of the policy behind a step of a price, for whoever may open it."""
    if orders.outside(actor):
        return ""
    if kind == "promotion":
        return links.to("promotion", version)
    return links.to("policy", version) if actor.can("control.policies") else ""


@require_POST
@page(needs="orders.view")
def do(request: Request, order_id: int) -> HttpResponse:
    """Take a step with an order; each verb asks for the permission it needs."""
    row = orders.order_row(request.actor, order_id)
    try:
        said = _do(request, row)
    except Refused as no:
        return shown(request, orders.order_row(request.actor, order_id), no)
    messages.success(request, said)
    return redirect("ordering:order", order_id=row.pk)


def _day(text: str) -> Any:
    if text and calendar.typed(text) is None:
        raise Refused(_("Write the date as 2026-01-31."), field="date")
    return calendar.typed(text)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise Refused(_("Write a whole number of packs, such as 12."), field="quantity")
    return int(text)


def _do(request: Request, row: Any) -> str:
    actor, given = request.actor, request.POST
    verb, reason = given.get("verb", ""), given.get("reason", "")
    if verb == "approve":
        actions.approve(actor, order_id=row.pk, note=given.get("note", ""))
    elif verb == "reject":
        actions.reject(actor, order_id=row.pk, reason=reason)
    elif verb == "allocate":
        units = actions.allocate(actor, order_id=row.pk)
        return (
            say("%(units)s units were set aside") % {"units": f"{units:,}"}
            if units
            else say("Nothing is free at the moment.")
        )
    elif verb == "ship":
        eta = _day(given.get("eta", ""))
        made = actions.ship(
            actor, order_id=row.pk, carrier=given.get("carrier", ""), tracking=given.get("tracking", ""), eta=eta
        )
        return say("%(number)s is on its way.") % {"number": made.number}
    elif verb == "invoice":
        actions.invoice(actor, order_id=row.pk)
    elif verb == "close":
        actions.close(actor, order_id=row.pk)
    elif verb == "cancel":
        place = given.get("place", "")
        lines = [actions.CancelLine(int(place), _number(given.get("quantity", "")))] if place.isdecimal() else None
        actions.cancel(actor, order_id=row.pk, lines=lines, reason=reason)
    elif verb == "split":
        made_ = actions.split(
            actor, order_id=row.pk, requested_on=_day(given.get("requested_on", "")), reason=reason
        )
        return say("%(number)s was split off.") % {"number": made_.number}
    elif verb == "substitute":
        line = DraftLine(given.get("product", "").strip(), _number(given.get("packs", "")), given.get("pack", ""))
        place_no = _number(given.get("place", ""))
        actions.substitute(
            actor,
            order_id=row.pk,
            place=place_no,
            product=line.product,
            packs=line.packs,
            pack=line.pack,
            reason=reason,
        )
    else:
        raise Refused(_("There is no such step."), code="verb")
    return say("Saved.")  # fmt: skip


@require_POST
@page(needs="orders.comment")
def say_it(request: Request, order_id: int) -> HttpResponse:
    """Comment on an order, with a file if one likes."""
    actor, given = request.actor, request.POST
    row = orders.order_row(actor, order_id)
    internal = given.get("internal") == "1"
    file = request.FILES.get("file")
    try:
        if given.get("text", "").strip():
            talk.comment(actor, order_id=row.pk, text=given["text"], internal=internal)
        if file is not None and not isinstance(file, list):
            if (file.size or 0) > LARGEST_FILE:
                raise Refused(_("The file is larger than 20 MB."), field="file")
            kept = shelf.store(
                actor, name=file.name or "file", chunks=file.chunks(), purpose="order", content_type=file.content_type or "",
                party_id=None if internal and not orders.outside(actor) else row.party_id,
            )  # fmt: skip
            talk.attach(actor, order_id=row.pk, file_id=kept.pk, internal=internal)
        if not given.get("text", "").strip() and file is None:
            raise Refused(_("Write something."), field="text")
    except Refused as no:
        return shown(request, row, no)
    return redirect(reverse("ordering:order", args=[row.pk]) + "#timeline")


@page(needs="orders.view")
def file(request: Request, order_id: int, file_id: int) -> HttpResponse:
    """A file beside an order, as it was attached."""
    row = orders.order_row(request.actor, order_id)
    if file_id not in {each.ref_id for each in orders.timeline(request.actor, row) if each.ref_kind == "file"}:
        raise Missing("no such file")
    kept = shelf.find(request.actor, file_id)
    answer = HttpResponse(shelf.path_of(kept).read_bytes(), content_type="application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(True, kept.name)
    return answer


@page(needs="orders.view")
def version(request: Request, order_id: int, version: int) -> HttpResponse:
    """What an order said before it was amended, beside what it says now."""
    row = orders.order_row(request.actor, order_id)
    old = one(orders.versions(request.actor, row), version=version)
    document = json.loads(old.document)
    now = {(x.product.code, x.pack): x for x in orders.lines(request.actor, row) if x.quantity > x.cancelled}
    then = {(x["product"], x["pack"]): x for x in document["lines"] if x["quantity"] > x["cancelled"]}
    pairs = []
    for key in sorted(now.keys() | then.keys()):
        before, after = then.get(key), now.get(key)
        was, is_now = before["quantity"] if before else 0, after.quantity - after.cancelled if after else 0
        pairs.append(
            {"code": key[0], "name": label(after.product) if after else key[0], "was": was, "now": is_now,
             "was_minor": before["net_minor"] if before else 0, "now_minor": after.net_minor if after else 0}
        )  # fmt: skip
    return render(
        request, "ordering/version.html", {"o": row, "old": old, "pairs": pairs, "head": document["head"]}
    )
