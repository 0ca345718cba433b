"""A draft on the whole network: who would move, what it costs, kept before it is published."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.policies import actions as policy_actions
from gongying.core.policies import read as policies
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries
from ..rules import KIND, TierProgramme
from .tables import REASON_NAMES


def _table(document: TierProgramme, names: dict[str, str]) -> Table:
    def called(code: str) -> str:
        return names.get(code, code) or say("no level")

    order = {step.code: place for place, step in enumerate(document.levels)}
    return Table(
        "tier_simulation",
        [
            Column("code", _("Code"), lambda r: r.code, sort=lambda r: r.code, phone=False),
            Column("name", _("Distributor"), lambda r: r.name, sort=lambda r: r.code, href=lambda r: links.to("standing", r.party_id)),
            Column("held", _("Level held"), lambda r: called(r.held), sort=lambda r: order.get(r.held, -1), phone=False),
            Column("before", _("By the rules in force"), lambda r: called(r.before), sort=lambda r: order.get(r.before, -1)),
            Column("after", _("By this version"), lambda r: called(r.after), sort=lambda r: order.get(r.after, -1)),
            Column("why", _("Why"), lambda r: r.why, phone=False),
            Column("decided", _("A review would decide"), lambda r: f"{called(r.decided)} · {REASON_NAMES[r.reason]}", sort=lambda r: order.get(r.decided, -1), phone=False),
            Column("change", _("Change of benefits"), lambda r: (r.change_minor, document.currency), "money", lambda r: r.change_minor),
        ],
        sort="change",
        search=lambda rows, q: [r for r in rows if q.lower() in f"{r.code} {r.name}".lower()],
        filters=[
            Filter("move", _("Moves"), [("up", _("up")), ("down", _("down")), ("same", _("stays"))], lambda rows, v: [r for r in rows if r.move == {"up": 1, "down": -1, "same": 0}[v]]),
        ],
        views=[(_("Losers"), "move=down"), (_("Winners"), "move=up")],
        key=lambda r: r.party_id,
        empty=_("Nobody bought in this period or holds a level."),
    )  # fmt: skip


@page(needs="tiers.preview")
def drafts(request: Request) -> HttpResponse:
    """The newest versions of tier programmes: each may be tried."""
    rows, today = policies.versions(KIND)[:40], timezone.localdate()
    held = policies.holding(KIND, today)
    found = [(row, policies.state_of(row, today, held), queries.simulations(row).count()) for row in rows]
    return render(request, "tiers/drafts.html", {"rows": found})


@page(needs="tiers.simulate")
def simulate(request: Request, version_id: int) -> HttpResponse:
    """Where a version would place everybody by the figures of a period, against the rules in force; kept, then published."""
    row, today = queries.version_row(version_id), timezone.localdate()
    document = queries.document_of(row)
    last = queries.simulations(row).first()
    usual = last.period if last else queries.last_period(document, today)
    period = request.POST.get("period") or request.GET.get("period") or usual
    error, rows = None, []
    if request.method == "POST":
        try:
            if request.POST.get("what") == "publish":
                policy_actions.publish(request.actor, version_id=row.pk)
                messages.success(request, say("Published."))
                return redirect("tiers:drafts")
            actions.simulate(request.actor, version_id=row.pk, period=period)
            messages.success(request, say("The simulation is kept with this version."))
            return redirect(f"{request.path}?period={period}")
        except Refused as no:
            error = no
    try:
        rows = queries.simulated(request.actor, row, period, today)
    except Refused as no:
        error = error or no
    sums = queries.totals(rows)
    names = {step.code: pick(step.name, step.name_en) for step in document.levels}
    kept = queries.simulations(row)
    context = {
        "row": row,
        "period": period,
        "error": error,
        "sums": sums,
        "levels": [(names.get(code, code), *sums.counts[code]) for code in _ordered(document, sums.counts)],
        "currency": document.currency,
        "kept": kept[:5],
        "ready": kept.exists(),
    }
    return _table(document, queries.names(today) | names).respond(request, rows, "tiers/simulate.html", context)


def _ordered(document: TierProgramme, counts: dict[str, tuple[int, int]]) -> list[str]:
    """The levels from the highest to none; such as the draft drops come last."""
    known = [step.code for step in reversed(document.levels)] + [""]
    return [code for code in known if code in counts] + sorted(counts.keys() - set(known))
