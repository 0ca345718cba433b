"""Transfers between distributors: the list, the offer, and one with the consent of three."""

from functools import partial
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.ui import flow, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.ui.typed import tried

from .. import actions, queries
from ..models import Transfer
from . import forms

STATES = {name: _(name) for name in ("on offer", "agreed", "consented", "done", "declined", "withdrawn")}
STATIONS = [("on offer", _("on offer")), ("agreed", _("agreed by both")), ("consented", _("consented")), ("done", _("taken over"))]  # fmt: skip
ROWS = 8
FIELDS = ("product", "lot", "units", "price")


def narrowed(rows: Any, q: str) -> Any:
    """Transfers by number or by either side."""
    sides = [
        Q(**{f"{side}__{name}__icontains": q})
        for side in ("giver", "taker")
        for name in ("code", "name", "name_en")
    ]
    found = Q(number__icontains=q)
    for side in sides:
        found |= side
    return rows.filter(found)


TRANSFERS = Table(
    "transfers",
    [
        Column("number", _("Number"), lambda t: t.number, sort="number", href=lambda t: links.to("transfer", t.pk)),
        Column("giver", _("Giver"), lambda t: label(t.giver), sort="giver__name"),
        Column("taker", _("Taker"), lambda t: label(t.taker) if t.taker else None, sort="taker__name", phone=False),
        Column("units", _("Quantity"), lambda t: t.units, "num", "units", phone=False),
        Column("net", _("Net amount"), lambda t: (t.net, t.currency), "money", "net", phone=False),
        Column("made", _("Offered on"), lambda t: t.created_at, "time", "created_at", phone=False),
        Column("state", _("State"), lambda t: t.state, "state", "state"),
    ],
    sort="-number",
    search=narrowed,
    filters=[
        Filter("state", _("State"), list(STATES.items()), lambda rows, v: rows.filter(state=v)),
        Filter(
            "taker",
            _("Taker"),
            [("none", _("nobody yet"))],
            lambda rows, v: rows.filter(taker=None, state="on offer"),
        ),
    ],
    views=[(_("Nobody takes them yet"), "taker=none"), (_("To consent to"), "state=agreed")],
    empty=_("No transfer yet. What one distributor has too much of may be what another lacks."),
)


@page(needs="supply.view")
def transfers(request: Request) -> HttpResponse:
    """Goods that pass from one distributor to another, of those in scope."""
    return TRANSFERS.respond(request, queries.transfers(request.actor), "supply/transfers.html")


@page(needs="supply.offer_transfer")
def offer(request: Request) -> HttpResponse:
    """Name the goods and their price; head office finds who takes them."""
    actor, error = request.actor, None
    mine = list(parties.parties(actor)[:500])
    if request.method == "POST":
        made: list[int] = []
        error = tried(request, lambda: made.append(_offered(request)), "Saved.")
        if error is None:
            return redirect("supply:transfer", transfer_id=made[0])
    context = {
        "parties": mine,
        "products": list(goods.products()[:1000]),
        "rows": forms.rows(request.POST, FIELDS, ROWS),
        "given": request.POST,
        "portal": not actor.whole_network,
        "error": error,
    }
    return render(request, "supply/offer.html", context, status=409 if error else 200)


def _offered(request: Request) -> int:
    given, lines = request.POST, []
    typed = [row for row in forms.rows(given, FIELDS, ROWS) if row["product"] or row["units"]]
    for product, row in zip(forms.products([row["product"] for row in typed]), typed, strict=True):
        count, price = forms.whole(row["units"], "quantity"), forms.decimal(row["price"], "price")
        lines.append(actions.TransferLineIn(product, count, price, lot=row["lot"]))
    giver = forms.key_of(given, "giver")
    if giver is None:
        raise Refused(_("Say whose goods they are."), field="giver")
    taker = forms.key_of(given, "taker")
    return actions.offer_transfer(
        request.actor, giver_id=giver, lines=lines, taker_id=taker, reason=given.get("reason", "")
    )


@page(needs="supply.view")
def transfer(request: Request, transfer_id: int) -> HttpResponse:
    """One transfer: goods, price, tax, and who has agreed."""
    row, error = queries.transfer_row(request.actor, transfer_id), None
    if request.method == "POST":
        error = tried(request, partial(_step, request, row), "Saved.")
        if error is None:
            return redirect("supply:transfer", transfer_id=row.pk)
    return render(request, "supply/transfer.html", _shown(request.actor, row, error), status=409 if error else 200)


def _step(request: Request, row: Transfer) -> None:
    given, step, actor = request.POST, request.POST.get("step", ""), request.actor
    if step == "name":
        actions.name_taker(actor, transfer_id=row.pk, taker_id=forms.key_of(given, "taker") or 0)
    elif step == "agree":
        actions.agree_transfer(actor, transfer_id=row.pk)
    elif step == "consent":
        actions.consent_transfer(actor, transfer_id=row.pk, tax_note=given.get("tax_note", ""))
    elif step == "take":
        actions.take_over(actor, transfer_id=row.pk)
    elif step == "end":
        actions.end_transfer(actor, transfer_id=row.pk, reason=given.get("reason", ""))
    else:
        raise Refused(_("This step is over or not yet due for this transfer."), code="state")


def _shown(actor: Actor, row: Any, error: Refused | None) -> dict[str, Any]:
    ended = {"declined": _("declined"), "withdrawn": _("withdrawn")}.get(row.state, "")
    at = row.state
    if ended:
        at = "consented" if row.house_by else "agreed" if row.giver_by and row.taker_by else "on offer"
    sides = [side for side in ("giver", "taker") if actor.sees(getattr(row, f"{side}_id"))]
    whole, waits = actor.whole_network, row.state == "on offer"
    return {
        "t": row,
        "lines": list(queries.transfer_lines(actor, row)),
        "path": flow.path_of(STATIONS, at, stopped=ended),
        "events": timeline(row),
        "total": row.net + row.tax,
        "open": row.state in ("on offer", "agreed", "consented"),
        "may_name": waits and actor.can("supply.broker_transfer"),
        "others": [p for p in parties.parties(actor) if p.pk != row.giver_id][:500] if waits and whole else [],
        "may_agree": waits and row.taker_id and not whole and actor.can("supply.agree_transfer")
        and any(not getattr(row, f"{side}_by") for side in sides),
        "may_consent": row.state == "agreed" and whole and actor.can("supply.consent_transfer"),
        "may_take": row.state == "consented" and actor.sees(row.taker_id) and actor.can("supply.take_over"),
        "may_end": actor.can("supply.offer_transfer"),
        "own": same(actor, row.created_by),
        "error": error,
    }  # fmt: skip


def timeline(row: Transfer) -> list[flow.Event]:
    """All that happened to a transfer, the newest first."""
    found = [flow.Event(row.created_at, _("on offer"), row.created_by, row.reason, icon="send")]
    steps = (
        (row.giver_at, _("the giver agreed"), row.giver_by, "", "check"),
        (row.taker_at, _("the taker agreed"), row.taker_by, "", "check"),
        (row.house_at, _("head office consented"), row.house_by, row.tax_note, "scale"),
        (row.done_at, _("taken over, stock and sale posted"), row.done_by, "", "box"),
        (row.ended_at, _("ended"), row.ended_by, row.ended_why, "x"),
    )
    for at, said, who, detail, icon in steps:
        if at is not None:
            tone = "bad" if icon == "x" else ""
            found.append(flow.Event(at, said, who, detail, icon=icon, tone=tone))
    return sorted(found, key=lambda event: event.at, reverse=True)
