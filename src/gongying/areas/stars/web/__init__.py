"""Pages of stars: who has which, one distributor's chain of years, runs, excuses, renewals, the certificate."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.books.metrics.read import METRICS
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.documents.paper import Paper
from gongying.core.doors import PORTAL, call, words
from gongying.core.people.access import same
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links, nav, todo
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label, money, num, percent
from gongying.core.words import pick
from gongying.engines.money import exponent

from .. import actions, queries
from ..models import Excuse, Run
from ..rules import StarProgramme
from . import policies as policies

STATES = {"good": _("good year"), "excused": _("excused gap"), "broken": _("not reached")}


def _stars(names: dict[str, str], currency: str) -> Table:
    return Table(
        "stars",
        [
            Column("code", _("Code"), lambda r: r.party.code, sort=lambda r: r.party.code, phone=False),
            Column("name", _("Distributor"), lambda r: label(r.party), sort=lambda r: r.party.code, href=lambda r: links.to("stars_of", r.party_id)),
            Column("star", _("Star"), lambda r: names.get(r.star, r.star) or "–", sort=lambda r: r.count),
            Column("years", _("Good years"), lambda r: r.count, "num", lambda r: r.count),
            Column("base", _("Sales of the chain"), lambda r: (r.base_minor, currency), "money", lambda r: r.base_minor, phone=False),
            Column("rate", _("Rate"), lambda r: r.rate, "percent", lambda r: r.rate, phone=False),
            Column("entitled", _("Entitled"), lambda r: (r.entitled_minor, currency), "money", lambda r: r.entitled_minor, phone=False),
            Column("before", _("Settled before"), lambda r: (r.before_minor, currency), "money", lambda r: r.before_minor, phone=False),
            Column("due", _("Due"), lambda r: (r.due_minor, currency), "money", lambda r: r.due_minor),
        ],
        sort="-years",
        search=lambda rows, q: [r for r in rows if q.lower() in f"{r.party.code} {r.party.name} {r.party.name_en} {r.party.initials}".lower()],
        filters=[Filter("star", _("Star"), list(names.items()), lambda rows, v: [r for r in rows if r.star == v])],
        key=lambda r: r.party_id,
        empty=_("No star was granted yet. Start a run of a year."),
    )  # fmt: skip


def _own(actor: Actor) -> int | None:
    if actor.role in PORTAL and actor.parties is not None and len(actor.parties) == 1:
        return next(iter(actor.parties))
    return None


@page(needs="stars.view")
def stars(request: Request) -> HttpResponse:
    """Who has which star; a distributor's people see their own chain."""
    actor, on = request.actor, timezone.localdate()
    if _own(actor) is not None:
        return redirect("stars:mine")
    rules = queries.in_force(on)
    if rules is None:
        return render(request, "stars/none.html")
    rows = queries.newest(actor)
    names = queries.names_of(rules.document)
    context = {
        "counts": [(code, name, sum(row.star == code for row in rows)) for code, name in names.items()],
        "year": rows[0].run.year if rows else None,
    }
    return _stars(names, rules.document.currency).respond(request, rows, "stars/stars.html", context)


@page(needs="stars.view")
def mine(request: Request) -> HttpResponse:
    """The chain of one's own company; head office is shown everybody's."""
    own = _own(request.actor)
    return redirect("stars:stars") if own is None else _chain(request, own)


@page(needs="stars.view")
def distributor(request: Request, party_id: int) -> HttpResponse:
    """One distributor's chain of years, what it earned, excuses, rights; and the certificate."""
    return _chain(request, party_id)


def _chain(request: Request, party_id: int) -> HttpResponse:
    actor, on = request.actor, timezone.localdate()
    party, rules = parties.party(actor, party_id), queries.in_force(on)
    if rules is None:
        return render(request, "stars/none.html")
    if request.GET.get("export") == "pdf":
        return _certificate(actor, party)
    document, names = rules.document, queries.names_of(rules.document)
    year = max(queries.last_year(on), document.since_year)
    found = queries.calculated(document, year, actor=actor, code=party.code)
    now = found[0] if found else None
    following = next(
        (e for e in sorted(document.stars, key=lambda e: e.years) if now is None or e.years > now.count), None
    )
    context = {
        "party": party,
        "now": now,
        "years": [_told(document, each) for each in now.chain] if now else [],
        "names": names,
        "star": names.get(now.star, "") if now else "",
        "next": (pick(following.name, following.name_en), following.years - (now.count if now else 0)) if following else None,
        "year": year,
        "currency": document.currency,
        "lines": list(queries.lines(actor).filter(party_id=party.pk, run__state="posted").order_by("-id")[:20]),
        "rights": [row for row in queries.rights(actor, on) if row.party_id == party.pk],
        "excuses": list(queries.excuses(actor).filter(party_id=party.pk)[:20]),
        "reasons": queries.reasons_of(document),
        "most_excused": document.most_excused,
        "portal": actor.role in PORTAL,
        "may_ask": actor.can("stars.ask_excuse") and document.most_excused and document.reasons,
    }  # fmt: skip
    return render(request, "stars/distributor.html", context)


def _told(document: StarProgramme, each: queries.Counted) -> dict[str, Any]:
    """A year of a chain in words: what was asked, what was there."""
    asked = []
    if document.levels:
        asked.append((say("Level"), each.level or say("no level"), " / ".join(document.levels)))
    if document.metric:
        metric = METRICS[document.metric]
        asked.append((str(metric.label), _shown(document, each.figure), _shown(document, document.at_least)))
    return {
        "year": each.year,
        "state": each.state,
        "said": STATES[each.state],
        "asked": asked,
        "sales": each.sales_minor,
    }


def _shown(document: StarProgramme, value: Decimal | None) -> str:
    if value is None:
        return "–"
    unit = METRICS[document.metric].unit
    if unit == "money":
        return money(int(value.scaleb(exponent(document.currency))), document.currency)
    return percent(value) if unit == "ratio" else num(value)


def _certificate(actor: Actor, party: Any) -> HttpResponse:
    """The star on paper, by the newest run that was posted. Missing where there is none."""
    row = (
        queries.lines(actor).filter(party_id=party.pk, run__state="posted").exclude(star="").order_by("-id").first()
    )
    if row is None:
        raise Missing("no star")
    document = queries.document_of(row.run)
    name = queries.names_of(document).get(row.star, row.star)
    paper = Paper(
        say("Certificate"), f"{party.code} {label(party)} · {name}", f"{row.run.number} · {row.run.digest[:16]}"
    )
    years = " ".join(str(each.year) for each in queries.chain_of(row) if each.state == "good")
    paper.pairs(
        [
            (say("Distributor"), label(party)),
            (say("Star"), name),
            (say("Good years"), f"{row.count} ({years})"),
            (say("Year"), str(row.run.year)),
            (say("Number"), row.run.number),
            (say("the rules"), row.run.policy_hash[:16]),
        ]
    )
    answer = HttpResponse(paper.data(), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{row.run.number}-{party.code}.pdf"'
    return answer


@require_POST
@page(needs="stars.ask_excuse")
def ask(request: Request, party_id: int) -> HttpResponse:
    """Ask that a gap is excused."""
    given = request.POST
    parties.party(request.actor, party_id)
    try:
        if not given.get("year", "").isdecimal():
            raise Refused(_("Only a year that is over and counts can be excused."), field="year")
        actions.ask_excuse(
            request.actor, party_id=party_id, year=int(given["year"]), reason=given.get("reason", ""), note=given.get("note", "")
        )  # fmt: skip
        messages.success(request, say("It is asked for; a second person decides."))
    except Refused as no:
        messages.error(request, str(no))
    return redirect("stars:distributor", party_id=party_id)


def _excuses(reasons: dict[str, str]) -> Table:
    return Table(
        "star_excuses",
        [
            Column("code", _("Code"), lambda r: r.party.code, sort="party__code", phone=False),
            Column("name", _("Distributor"), lambda r: label(r.party), sort="party__code", href=lambda r: links.to("stars_of", r.party_id)),
            Column("year", _("Year"), lambda r: str(r.year), sort="year"),
            Column("reason", _("Reason"), lambda r: reasons.get(r.reason, r.reason)),
            Column("note", _("Words"), lambda r: r.note[:80], phone=False),
            Column("by", _("Submitted by"), lambda r: r.asked_by, phone=False),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="-year",
        filters=[Filter("state", _("State"), [("pending", _("pending")), ("approved", _("approved")), ("rejected", _("rejected"))], lambda rows, v: rows.filter(state=v))],
        empty=_("Nobody asked for a gap to be excused."),
    )  # fmt: skip


@page(needs="stars.preview")
def excuses(request: Request) -> HttpResponse:
    """Gaps that shall be excused, and the decision."""
    actor = request.actor
    if request.method == "POST":
        given = request.POST
        number = given.get("excuse", "")
        try:
            actions.decide_excuse(
                actor, excuse_id=int(number) if number.isdecimal() else 0, verdict=given.get("verdict", ""), answer=given.get("answer", "")
            )  # fmt: skip
            messages.success(request, say("Saved."))
        except Refused as no:
            messages.error(request, str(no))
        return redirect("stars:excuses")
    rules = queries.in_force(timezone.localdate())
    reasons = queries.reasons_of(rules.document) if rules else {}
    rows = queries.excuses(actor)
    waiting = [
        (row, reasons.get(row.reason, row.reason), same(actor, row.asked_by))
        for row in rows.filter(state="pending")[:50]
    ]
    may = actor.can("stars.decide_excuse")
    return _excuses(reasons).respond(request, rows, "stars/excuses.html", {"waiting": waiting, "may": may})


RUNS = Table(
    "star_runs",
    [
        Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("star_run", r.pk)),
        Column("year", _("Year"), lambda r: str(r.year), sort="year"),
        Column("on", _("Date"), lambda r: r.business_date, "date", "business_date", phone=False),
        Column("by", _("Submitted by"), lambda r: r.created_by, sort="created_by", phone=False),
        Column("state", _("State"), lambda r: r.state, "state", "state"),
    ],
    sort="-number",
    empty=_("No run yet."),
)


@page(needs="stars.preview")
def runs(request: Request) -> HttpResponse:
    """Runs of a year, and the form that starts one."""
    context = {"year": queries.last_year(timezone.localdate())}
    return RUNS.respond(request, queries.runs(), "stars/runs.html", context)


@require_POST
@page(needs="stars.run")
def start(request: Request) -> HttpResponse:
    """Submit a run for approval."""
    key = request.POST.get("csrfmiddlewaretoken", "")[:32]
    year = request.POST.get("year", "").strip()
    try:
        done = call("stars.run", request.actor, {"year": year}, idempotency_key=f"stars/{key}/{year}"[:80])
    except Missing:
        messages.error(request, say("No star programme is in force."))
        return redirect("stars:runs")
    except Refused as no:
        messages.error(request, str(no))
        return redirect("stars:runs")
    if done.run_id is None:
        messages.success(request, say("Nothing to settle."))
        return redirect("stars:runs")
    return redirect("stars:run", run_id=done.run_id)


@page(needs="stars.preview")
def run(request: Request, run_id: int) -> HttpResponse:
    """One run: every line with its chain and its bonus."""
    row, actor = queries.run_row(run_id), request.actor
    rows = list(queries.lines(actor).filter(run=row).order_by("party__code"))
    context = {
        "run": row,
        "due": sum(each.due_minor for each in rows),
        "own": same(actor, row.created_by),
        "may": actor.can("stars.approve"),
    }
    names = queries.names_of(queries.document_of(row))
    return _stars(names, row.currency).respond(request, rows, "stars/run.html", context)


@require_POST
@page(needs="stars.approve")
def decide(request: Request, run_id: int) -> HttpResponse:
    """Approve or turn down."""
    try:
        (actions.approve if request.POST.get("verdict") == "approve" else actions.void)(
            request.actor, run_id=run_id
        )
    except Refused as no:
        messages.error(request, str(no))
    return redirect("stars:run", run_id=run_id)


@page(needs="stars.preview")
def renewals(request: Request) -> HttpResponse:
    """Who is offered the renewal of contract and territory first today, in which order."""
    on: date = timezone.localdate()
    rules = queries.in_force(on)
    names = queries.names_of(rules.document) if rules else {}
    rows = [
        (place, row, names.get(row.star, row.star))
        for place, row in enumerate(queries.rights(request.actor, on), 1)
    ]
    return render(request, "stars/renewals.html", {"rows": rows[:500], "on": on})


def _waiting(actor: Actor) -> Any:
    """Runs and excuses that somebody else submitted."""
    if actor.can("stars.approve"):
        count = Run.objects.filter(state="pending").exclude(created_by=actor.name).count()
        yield todo.Todo(_("star runs to approve"), count, "/stars/runs/", "medal", "warn", _("They were submitted by somebody else."))  # fmt: skip
    if actor.can("stars.decide_excuse"):
        count = Excuse.objects.for_actor(actor).filter(state="pending").exclude(asked_by=actor.name).count()
        yield todo.Todo(_("excused gaps to decide"), count, "/stars/excuses/", "medal", "warn", "")


urlpatterns = [
    path("", stars, name="stars"),
    path("mine/", mine, name="mine"),
    path("distributors/<int:party_id>/", distributor, name="distributor"),
    path("distributors/<int:party_id>/excuse/", ask, name="ask"),
    path("excuses/", excuses, name="excuses"),
    path("runs/", runs, name="runs"),
    path("runs/start/", start, name="start"),
    path("runs/<int:run_id>/", run, name="run"),
    path("runs/<int:run_id>/decide/", decide, name="decide"),
    path("renewals/", renewals, name="renewals"),
]
todo.register(_waiting)
links.home("stars_of", "stars:distributor")
links.home("star_run", "stars:run")
nav.register(nav.NavItem(_("Stars"), "/stars/", "stars.view", 34, "rewards", "star"))
words(
    "stars",
    _("Stars"),
    {
        "view": _("Read stars and rights of first renewal"),
        "preview": _("Read runs and excuses, and try what a run would pay"),
        "run": _("Submit runs of a year"),
        "approve": _("Approve runs of others, or turn them down"),
        "ask_excuse": _("Ask for a gap to be excused"),
        "decide_excuse": _("Decide over gaps that others asked to excuse"),
    },
)
