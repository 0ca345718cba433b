"""Differences: the board with owner and age, and one difference with its lines, its messages and what may be done."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.refusal import Refused
from gongying.core.ui import flow, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label, money

from .. import actions, queries
from ..models import Difference
from ..rules import ACCOUNTS, KIND_WORDS, REASON_WORDS, TURNS, next_step
from .events import event
from .files import evidence

CARDS = 12  # on a lane of the board
LANES: dict[str, Any] = {
    "house": _("Waiting for head office"),
    "party": _("Waiting for the distributor"),
    "agreed": _("Agreed, correction to come"),
    "": _("In transit, time will tell"),
}


def _standing(row: Difference) -> str:
    """The word of its badge."""
    return "under way" if row.state == "open" and row.reason == "transit" else row.state


def _in_state(rows: Any, value: str) -> Any:
    if value == "live":
        return rows.exclude(state="closed")
    return rows.filter(state=value)


def _older(rows: Any, value: str, today: date) -> Any:
    return rows.filter(day__lte=date.fromordinal(today.toordinal() - int(value)))


def _of_house(names: dict[str, str]) -> tuple[list[Column], list[Column], list[Filter]]:
    """What head office sees beside the rest: whose difference it is, who takes care of it, and the filter by him."""
    party = Column(
        "party",
        _("Distributor"),
        lambda d: label(d.party),
        sort="party__name",
        href=lambda d: links.to("account_difference", d.pk),
    )
    owner = Column("owner", _("Owner"), lambda d: names.get(d.owner, d.owner), sort="owner", phone=False)
    nobody = ("none", _("nobody yet"))
    by_owner = Filter(
        "owner", _("Owner"), [nobody, *names.items()], lambda rows, v: rows.filter(owner="" if v == "none" else v)
    )
    return [party], [owner], [by_owner]  # fmt: skip


def _table(actor: Actor, today: date) -> Table:
    portal = actor.role in PORTAL
    party, owner, owners = ([], [], []) if portal else _of_house(dict(queries.owners(actor)))
    return Table(
        "account_differences",
        [
            *party,
            Column("number", _("Document"), lambda d: d.number or say("without a number"), sort="number", href=lambda d: links.to("account_difference", d.pk), phone=portal),
            Column("kind", _("What differs"), lambda d: KIND_WORDS[d.kind], sort="kind", phone=False),
            Column("reason", _("Why"), lambda d: REASON_WORDS.get(d.reason, d.reason), sort="reason", phone=False),
            Column("amount", _("Ours less theirs"), lambda d: (d.amount_minor, d.currency), "money", "amount_minor"),
            Column("age", _("Days"), lambda d: (today - d.day).days, "days", "day"),
            *owner,
            Column("turn", _("Whose turn"), lambda d: "" if d.state == "closed" else TURNS[d.turn], sort="turn", phone=False),
            Column("due", _("Due by"), lambda d: d.due_on, "date", "due_on", phone=False),
            Column("state", _("State"), _standing, "state", "state", phone=False),
        ],
        sort="age",
        search=lambda rows, q: rows.filter(
            Q(number__icontains=q) | Q(party__code__icontains=q) | Q(party__name__icontains=q)
            | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q) | Q(statement__number__icontains=q)
        ),
        filters=[
            Filter("state", _("State"), [("live", _("not closed")), ("open", _("open")), ("agreed", _("agreed")), ("closed", _("closed"))], _in_state),
            Filter("turn", _("Whose turn"), [("house", TURNS["house"]), ("party", TURNS["party"]), ("time", TURNS[""])], lambda rows, v: rows.filter(turn="" if v == "time" else v).exclude(state="closed")),
            Filter("kind", _("What differs"), list(KIND_WORDS.items()), lambda rows, v: rows.filter(kind=v)),
            Filter("age", _("Older than"), [("7", _("7 days")), ("30", _("30 days")), ("90", _("90 days"))], lambda rows, v: _older(rows, v, today)),
            *owners,
        ],
        views=[(_("Not closed"), "state=live"), (_("Our turn") if not portal else _("Your turn"), f"turn={'party' if portal else 'house'}"), (_("Older than 30 days"), "age=30&state=live")],
        bulk=() if portal or not actor.can("reconciliation.work") else ((_("I take care of these"), "/reconciliation/differences/take/"),),
        empty=_("No difference: both ledgers agree, or nobody has answered yet."),
    )  # fmt: skip


@page(needs="reconciliation.view")
def differences(request: Request) -> HttpResponse:
    """All differences in scope; as a table, or on a board by whose turn it is."""
    actor, today = request.actor, timezone.localdate()
    rows = queries.differences(actor)
    live = rows.exclude(state="closed")
    context = {
        "sums": queries.summed(live),
        "tiles": _tiles(live, today, portal=actor.role in PORTAL),
        "board": request.GET.get("shape") == "board",
        "lanes": [_lane(live, lane, today) for lane in LANES] if request.GET.get("shape") == "board" else [],
        "portal": actor.role in PORTAL,
    }
    return _table(actor, today).respond(request, rows, "reconciliation/differences.html", context)


def _tiles(live: Any, today: date, *, portal: bool) -> list[tuple[str, Any, int, str]]:
    """(query, words, how many, tone)."""
    plain = live.order_by()
    old = _older(plain, "30", today).count()
    mine = "party" if portal else "house"
    return [
        ("state=live", _("Not closed"), plain.count(), ""),
        (f"turn={mine}", _("Your turn") if portal else _("Our turn"), plain.filter(turn=mine).count(), ""),
        ("state=agreed", _("Agreed"), plain.filter(state="agreed").count(), ""),
        ("age=30&state=live", _("Older than 30 days"), old, "neg" if old else ""),
    ]


def _lane(live: Any, lane: str, today: date) -> flow.Lane:
    rows = live.filter(state="agreed") if lane == "agreed" else live.filter(state="open", turn=lane)
    href = "?state=agreed" if lane == "agreed" else f"?state=open&turn={lane or 'time'}"
    title = LANES[lane]
    cards = [
        flow.BoardCard(
            each.number or say("without a number"),
            links.to("account_difference", each.pk),
            f"{label(each.party)} · {KIND_WORDS[each.kind]} · {say('%(count)s days') % {'count': (today - each.day).days}}",
            money(each.amount_minor, each.currency),
            "bad" if each.due_on and each.due_on < today else "warn" if (today - each.day).days > 30 else "",
        )
        for each in rows[:CARDS]
    ]
    sums = " · ".join(money(amount, currency) for currency, amount in queries.summed(rows).items())
    return flow.Lane(title, rows.count(), href, cards, sums)


@require_POST
@page(needs="reconciliation.work")
def take(request: Request) -> HttpResponse:
    """Whoever chose them takes care of the differences."""
    actor = request.actor
    rows = queries.differences(actor)
    ids = [row.pk for row in _table(actor, timezone.localdate()).chosen(request, rows)]
    try:
        taken = sum(
            actions.assign(actor, difference_ids=ids[at : at + 200], owner=actor.name)
            for at in range(0, len(ids), 200)
        )
        messages.success(request, say("%(count)s differences are yours now.") % {"count": taken})
    except Refused as no:
        messages.error(request, str(no))
    return redirect("reconciliation:differences")


@page(needs="reconciliation.view")
def difference(request: Request, difference_id: int) -> HttpResponse:
    """One difference: both sides, the messages, and what this reader may do about it."""
    actor = request.actor
    row = queries.difference_row(actor, difference_id)
    error = None
    if request.method == "POST":
        try:
            _done(request, actor, row)
            return redirect("reconciliation:difference", difference_id=row.pk)
        except Refused as no:
            error = no
    context = _context(actor, row) | {"error": error, "text": request.POST.get("text", "")}
    return render(request, "reconciliation/difference.html", context, status=409 if error else 200)


def _done(request: Request, actor: Actor, row: Difference) -> None:
    what, text = request.POST.get("what", ""), request.POST.get("text", "")
    verbs: dict[str, Callable[[], Any]] = {
        "assign": lambda: actions.assign(
            actor,
            difference_ids=[row.pk],
            owner=request.POST.get("owner", ""),
            next_step=request.POST.get("next_step", ""),
            due_on=calendar.typed(request.POST.get("due_on", "")),
        ),
        "agree": lambda: actions.agree(
            actor, difference_id=row.pk, corrects=request.POST.get("corrects", ""), text=text
        ),
        "concede": lambda: actions.concede(actor, difference_id=row.pk, text=text),
        "accept": lambda: actions.accept(actor, difference_id=row.pk),
        "apart": lambda: actions.tell_apart(actor, difference_id=row.pk),
        "waive": lambda: actions.waive(actor, difference_id=row.pk, reason=text),
        "withdraw": lambda: actions.withdraw(actor, difference_id=row.pk, reason=text),
        "match": lambda: actions.match(actor, soa_id=row.statement_id),
    }
    if what in verbs:
        verbs[what]()
    else:
        actions.say(actor, difference_id=row.pk, text=text, file_id=evidence(request, actor, row.party_id))


def _context(actor: Actor, row: Difference) -> dict[str, Any]:
    today, portal = timezone.localdate(), actor.role in PORTAL
    entries = list(
        queries.entries(actor).filter(difference=row).select_related("statement", "match").order_by("day", "id")
    )
    names = {} if portal else dict(queries.owners(actor))
    live = row.state != "closed"
    notes = queries.said(actor, row).select_related("difference")
    work = live and actor.can("reconciliation.work")
    return {
        "d": row,
        "portal": portal,
        "state": _standing(row),
        "kind": KIND_WORDS[row.kind],
        "reason": REASON_WORDS.get(row.reason, row.reason),
        "account": ACCOUNTS[row.account],
        "turn": TURNS[row.turn],
        "age": (today - row.day).days,
        "late": bool(live and row.due_on and row.due_on < today),
        "owner": names.get(row.owner, row.owner),
        "owners": queries.owners(actor) if work else [],
        "step": row.next_step or next_step(row.kind, row.reason),
        "ours": [each for each in entries if each.side == "ours"],
        "theirs": [each for each in entries if each.side == "theirs"],
        "notes": [(event(each, portal=portal, link=False), each) for each in notes.order_by("-id")],
        "live": live,
        "proposed": live and row.kind == "proposed",
        "may_say": actor.can("reconciliation.say"),
        "may_work": work,
        "may_match": live and actor.can("reconciliation.match"),
        "may_waive": live and actor.can("reconciliation.waive"),
        "may_answer": live and portal and actor.can("reconciliation.answer"),
        "from_file": queries.is_covered(row) or any(each.ledger_id for each in entries),
    }
