"""Differences, objections and spot counts: lists, and one of each."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.refusal import Refused
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries
from ..models import Difference, Objection, Sample
from .declaring import reasons_of
from .evidence import kept
from .selling import own_party

OLD = 14  # days after which an open difference is old
STATES = (("open", _("open")), ("explained", _("explained")), ("closed", _("closed")))
RULED = (("open", _("open")), ("upheld", _("upheld")), ("rejected", _("rejected")), ("withdrawn", _("withdrawn")))
SPOTS = (("unchecked", _("unchecked")), ("checked", _("checked")), ("annulled", _("annulled")))
ABOUT = {
    "difference": _("Difference"),
    "sample": _("Spot count"),
    "declaration": _("Declaration"),
    "sales": _("Reported sales"),
}
SIDES = {"distributor": _("Distributor"), "house": _("Head office")}


def age(row: Any, today: date) -> int:
    """Days since it was opened, or until it was closed."""
    return int(((row.closed_on or today) - row.opened_on).days)


def _differences(today: date, portal: bool, owners: list[str]) -> Table:
    whose = [
        Column(
            "party",
            _("Distributor"),
            lambda r: pick(r.party.name, r.party.name_en),
            sort="party__code",
            phone=False,
        )
    ]
    charge = [Column("owner", _("In charge"), lambda r: r.owner, sort="owner", phone=False)]
    return Table(
        "differences",
        [
            Column("product", _("Product"), lambda r: pick(r.product.name, r.product.name_en), sort="product__code", href=lambda r: reverse("channel:difference", args=[r.pk])),
            *([] if portal else whose),
            Column("lot", _("Lot"), lambda r: r.lot, sort="lot", phone=False),
            Column("period", _("Period"), lambda r: r.period, sort="period", phone=False),
            Column("quantity", _("Difference"), lambda r: r.quantity, "num", "quantity"),
            Column("worth", _("Worth"), lambda r: (r.value_minor, r.currency), "money", "value_minor", phone=False),
            Column("age", _("Age in days"), lambda r: age(r, today), "days", "opened_on"),
            *([] if portal else charge),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="age",  # by the day it was opened: the oldest first
        search=lambda rows, q: rows.filter(product__code__icontains=q) | rows.filter(product__name__icontains=q) | rows.filter(party__name__icontains=q) | rows.filter(party__code__icontains=q),
        filters=[
            Filter("state", _("State"), STATES, lambda rows, value: rows.filter(state=value)),
            Filter("owner", _("In charge"), [("none", _("nobody")), *((each, each) for each in owners)], lambda rows, value: rows.filter(owner="" if value == "none" else value)),
            Filter("sign", _("Difference"), [("minus", _("missing")), ("plus", _("too much"))], lambda rows, value: rows.filter(quantity__lt=0) if value == "minus" else rows.filter(quantity__gt=0)),
        ],
        views=[(_("Open"), "state=open"), (_("Explained, to close"), "state=explained")],
        bulk=[] if portal else [(_("Take charge"), "/channel/differences/")],
        empty=_("Nothing differs: every count is what it was calculated to be."),
    )  # fmt: skip


@page(needs="channel.view")
def differences(request: Request) -> HttpResponse:
    """What no reason explained, with who looks after it and how old it is. POST takes charge of those chosen."""
    actor, today = request.actor, timezone.localdate()
    portal = own_party(actor) is not None
    rows = queries.differences(actor)
    owners = sorted({each for each in rows.order_by().values_list("owner", flat=True).distinct() if each})
    table = _differences(today, portal, [] if portal else owners)
    if request.method == "POST":
        ids = [row.pk for row in table.chosen(request, rows)]
        count = actions.assign(actor, difference_ids=ids, owner=actor.name)
        messages.success(request, say("You look after %(count)s differences now.") % {"count": count})
        return redirect("channel:differences")
    still = [row for row in rows if row.state != "closed"]
    context = {
        "tab": "differences",
        "portal": portal,
        "open": len(still),
        "old": sum(age(row, today) > OLD for row in still),
        "old_days": OLD,
        "alone": sum(not row.owner for row in still),
        "worth": sum(abs(row.value_minor) for row in still),
        "currency": still[0].currency if still else "CNY",
    }
    return table.respond(request, rows, "channel/differences.html", context)


@page(needs="channel.view")
def difference(request: Request, difference_id: int) -> HttpResponse:
    """One difference: how it comes about, why it is there, whether it is closed."""
    actor, today = request.actor, timezone.localdate()
    row = queries.difference_row(actor, difference_id)
    error: Refused | None = None
    if request.method == "POST":
        try:
            return _decided(request, actor, row)
        except Refused as no:
            error = no
            row = queries.difference_row(actor, difference_id)
    line = queries.lines(actor, row.declaration).filter(product=row.product_id, lot=row.lot).first()
    reasons = reasons_of(row.declaration)
    context = {
        "row": row,
        "line": line,
        "f": queries.figures(line) if line else None,
        "age": age(row, today),
        "old": age(row, today) > OLD and row.state != "closed",
        "reasons": reasons,
        "reason": {code: name for code, name, _sign in reasons}.get(row.reason, row.reason),
        "objections": queries.objections_about(actor, "difference", row.pk),
        "may_explain": row.state != "closed" and actor.can("channel.explain"),
        "may_close": row.state != "closed" and actor.can("channel.accept"),
        "may_object": row.state != "closed" and actor.can("channel.object"),
        "portal": own_party(actor) is not None,
        "error": error,
    }
    return render(request, "channel/difference.html", context, status=409 if error else 200)


def _decided(request: Request, actor: Actor, row: Difference) -> HttpResponse:
    given = request.POST
    if given.get("what") == "close":
        actions.close(actor, difference_id=row.pk, excused=given.get("excused") == "1", text=given.get("text", ""))
    elif given.get("what") == "mine":
        actions.assign(actor, difference_ids=[row.pk], owner=actor.name)
    else:
        file_id = kept(request, actor, row.party_id)
        actions.explain(
            actor, difference_id=row.pk, reason=given.get("reason", ""), text=given.get("text", ""), file_id=file_id
        )
    messages.success(request, say("Saved."))
    return redirect("channel:difference", difference_id=row.pk)


def _objections(today: date, portal: bool) -> Table:
    whose = [Column("party", _("Distributor"), lambda r: pick(r.party.name, r.party.name_en), sort="party__code")]
    return Table(
        "objections",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: reverse("channel:objection", args=[r.pk])),
            *([] if portal else whose),
            Column("about", _("About"), lambda r: ABOUT[r.about], sort="about", phone=False),
            Column("subject", _("Subject"), lambda r: r.subject, sort="subject", phone=False),
            Column("side", _("Opened by"), lambda r: SIDES[r.side], sort="side", phone=False),
            Column("due", _("Answer by"), lambda r: r.due_on if r.state == "open" else None, "date", "due_on"),
            Column("late", _("Days late"), lambda r: max(0, (today - r.due_on).days) or None if r.state == "open" else None, "days", phone=False),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(number__icontains=q) | rows.filter(subject__icontains=q) | rows.filter(party__name__icontains=q),
        filters=[
            Filter("state", _("State"), RULED, lambda rows, value: rows.filter(state=value)),
            Filter("about", _("About"), list(ABOUT.items()), lambda rows, value: rows.filter(about=value)),
        ],
        views=[(_("Open"), "state=open")],
        empty=_("Nobody objects to anything. An objection is opened from a difference, a spot count or a declaration."),
    )  # fmt: skip


@page(needs="channel.view")
def objections(request: Request) -> HttpResponse:
    """Objections of either side."""
    actor, today = request.actor, timezone.localdate()
    portal = own_party(actor) is not None
    context = {"tab": "objections", "portal": portal}
    return _objections(today, portal).respond(
        request, queries.objections(actor), "channel/objections.html", context
    )


@page(needs="channel.object")
def new_objection(request: Request) -> HttpResponse:
    """Object to a difference, a spot count or a declaration (?about=difference&id=7), or to reported sales."""
    actor = request.actor
    about = request.GET.get("about", request.POST.get("about", "sales"))
    about = about if about in ABOUT else "sales"
    given = request.GET.get("id", request.POST.get("id", ""))
    thing = queries.about_row(actor, about, int(given) if given.isdecimal() else 0) if about != "sales" else None
    own = own_party(actor)
    chosen = request.POST.get("party", "")
    party_id = thing.party_id if thing else own if own is not None else int(chosen) if chosen.isdecimal() else None
    error: Refused | None = None
    if request.method == "POST":
        try:
            party = parties.party(actor, party_id or 0)
            made = actions.object_to(
                actor, party_id=party.pk, about=about, about_id=thing.pk if thing else None,  # type: ignore[arg-type]
                text=request.POST.get("text", ""), subject=request.POST.get("subject", ""),
                file_id=kept(request, actor, party.pk),
            )  # fmt: skip
            return redirect("channel:objection", objection_id=made)
        except Refused as no:
            error = no
    context = {
        "about": about,
        "about_name": ABOUT[about],
        "thing": thing,
        "id": given,
        "distributors": [] if thing or own is not None else parties.parties(actor),
        "text": request.POST.get("text", ""),
        "subject": request.POST.get("subject", request.GET.get("subject", "")),
        "portal": own is not None,
        "error": error,
    }
    return render(request, "channel/new_objection.html", context, status=409 if error else 200)


@page(needs="channel.view")
def objection(request: Request, objection_id: int) -> HttpResponse:
    """One objection: what both sides said, the ruling."""
    actor, today = request.actor, timezone.localdate()
    row = queries.objection_row(actor, objection_id)
    error: Refused | None = None
    if request.method == "POST":
        try:
            return _answered(request, actor, row)
        except Refused as no:
            error = no
            row = queries.objection_row(actor, objection_id)
    side = "distributor" if actor.role in PORTAL else "house"
    context = {
        "row": row,
        "about": ABOUT[row.about],
        "side": SIDES[row.side],
        "back": _about(row),
        "said": [(SIDES[each.side], each.side, each) for each in queries.messages(actor, row)],
        "late": max(0, (today - row.due_on).days) if row.state == "open" else 0,
        "may_say": row.state == "open" and actor.can("channel.object"),
        "may_withdraw": row.state == "open" and row.side == side and actor.can("channel.object"),
        "may_rule": row.state == "open" and row.opened_by != actor.name and actor.can("channel.rule"),
        "portal": own_party(actor) is not None,
        "error": error,
    }
    return render(request, "channel/objection.html", context, status=409 if error else 200)


def _about(row: Objection) -> str:
    """The page of what an objection is about."""
    return reverse(f"channel:{row.about}", args=[row.about_id]) if row.about_id else ""


def _answered(request: Request, actor: Actor, row: Objection) -> HttpResponse:
    given = request.POST
    if given.get("what") == "rule":
        verdict = "upheld" if given.get("verdict") == "upheld" else "rejected"
        actions.rule(actor, objection_id=row.pk, verdict=verdict, answer=given.get("answer", ""))
    elif given.get("what") == "withdraw":
        actions.withdraw(actor, objection_id=row.pk)
    else:
        file_id = kept(request, actor, row.party_id)
        actions.say(actor, objection_id=row.pk, text=given.get("text", ""), file_id=file_id)
    return redirect("channel:objection", objection_id=row.pk)


def _samples(today: date, portal: bool) -> Table:
    whose = [Column("party", _("Distributor"), lambda r: pick(r.party.name, r.party.name_en), sort="party__code")]
    return Table(
        "samples",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: reverse("channel:sample", args=[r.pk])),
            *([] if portal else whose),
            Column("period", _("Period"), lambda r: r.declaration.period, sort="declaration__period", phone=False),
            Column("things", _("Products"), lambda r: r.things, "num", "things"),
            Column("duty", _("Counted by"), lambda r: r.duty or say("the distributor"), sort="duty", phone=False),
            Column("due", _("Due on"), lambda r: r.due_on, "date", "due_on"),
            Column("late", _("Days late"), lambda r: max(0, (today - r.due_on).days) or None if r.state == "unchecked" else None, "days", phone=False),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(number__icontains=q) | rows.filter(party__name__icontains=q) | rows.filter(party__code__icontains=q),
        filters=[Filter("state", _("State"), SPOTS, lambda rows, value: rows.filter(state=value))],
        views=[(_("To count"), "state=unchecked")],
        empty=_("No spot count yet. It is drawn from a declaration that was handed in: open one and draw."),
    )  # fmt: skip


@page(needs="channel.view")
def samples(request: Request) -> HttpResponse:
    """Spot counts: what was drawn, by whom it is counted, what came out."""
    actor, today = request.actor, timezone.localdate()
    portal = own_party(actor) is not None
    context = {"tab": "samples", "portal": portal}
    return _samples(today, portal).respond(request, queries.samples(actor), "channel/samples.html", context)


@page(needs="channel.view")
def sample(request: Request, sample_id: int) -> HttpResponse:
    """One spot count: the form that is counted with, or what was found beside what had to be there."""
    actor = request.actor
    row = queries.sample_row(actor, sample_id)
    error: Refused | None = None
    if request.method == "POST":
        try:
            return _counted(request, actor, row)
        except Refused as no:
            error = no
            row = queries.sample_row(actor, sample_id)
    held = list(queries.sample_lines(actor, row))
    own = own_party(actor) is not None
    lines = [(line, queries.expected(line), queries.off(line)) for line in held]
    worth = sum(queries.expected(line) * line.unit_minor for line in held)
    wrong = sum(abs(queries.off(line) or 0) * line.unit_minor for line in held)
    context = {
        "row": row,
        "lines": lines,
        "worth": worth,
        "wrong": wrong,
        "share": wrong / worth if worth and row.state == "checked" else None,
        "currency": row.party.currency,
        "may_count": row.state == "unchecked" and actor.can("channel.count") and not (own and row.duty),
        "may_object": row.state == "checked" and actor.can("channel.object"),
        "objections": queries.objections_about(actor, "sample", row.pk),
        "today": timezone.localdate(),
        "portal": own,
        "error": error,
    }
    return render(request, "channel/sample.html", context, status=409 if error else 200)


def _counted(request: Request, actor: Actor, row: Sample) -> HttpResponse:
    """Write down what was counted; a line left empty waits."""
    found = []
    for line in queries.sample_lines(actor, row):
        text = request.POST.get(f"counted-{line.pk}", "").strip().replace(",", "")
        if not text:
            continue
        if not text.isdecimal():
            raise Refused(_("%(code)s: write a whole number.") % {"code": line.product.code}, field="counted")
        file_id = kept(request, actor, row.party_id, f"file-{line.pk}")
        found.append(actions.SpotIn(line.pk, int(text), file_id, request.POST.get(f"note-{line.pk}", "")))
    missing = actions.count(actor, sample_id=row.pk, counts=found, note=request.POST.get("note", ""))
    if missing:
        messages.success(request, say("Kept; %(count)s products are still to be counted.") % {"count": missing})
    else:
        messages.success(request, say("The spot count is complete."))
    return redirect("channel:sample", sample_id=row.pk)
