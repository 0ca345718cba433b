"""The order sheet: order from a list, paste from Excel, look at the whole, place it; reorder; amend."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.areas.orders import actions as drafts
from gongying.areas.orders import queries as orders
from gongying.areas.orders.actions import DraftLine
from gongying.areas.orders.queries.suggesting import UNITS
from gongying.areas.orders.rules.pasting import Pasted, read_paste, whole
from gongying.books.parties import read as parties
from gongying.books.prices import read as prices
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.refusal import Missing, Refused
from gongying.core.ui.pages import Request, page

from .. import actions, queries

BLANK = 3
MOST = 1000


@dataclass
class Typed:
    """What was typed into a sheet: packs by (code, pack), and what could not be read, row by row."""

    chosen: dict[tuple[str, str], str] = field(default_factory=dict)
    faults: list[dict[str, Any]] = field(default_factory=list)
    pasted: Pasted | None = None

    @property
    def lines(self) -> list[DraftLine]:
        """The lines that can be ordered."""
        found = []
        for (code, pack), quantity in self.chosen.items():
            read = whole(quantity)
            if read and read[0] > 0:
                found.append(DraftLine(code, read[0], pack))
        return found

    @property
    def rest(self) -> str:
        """The rows of a paste that wait for a correction."""
        return self.pasted.rest if self.pasted else ""


def typed(given: Mapping[str, Any]) -> Typed:
    """The rows of a posted sheet. Empty and zero are no order; what is no whole number is a fault and stays where it is."""
    found = Typed()
    places = [key.removeprefix("code.") for key in given if key.startswith("code.")][:MOST]
    known = orders.known_goods() if places else {}
    codes = {each.code: each for each in known.values()}
    for place in places:
        code, quantity = str(given.get(f"code.{place}", "")).strip(), str(given.get(f"qty.{place}", "")).strip()
        pack = str(given.get(f"pack.{place}", ""))
        if not quantity or quantity in ("0", "０"):
            continue
        goods = codes.get(code)
        if goods is None:
            text = say("No product has the code %(code)s.") % {"code": code[:40]}
            found.faults.append({"row": place, "text": f"{code} {quantity}", "message": text, "remedy": ""})
            continue
        spot = (code, pack if pack in goods.packs else "")
        if not whole(quantity):
            text = say("%(code)s has no whole quantity above zero.") % {"code": code}
            found.faults.append(
                {
                    "row": place,
                    "text": f"{code} {quantity}",
                    "message": text,
                    "remedy": say("Write a whole number of packs, such as 12."),
                }
            )
        found.chosen[spot] = quantity
    return found  # fmt: skip


def merge(found: Typed, text: str) -> None:
    """Lay pasted rows over what was typed: quantities of a paste replace those of the same product and pack."""
    if not text.strip():
        return
    found.pasted = read_paste(text, orders.known_goods(), UNITS)
    for line in found.pasted.lines:
        found.chosen[line.code, line.pack] = str(line.packs)
    found.faults += [
        {"row": each.row, "text": each.text, "message": each.message, "remedy": each.remedy}
        for each in found.pasted.faults
    ]


def party_of(actor: Actor, asked: str) -> Any:
    """The distributor that is ordered for: one's own, or the one that is named; None while nobody is."""
    if orders.outside(actor):
        own = parties.parties(actor).first()
        if own is None:
            raise Missing("no company")
        return own
    return parties.party(actor, int(asked)) if asked.isdecimal() else None


@page(needs="ordering.place")
def new(request: Request) -> HttpResponse:
    """Order from a sheet: the distributor's own, or (for the house) that of a distributor that is chosen first."""
    actor = request.actor
    party = party_of(actor, request.POST.get("party") or request.GET.get("party", ""))
    if party is None:
        wanted = request.GET.get("q", "").strip()
        return render(
            request,
            "ordering/choose.html",
            {"found": parties.parties(actor, wanted)[:30], "q": wanted, "to": reverse("ordering:new")},
        )
    if request.method == "POST":
        return _posted(request, party, None)
    return _sheet(request, party, None, Typed())


@page(needs="ordering.place")
def sheet(request: Request, order_id: int) -> HttpResponse:
    """A draft as a sheet; what has been placed already leads to its page."""
    row = orders.order_row(request.actor, order_id)
    if row.state != "draft":
        return redirect("ordering:order", order_id=row.pk)
    if request.method == "POST":
        return _posted(request, row.party, row)
    return _sheet(request, row.party, row, _of(request.actor, row))


def _of(actor: Actor, row: Any) -> Typed:
    """What stands in an order, as a sheet shows it: its own lines that can still be changed."""
    found = Typed()
    for line in orders.lines(actor, row):
        if not line.gift_of and not line.shipped and line.quantity > line.cancelled:
            left = line.quantity - line.cancelled
            exact = left % line.factor == 0
            found.chosen[line.product.code, line.pack if exact else ""] = str(
                left // line.factor if exact else left
            )
    return found


def _posted(request: Request, party: Any, row: Any) -> HttpResponse:
    """Keep the sheet as a draft and go where the button leads; while something cannot be read, the sheet stays."""
    actor, given = request.actor, request.POST
    found = typed(given)
    merge(found, given.get("paste", ""))
    for key, keep in (("like", True), ("unlike", False)):
        if given.get(key):
            drafts.favour(actor, party_id=party.pk, product=given[key], keep=keep)
            return _sheet(request, party, row, found)
    if given.get("do") == "suggest":
        rows, _count = queries.sheet(actor, party, timezone.localdate(), found.chosen)
        found.chosen |= {(r.code, r.pack): str(r.suggested) for r in rows if r.suggested and not r.quantity}
        return _sheet(request, party, row, found)
    if found.faults or given.get("do") == "paste" or not found.lines:
        return _sheet(
            request, party, row, found, status=200 if given.get("do") == "paste" and not found.faults else 409
        )
    try:
        draft_id = _keep(actor, party, row, found, given)
    except Refused as no:
        messages.error(request, str(no))
        return _sheet(request, party, row, found, status=409)
    return redirect("ordering:review", order_id=draft_id)


def _keep(actor: Actor, party: Any, row: Any, found: Typed, given: Mapping[str, Any]) -> int:
    if row is None:
        made = drafts.draft(
            actor, party_id=party.pk, lines=found.lines, client_id=str(given.get("client_id", ""))[:64]
        )
        if not made.repeated:
            return made.id
        row = orders.order_row(actor, made.id)
        if row.state != "draft":
            return int(row.pk)
    drafts.revise(
        actor,
        order_id=row.pk,
        lines=found.lines,
        ship_to_id=row.ship_to_id,
        requested_on=row.requested_on,
        reference=row.reference,
        note=row.note,
    )
    return int(row.pk)


def _sheet(
    request: Request, party: Any, row: Any, found: Typed, *, status: int = 200, amend: bool = False
) -> HttpResponse:
    actor, search = request.actor, request.GET.get("q", "").strip()[:60]
    rows, count = queries.sheet(actor, party, timezone.localdate(), found.chosen, search)
    last = orders.last_order(actor, party.pk)
    context = {
        "party": party,
        "row": row,
        "rows": rows,
        "count": count,
        "typed": found,
        "q": search,
        "last": last,
        "outside": orders.outside(actor),
        "client_id": request.POST.get("client_id") or (row.client_id if row else "") or uuid4().hex,
        "amend": amend,
        "reason": request.POST.get("reason", ""),
        "suggests": sum(1 for each in rows if each.suggested),
        "groups": sorted({each.group for each in rows}),
    }
    return render(request, "ordering/sheet.html", context, status=status)


@require_POST
@page(needs="ordering.place")
def price(request: Request, party_id: int) -> HttpResponse:
    """What a sheet comes to while it is filled in; writes nothing."""
    party, found = parties.party(request.actor, party_id), typed(request.POST)
    context: dict[str, Any] = {"v": None, "faults": found.faults}
    if found.lines:
        try:
            context["v"] = queries.review(request.actor, party, _wishes(found.lines), timezone.localdate())
        except Refused as no:
            context["error"] = no
    return render(request, "ordering/_quote.html", context)


def _wishes(lines: list[DraftLine]) -> list[prices.Wish]:
    ids = {each.code: each.product_id for each in orders.known_goods().values()}
    return [
        prices.Wish(f"{line.product}|{line.pack}", ids[line.product], line.packs, line.pack)
        for line in lines
        if line.product in ids
    ]


@require_POST
@page(needs="ordering.place")
def paste(request: Request) -> HttpResponse:
    """Read what was pasted, for the sheet's script; writes nothing."""
    read = read_paste(request.POST.get("text", ""), orders.known_goods(), UNITS)
    return JsonResponse(
        {
            "lines": [{"code": x.code, "packs": x.packs, "pack": x.pack} for x in read.lines],
            "faults": [
                {"row": x.row, "text": x.text, "message": str(x.message), "remedy": str(x.remedy)}
                for x in read.faults
            ],
            "rest": read.rest,
            "repeated": read.repeated,
        }
    )


@page(needs="ordering.place")
def review(request: Request, order_id: int) -> HttpResponse:
    """The whole of a draft: lines with their prices, promotions, the credit, address and day; place it, keep it or throw it away."""
    actor = request.actor
    row = orders.order_row(actor, order_id)
    if row.state != "draft":
        return redirect("ordering:order", order_id=row.pk)
    error = None
    if request.method == "POST":
        try:
            return _reviewed(request, row)
        except Refused as no:
            error = no
            row = orders.order_row(actor, order_id)
    return _review(request, row, error)


def _reviewed(request: Request, row: Any) -> HttpResponse:
    actor, given = request.actor, request.POST
    if given.get("do") == "discard":
        drafts.discard(actor, order_id=row.pk)
        messages.success(request, say("The draft is gone."))
        return redirect("ordering:orders")
    ship_to, day = given.get("ship_to", ""), given.get("requested_on", "")
    if day and calendar.typed(day) is None:
        raise Refused(_("Write the date as 2026-01-31."), field="requested_on")
    asked: dict[str, Any] = {
        "ship_to_id": int(ship_to) if ship_to.isdecimal() else None,
        "requested_on": calendar.typed(day),
        "reference": given.get("reference", ""),
        "note": given.get("note", ""),
    }
    if given.get("do") == "keep":
        lines = [DraftLine(x.product.code, x.packs, x.pack, x.note) for x in orders.lines(actor, row)]
        drafts.revise(actor, order_id=row.pk, lines=lines, **asked)
        messages.success(request, say("The draft is kept."))
        return redirect("ordering:orders")
    if given.get("once"):
        asked["idempotency_key"] = f"place/{row.pk}/{given.get('hash', '')[:32]}/{given['once'][:32]}"
    prepaid = given.get("prepaid") == "1"
    done = actions.place(actor, order_id=row.pk, prepaid=prepaid, quote_hash=given.get("hash", ""), **asked)
    messages.success(request, placed_words(done))
    return redirect("ordering:order", order_id=done.id)


def placed_words(done: actions.Placed) -> str:
    """What became of a placed order, in one sentence."""
    if done.state == "held":
        return say("%(number)s is placed and waits for credit.") % {"number": done.number}
    if done.state == "submitted":
        return say("%(number)s is placed and waits for approval.") % {"number": done.number}
    if done.owing:
        return say("%(number)s is confirmed; %(units)s units come as a back-order.") % {
            "number": done.number,
            "units": f"{done.owing:,}",
        }
    return say("%(number)s is confirmed; everything is set aside.") % {"number": done.number}


def _review(request: Request, row: Any, error: Refused | None) -> HttpResponse:
    actor = request.actor
    held = list(orders.lines(actor, row))
    wishes = [
        prices.Wish(str(x.place), x.product_id, x.packs, x.pack) for x in held
    ]  # named as the order will: the hash tells
    context: dict[str, Any] = {
        "row": row,
        "party": row.party,
        "error": error,
        "addresses": queries.addresses(actor, row.party_id, timezone.localdate()),
        "given": request.POST or {"ship_to": str(row.ship_to_id or ""), "requested_on": row.requested_on.isoformat() if row.requested_on else "", "reference": row.reference, "note": row.note},
        "v": None,
        "outside": orders.outside(actor),
        "once": uuid4().hex,
    }  # fmt: skip
    try:
        prepaid = request.POST.get("prepaid") == "1"
        v = queries.review(actor, row.party, wishes, timezone.localdate(), prepaid=prepaid)
        context["v"] = v
        context["basket"] = [(x, v.products[x.product_id], queries.price_text(x.price)) for x in v.quote.lines]
        context["missing"] = [x.product.code for x in held if str(x.place) in v.quote.missing]
        context["lacking"] = [actions.basket.lacking_words(each, v.quote.currency) for each in v.lacking]
        context["people"] = actions.placing.people_words(v.people)
    except Refused as no:
        context["error"] = error or no
    return render(request, "ordering/review.html", context, status=409 if error else 200)


@require_POST
@page(needs="ordering.place")
def again(request: Request, order_id: int) -> HttpResponse:
    """Begin a new order with the lines of an earlier one."""
    actor = request.actor
    row = orders.order_row(actor, order_id)
    goods = {each.code for each in orders.known_goods().values()}
    lines = [
        DraftLine(x.product.code, x.packs, x.pack)
        for x in orders.lines(actor, row)
        if not x.gift_of and x.product.code in goods
    ]
    if not lines:
        messages.error(request, say("Nothing of this order is sold any more."))
        return redirect("ordering:order", order_id=row.pk)
    made = drafts.draft(actor, party_id=row.party_id, lines=lines, ship_to_id=row.ship_to_id)
    return redirect("ordering:review", order_id=made.id)


@page(needs="ordering.amend")
def amend(request: Request, order_id: int) -> HttpResponse:
    """Change a placed order on the sheet, with a reason; both versions are kept."""
    actor = request.actor
    row = orders.order_row(actor, order_id)
    if row.state not in actions.changing.CANCELLABLE:
        return redirect("ordering:order", order_id=row.pk)
    if request.method != "POST":
        return _sheet(request, row.party, row, _of(actor, row), amend=True)
    found = typed(request.POST)
    merge(found, request.POST.get("paste", ""))
    if found.faults or request.POST.get("do") != "amend":
        return _sheet(request, row.party, row, found, status=409 if found.faults else 200, amend=True)
    try:
        version = actions.amend(actor, order_id=row.pk, lines=found.lines, reason=request.POST.get("reason", ""))
    except Refused as no:
        messages.error(request, str(no))
        return _sheet(request, row.party, row, found, status=409, amend=True)
    messages.success(request, say("Version %(version)s holds now.") % {"version": version})
    return redirect("ordering:order", order_id=row.pk)
