"""Declarations: the board of who has sent, one declaration with its form, the papers behind a figure."""

from collections import Counter
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar as house_calendar
from gongying.core.actor import Actor
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import flow, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries
from ..models import Declaration
from .selling import code_of, own_party, product_choices

STATES = (
    ("undeclared", _("undeclared")),
    ("late", _("late")),
    ("due", _("due")),
    ("draft", _("draft")),
    ("returned", _("returned")),
    ("submitted", _("submitted")),
    ("accepted", _("accepted")),
)
SHOWN = dict(STATES)
STATIONS = (("draft", _("Count")), ("submitted", _("Handed in")), ("accepted", _("Accepted")))


def reasons_of(row: Any) -> list[tuple[str, str, int]]:
    """(code, name, sign) of the reasons that may be given for a distributor's adjustment."""
    calendar = queries.calendar_of(row.party_id, row.end)
    return [(each.code, pick(each.name, each.name_en), each.sign) for each in calendar.reasons]


def _board(periods: list[str]) -> Table:
    def opened(asked: queries.Asked) -> str:
        row = asked.declaration
        return reverse("channel:declaration", args=[row.pk]) if row else ""

    return Table(
        "declarations",
        [
            Column("code", _("Code"), lambda a: a.party.code, sort=lambda a: a.party.code, phone=False),
            Column("name", _("Distributor"), lambda a: pick(a.party.name, a.party.name_en), sort=lambda a: a.party.code, href=lambda a: links.to("party", a.pk)),
            Column("region", _("Region"), lambda a: pick(a.party.region.name, a.party.region.name_en) if a.party.region else "", sort=lambda a: a.party.region.code if a.party.region else "", phone=False),
            Column("period", _("Period"), lambda a: a.span.code, sort=lambda a: a.span.code, phone=False),
            Column("due", _("Due on"), lambda a: a.due_on, "date", lambda a: a.due_on, phone=False),
            Column("sent", _("Handed in on"), lambda a: a.declaration.submitted_on if a.declaration else None, "date", lambda a: a.declaration.submitted_on if a.declaration else None, phone=False),
            Column("late", _("Days late"), lambda a: a.late_days or None, "days", lambda a: a.late_days),
            Column("number", _("Declaration"), lambda a: a.declaration.number if a.declaration else "", href=opened, phone=False),
            Column("state", _("State"), lambda a: a.state, "state", lambda a: [code for code, _name in STATES].index(a.state), href=opened),
        ],
        sort="state",
        search=lambda rows, q: [a for a in rows if q.lower() in f"{a.party.code} {a.party.name} {a.party.name_en} {a.party.initials}".lower()],
        filters=[
            Filter("period", _("Period"), [(each, each) for each in periods], lambda rows, value: rows),
            Filter("state", _("State"), STATES, lambda rows, value: [a for a in rows if a.state == value]),
            Filter("late", _("Days late"), [("yes", _("late"))], lambda rows, value: [a for a in rows if a.late_days]),
        ],
        views=[(_("Not sent"), "state=undeclared"), (_("To look at"), "state=submitted")],
        bulk=[(_("Remind"), "/channel/")],
        empty=_("Nobody has to declare stock yet: whoever buys or has counted is asked at the end of the period."),
    )  # fmt: skip


@page(needs="channel.view")
def board(request: Request) -> HttpResponse:
    """Who has declared his stock and who has not; a distributor's people see their own. POST reminds those chosen."""
    actor, today = request.actor, timezone.localdate()
    if own_party(actor) is not None:
        return redirect("channel:mine")
    period = request.GET.get("period", "")
    rows = queries.board(actor, today, period)
    table = _board(queries.periods(rows, today))
    if request.method == "POST":
        chosen = [each.pk for each in table.chosen(request, queries.board(actor, today))]
        told = actions.remind(actor, party_ids=chosen)
        messages.success(request, say("%(count)s distributors were reminded.") % {"count": told})
        return redirect("channel:board")
    counts = Counter(each.state for each in rows)
    sent = sum(counts[state] for state in ("submitted", "accepted", "returned"))
    in_time = sum(each.late_days == 0 for each in rows if each.state in ("submitted", "accepted", "returned"))
    context = {
        "tab": "board",
        "sent": sent,
        "of": len(rows),
        "share": Decimal(sent) / len(rows) if rows else None,
        "in_time": in_time,
        "missing": counts["undeclared"] + counts["late"],
        "to_judge": counts["submitted"],
        "waiting": queries.waiting(actor, today),
        "periods": sorted({each.span.code for each in rows}),
        "due": max((each.due_on for each in rows), default=None),
        "unsent": [each for each in rows if each.declaration is None] if actor.can("channel.declare") else [],
    }
    return table.respond(request, rows, "channel/board.html", context)


def _path(row: Declaration) -> list[flow.Step]:
    """Where a declaration stands; handed back it stands at the count again, for that reason."""
    if row.state == "returned":
        return flow.path_of(STATIONS, "draft", stopped=say("handed back"))
    return flow.path_of(STATIONS, row.state)


def _events(row: Declaration) -> list[flow.Event]:
    """What happened to a declaration, the newest first."""
    found = [flow.Event(row.created_at, say("The count was begun."), row.created_by, icon="edit")]
    if row.submitted_at:
        found.append(
            flow.Event(row.submitted_at, say("The declaration was handed in."), row.submitted_by, icon="up")
        )
    if row.decided_at and row.state == "returned":
        found.append(
            flow.Event(
                row.decided_at,
                say("Handed back to be corrected."),
                row.decided_by,
                row.answer,
                icon="undo",
                tone="warn",
            )
        )
    elif row.decided_at:
        found.append(flow.Event(row.decided_at, say("The declaration was accepted."), row.decided_by, tone="good"))
    return found[::-1]


@page(needs="channel.view")
def declaration(request: Request, declaration_id: int) -> HttpResponse:
    """One declaration: the form that is counted with, or what was handed in beside what was calculated."""
    actor = request.actor
    row = queries.declaration_row(actor, declaration_id)
    error: Refused | None = None
    if request.method == "POST":
        try:
            return _done(request, actor, row)
        except Refused as no:
            error = no
            row = queries.declaration_row(actor, declaration_id)
    held = list(queries.lines(actor, row))
    lines = [(line, queries.figures(line), queries.changes(line)) for line in held]
    reasons = reasons_of(row)
    editable = row.state in ("draft", "returned") and actor.can("channel.declare")
    counted = sum(line.counted is not None for line in held)
    context = {
        "row": row,
        "party": row.party,
        "path": _path(row),
        "events": _events(row),
        "lines": lines,
        "sum": queries.summed("", "", held),
        "counted": counted,
        "uncounted": len(held) - counted,
        "reasons": reasons,
        "reason_names": {code: name for code, name, _sign in reasons},
        "editable": editable,
        "may_judge": row.state == "submitted" and actor.can("channel.accept"),
        "may_draw": row.state in queries.HANDED_IN and actor.can("channel.sample"),
        "differences": queries.differences(actor).filter(declaration=row),
        "samples": queries.samples(actor).filter(declaration=row),
        "objections": queries.objections_about(actor, "declaration", row.pk),
        "products": product_choices() if editable else [],
        "late": max(0, ((row.submitted_on or timezone.localdate()) - row.due_on).days),
        "portal": own_party(actor) is not None,
        "error": error,
    }
    return render(request, "channel/declaration.html", context, status=409 if error else 200)


def _done(request: Request, actor: Actor, row: Declaration) -> HttpResponse:
    """Do what the form asks; what was typed is kept first, also when the books are read again or a product is added."""
    given, here = request.POST, redirect("channel:declaration", declaration_id=row.pk)
    what = given.get("what", "save")
    if what == "accept":
        actions.accept(actor, declaration_id=row.pk)
        messages.success(request, say("Accepted."))
    elif what == "return":
        actions.hand_back(actor, declaration_id=row.pk, reason=given.get("reason", ""))
    elif what == "draw":
        size = given.get("size", "5")
        made = actions.draw(
            actor, declaration_id=row.pk, size=int(size) if size.isdecimal() else 5, duty=given.get("duty", "")
        )
        return redirect("channel:sample", sample_id=made)
    else:
        actions.fill(actor, declaration_id=row.pk, counts=_typed(request, actor, row), note=given.get("note", ""))
        if what == "recount":
            day = house_calendar.typed(given.get("counted_on", ""))
            actions.recount(actor, declaration_id=row.pk, counted_on=day)
        if what != "submit":
            messages.success(request, say("Kept; nothing is handed in yet."))
            return here
        done = actions.submit(actor, declaration_id=row.pk)
        if done.differences:
            said = {"count": done.differences}
            messages.success(request, say("Handed in. %(count)s lines differ: say why below.") % said)
        else:
            messages.success(request, say("Handed in: everything is accounted for."))
    return here


def _typed(request: Request, actor: Actor, row: Declaration) -> list[actions.CountedIn]:
    """What was typed, line by line; a line whose count is empty is not counted."""
    given, found = request.POST, []
    for line in queries.lines(actor, row):
        if f"counted-{line.pk}" not in given:
            continue
        changes = [
            actions.AdjustmentIn(reason, _whole(quantity, line.product.code), text)
            for reason, quantity, text in zip(
                given.getlist(f"reason-{line.pk}"), given.getlist(f"units-{line.pk}"), given.getlist(f"text-{line.pk}"),
                strict=False,
            )
            if quantity.strip()
        ]  # fmt: skip
        text = given.get(f"counted-{line.pk}", "").strip()
        counted = _whole(text, line.product.code) if text else None
        found.append(actions.CountedIn(line.product.code, counted, line.lot, changes))
    if given.get("new-product", "").strip():
        code = code_of(given["new-product"], product_choices())
        text = given.get("new-counted", "").strip()
        found.append(actions.CountedIn(code, _whole(text, code) if text else None, given.get("new-lot", "")))
    return found


def _whole(text: str, code: str) -> int:
    try:
        return int(text.strip().replace(",", ""))
    except ValueError as fault:
        raise Refused(_("%(code)s: write a whole number.") % {"code": code}, field="counted") from fault


PAPERS = {
    "count": _("stock count"),
    "opening": _("opening balance"),
    "receipt": _("goods received"),
    "in": _("goods received"),
    "out": _("goods given away"),
    "issue": _("goods given away"),
    "adjust": _("correction of stock"),
    "reversal": _("reversal"),
    "sell_in": _("invoice to him"),
    "sell_out": _("Sell-out"),
    "sell_through": _("Sell-through"),
}


@page(needs="channel.view")
def papers(request: Request, declaration_id: int) -> HttpResponse:
    """The documents behind opening, received and sold of one line (?line=; the first line when none is named)."""
    actor = request.actor
    row = queries.declaration_row(actor, declaration_id)
    held = list(queries.lines(actor, row))
    wanted = request.GET.get("line", "")
    line = next((each for each in held if str(each.pk) == wanted), held[0] if held and not wanted else None)
    if line is None and (wanted or held):
        raise Missing("no such line")
    found = queries.papers(actor, line) if line else []
    groups = [
        (name, [(PAPERS.get(p.kind, p.kind), p) for p in found if p.figure == code], getattr(line, code, 0))
        for code, name in (("opening", _("Opening")), ("received", _("Came in")), ("sold", _("Sold")))
    ]
    names = {code: name for code, name, _sign in reasons_of(row)}
    context = {
        "row": row,
        "line": line,
        "f": queries.figures(line) if line else None,
        "changes": [(names.get(each.reason, each.reason), each) for each in queries.changes(line)] if line else [],
        "groups": groups,
    }
    panel = request.headers.get("X-Panel") == "1"
    return render(request, "channel/_papers.html" if panel else "channel/papers.html", context)


BY = (("product", _("Product")), ("lot", _("Lot")), ("party", _("Distributor")), ("place", _("Place")))


def _compared(periods: list[str], label: Any) -> Table:
    return Table(
        "compared",
        [
            Column("key", _("Code"), lambda s: s.key, sort=lambda s: s.key, phone=False),
            Column("name", label, lambda s: s.name, sort=lambda s: s.key),
            Column("opening", _("Opening"), lambda s: s.opening, "num", lambda s: s.opening, phone=False),
            Column("received", _("Came in"), lambda s: s.received, "num", lambda s: s.received, phone=False),
            Column("sold", _("Sold"), lambda s: s.sold, "num", lambda s: s.sold, phone=False),
            Column("adjusted", _("Adjusted"), lambda s: s.adjusted, "num", lambda s: s.adjusted, phone=False),
            Column("calculated", _("Calculated"), lambda s: s.calculated, "num", lambda s: s.calculated),
            Column("counted", _("On the shelf"), lambda s: s.counted, "num", lambda s: s.counted),
            Column("missing", _("Missing"), lambda s: -s.missing or None, "num", lambda s: s.missing, phone=False),
            Column("surplus", _("Too much"), lambda s: s.surplus or None, "num", lambda s: s.surplus, phone=False),
            Column("share", _("Differs"), lambda s: s.share, "percent", lambda s: s.share),
            Column("worth", _("Worth of the differences"), lambda s: (s.worth_minor, s.currency), "money", lambda s: s.worth_minor, phone=False),
            Column("lines", _("Lines"), lambda s: s.lines, "num", lambda s: s.lines, phone=False),
        ],
        sort="-share",
        search=lambda rows, q: [s for s in rows if q.lower() in f"{s.key} {s.name}".lower()],
        filters=[
            Filter("period", _("Period"), [(each, each) for each in periods], lambda rows, value: rows),
            Filter("by", _("By"), BY, lambda rows, value: rows),
        ],
        empty=_("No declaration of this period was handed in yet."),
    )  # fmt: skip


@page(needs="channel.compare")
def compare(request: Request) -> HttpResponse:
    """What was counted beside what was calculated, by product, lot, place or distributor."""
    actor = request.actor
    periods = queries.compared_periods(actor)
    asked = request.GET.get("period", "")
    period = asked if asked in periods else next(iter(periods), "")
    by = request.GET.get("by", "product")
    by = by if by in dict(BY) else "product"
    rows = queries.compared(actor, period, by) if period else []
    context = {
        "tab": "compare",
        "period": period,
        "by": by,
        "grains": [(code, name, by == code) for code, name in BY],
        "calculated": sum(each.calculated for each in rows),
        "counted": sum(each.counted for each in rows),
        "missing": sum(each.missing for each in rows),
        "surplus": sum(each.surplus for each in rows),
    }
    return _compared(periods, dict(BY)[by]).respond(request, rows, "channel/compare.html", context)


@page(needs="channel.view")
def mine(request: Request) -> HttpResponse:
    """A distributor's own desk: what he has to declare, his sales, his trust grade; POST begins a declaration. Head office
    is shown the board, and begins one for a distributor that is named."""
    actor, today = request.actor, timezone.localdate()
    own = own_party(actor)
    if request.method == "POST":
        given = request.POST.get("party", "")
        party_id = own if own is not None else int(given) if given.isdecimal() else 0
        made = actions.open_declaration(actor, party_id=party_id, period=request.POST.get("period", ""))
        return redirect("channel:declaration", declaration_id=made)
    if own is None:
        return redirect("channel:board")
    party = parties.party(actor, own)
    asked = queries.asked_of(actor, own, today)
    first = house_calendar.month_of(today)
    sold = queries.sales(actor, "sell_out", first.start, first.end)
    grade = queries.trust(actor, party_id=own, on=today)
    context = {
        "party": party,
        "asked": asked,
        "now": next((each for each in asked if each.state not in ("submitted", "accepted")), None),
        "sales": sold[:6],
        "lines": sold.count(),
        "month": first.code,
        "trust": grade,
        "samples": queries.samples(actor).filter(state="unchecked", duty=""),
        "differences": queries.differences(actor).filter(state="open"),
        "objections": queries.objections(actor).filter(state="open"),
    }
    return render(request, "channel/mine.html", context)
