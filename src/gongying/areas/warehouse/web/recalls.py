"""Recalls: opened on lots, traced to every holder, answered by each distributor."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.books.goods import read as goods
from gongying.core.refusal import Refused
from gongying.core.ui.flow import Event
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries
from ..models import Recall, RecallNotice
from ..rules import SEVERITIES
from . import typed
from .shelves import name_of

STATES = ("open", "closed")
NOTICE_STATES = ("sent", "acknowledged", "answered")


def _titled(recall: Recall) -> str:
    return pick(recall.title, recall.title_en)


RECALLS = Table(
    "recalls",
    [
        Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: f"/warehouse/recalls/{r.pk}/"),
        Column("title", _("What is wrong"), _titled, phone=False),
        Column("product", _("Product"), lambda r: f"{r.product.code} {name_of(r.product)}", sort="product__code", phone=False),
        Column("severity", _("Severity"), lambda r: str(dict(SEVERITIES).get(r.severity, r.severity)), sort="severity"),
        Column("opened", _("Opened"), lambda r: r.opened_at, "time", "opened_at", phone=False),
        Column("answered", _("Answered"), lambda r: r.answered / r.told if r.told else None, "bar"),
        Column("accounted", _("Accounted for"), lambda r: r.accounted / r.received if r.received else None, "bar", phone=False),
        Column("state", _("State"), lambda r: r.state, "state", "state"),
    ],
    sort="-number",
    filters=[
        Filter("state", _("State"), [(s, _(s)) for s in STATES], lambda rows, v: rows.filter(state=v)),
        Filter("severity", _("Severity"), SEVERITIES, lambda rows, v: rows.filter(severity=v)),
    ],
    search=lambda rows, q: rows.filter(number__icontains=q),
    empty=_("No recall. A recall blocks lots wherever they lie and asks every distributor that received some."),
)  # fmt: skip
HOLDERS = Table(
    "recall_holders",
    [
        Column("holder", _("Holder"), lambda t: name_of(t.party) if t.party else str(_("the house")), sort=lambda t: t.party.code if t.party else "", href=lambda t: f"/warehouse/distributors/{t.party.pk}/" if t.party else ""),
        Column("site", _("Site"), lambda t: name_of(t.site) if t.site else "–", phone=False),
        Column("lot", _("Lot"), lambda t: t.lot, sort=lambda t: t.lot),
        Column("received", _("Received"), lambda t: t.received, "num", lambda t: t.received, phone=False),
        Column("on_hand", _("Still there"), lambda t: t.on_hand, "num", lambda t: t.on_hand),
        Column("gone", _("Passed on"), lambda t: t.gone, "num", lambda t: t.gone),
    ],
    sort="-on_hand",
    search=lambda rows, q: [t for t in rows if q.lower() in f"{t.lot} {t.party.code if t.party else ''} {t.party.name if t.party else ''}".lower()],
    key=lambda t: t.key,
    empty=_("Nobody of yours has or had these lots."),
)  # fmt: skip


@page(needs="warehouse.trace")
def recalls(request: Request) -> HttpResponse:
    """All recalls, and the form that opens one."""
    error = None
    if request.method == "POST":
        recall_id, error = typed.attempt(lambda: _open(request))
        if error is None:
            messages.success(request, say("The lots are blocked, and everybody who received some is told."))
            return redirect("warehouse:recall", recall_id=recall_id)
    context = {
        "error": error,
        "given": request.POST or request.GET,
        "severities": SEVERITIES,
        "products": goods.products()[:2000],
    }
    return RECALLS.respond(request, queries.recalls(), "warehouse/recalls.html", context)


def _open(request: Request) -> int:
    post = request.POST
    texts = {
        name: post.get(name, "").strip() for name in ("title", "title_en", "instruction", "severity", "product")
    }
    lots = post.get("lots", "")[:4000].replace(",", " ").replace("，", " ").split()
    return actions.open_recall(request.actor, lots=lots, **texts)


@page(needs="warehouse.trace")
def recall(request: Request, recall_id: int) -> HttpResponse:
    """One recall: how far it is, who was told and what they answered, every holder of the goods."""
    row = queries.recall_of(recall_id)
    told = list(queries.notices(request.actor, row.pk))
    traced = queries.trace(request.actor, row)
    at_home = sum(each.on_hand for each in traced if each.party is None)
    sums = {
        name: sum(getattr(notice, name) for notice in told)
        for name in ("received", "kept_apart", "returned", "destroyed", "sold_on", "accounted")
    }
    answered = sum(notice.state == "answered" for notice in told)
    context = {
        "recall": row,
        "title": _titled(row),
        "lots": list(row.lots.order_by("lot").values_list("lot", flat=True)),
        "severity": dict(SEVERITIES).get(row.severity, row.severity),
        "notices": told,
        "answered": answered,
        "share": answered / len(told) if told else None,
        "accounted_share": sums["accounted"] / sums["received"] if sums["received"] else None,
        "at_home": at_home,
        "events": _events(row, told),
        **sums,
    }
    return HOLDERS.respond(request, traced, "warehouse/recall.html", context)


def _events(row: Recall, told: list[RecallNotice]) -> list[Event]:
    opened = say("opened: %(count)s distributors told") % {"count": len(told)}
    found = [Event(row.opened_at, opened, row.opened_by, icon="alert", tone="bad")]
    for notice in told:
        if notice.answered_at:
            text = say("%(name)s answered") % {"name": name_of(notice.party)}
            found.append(Event(notice.answered_at, text, notice.answered_by, notice.note, tone="good"))
    if row.closed_at:
        found.append(Event(row.closed_at, say("closed"), row.closed_by, row.closing_note, icon="lock"))
    return sorted(found, key=lambda event: event.at, reverse=True)


@require_POST
@page(needs="warehouse.recall")
def close(request: Request, recall_id: int) -> HttpResponse:
    """Close a recall, or look again who holds the goods."""
    actor, post = request.actor, request.POST
    if post.get("verdict") == "trace":
        told, no = typed.attempt(lambda: actions.trace_again(actor, recall_id=recall_id))
        done = say("%(count)s distributors told") % {"count": told}
    else:
        note, free = post.get("note", ""), post.get("free") == "1"
        _none, no = typed.attempt(lambda: actions.close_recall(actor, recall_id=recall_id, note=note, free=free))
        done = say("Saved.")
    messages.error(request, str(no)) if no else messages.success(request, done)
    return redirect("warehouse:recall", recall_id=recall_id)


NOTICES = Table(
    "recall_notices",
    [
        Column("number", _("Number"), lambda n: n.recall.number, sort="recall__number", href=lambda n: f"/warehouse/notices/{n.pk}/"),
        Column("product", _("Product"), lambda n: f"{n.recall.product.code} {name_of(n.recall.product)}", sort="recall__product__code"),
        Column("title", _("What is wrong"), lambda n: _titled(n.recall), phone=False),
        Column("received", _("Received"), lambda n: n.received, "num", "received", phone=False),
        Column("missing", _("Not accounted for"), lambda n: n.received - n.accounted, "num"),
        Column("state", _("State"), lambda n: n.state, "state", "state"),
    ],
    sort="-number",
    filters=[Filter("state", _("State"), [(s, _(s)) for s in NOTICE_STATES], lambda rows, v: rows.filter(state=v))],
    empty=_("None of the goods you received is called back."),
)  # fmt: skip


@page(needs="warehouse.portal")
def notices(request: Request) -> HttpResponse:
    """The recalls that one's own company was told of."""
    return NOTICES.respond(request, queries.notices(request.actor), "warehouse/notices.html")


@page(needs="warehouse.answer")
def notice(request: Request, notice_id: int) -> HttpResponse:
    """One notice: what to do, how much was received, and the answer."""
    row, error = queries.notice_of(request.actor, notice_id), None
    if request.method == "POST":
        _done, error = typed.attempt(lambda: _answer(request, row))
        if error is None:
            messages.success(request, say("Saved."))
            return redirect("warehouse:notice", notice_id=notice_id)
    lots = list(row.recall.lots.order_by("lot").values_list("lot", flat=True))
    held = queries.distributors_of(row.recall).get(row.party_id, (0, 0))[1]
    context = {
        "notice": row,
        "recall": row.recall,
        "title": _titled(row.recall),
        "severity": dict(SEVERITIES).get(row.recall.severity, row.recall.severity),
        "lots": lots,
        "held": held,
        "missing": row.received - row.accounted,
        "today": timezone.localdate(),
        "given": request.POST if error else None,
        "error": error,
    }
    return render(request, "warehouse/notice.html", context, status=409 if error else 200)


def _answer(request: Request, row: RecallNotice) -> None:
    post = request.POST
    if post.get("verdict") == "acknowledge":
        actions.acknowledge(request.actor, notice_id=row.pk)
        return
    parts = {
        name: typed.maybe(post.get(name, ""), name) or 0
        for name in ("kept_apart", "returned", "destroyed", "sold_on")
    }
    if not any(parts.values()) and row.received and post.get("none") != "1":
        raise Refused(_("Say what became of the goods."), field="kept_apart")
    actions.answer(request.actor, notice_id=row.pk, note=post.get("note", ""), **parts)
