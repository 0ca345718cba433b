"""Allocation of scarce goods: the runs, drawing one, and one with its three rules side by side."""

import json
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.core.actor import Actor
from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.core.ui import flow, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.ui.typed import tried

from .. import actions, queries
from ..models import AllocationRun
from ..rules import RULE_NAMES, classes_of
from . import forms

SAID = {
    "proportional": _("Everybody gets the same share of his wish; packs left over go to the largest remainders."),
    "max_min": _("Everybody gets alike until his wish is met; small wishes are met first."),
    "priority": _("Classes are served one after the other; the class that is short shares fairly."),
}
STATES = {"draft": _("draft"), "applied": _("applied"), "dropped": _("dropped")}
RUNS = Table(
    "allocations",
    [
        Column(
            "number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("allocation", r.pk)
        ),
        Column("title", _("Title"), lambda r: r.title, sort="title", phone=False),
        Column("on", _("Date"), lambda r: r.on, "date", "on", phone=False),
        Column("rule", _("Rule"), lambda r: RULE_NAMES.get(r.rule, r.rule), sort="rule"),
        Column("wished", _("Wished"), lambda r: r.wished, "num", "wished", phone=False),
        Column("given", _("Given"), lambda r: r.given, "num", "given", phone=False),
        Column("filled", _("Fulfilled"), lambda r: r.filled, "bar", "filled"),
        Column("state", _("State"), lambda r: r.state, "state", "state"),
    ],
    sort="-number",
    filters=[
        Filter("state", _("State"), list(STATES.items()), lambda rows, v: rows.filter(state=v)),
        Filter("rule", _("Rule"), list(RULE_NAMES.items()), lambda rows, v: rows.filter(rule=v)),
    ],
    search=lambda rows, q: rows.filter(number__icontains=q) | rows.filter(title__icontains=q),
    views=[(_("Drafts"), "state=draft")],
    empty=_("Nothing scarce was shared out yet."),
)


def why(line: Any) -> str:
    """Why somebody gets what he gets, in a sentence."""
    said = json.loads(line.why or "{}")
    quota, there = said.get("quota", "0"), said.get("there", 0)
    top, _slash, below = quota.partition("/")
    figure = f"{int(top) / int(below or 1):,.2f}"
    texts = {
        "full": _("as wished"),
        "rest": _("all whole packs of the wish"),
        "share": _("fair share %(quota)s of the %(there)s that were there"),
        "rounded": _("fair share %(quota)s of the %(there)s that were there, and the pack left over"),
        "smallest": _("below the smallest lot, left to the others"),
        "none": _("nothing was left"),
    }
    return str(texts.get(said.get("why", ""), "–")) % {"quota": figure, "there": f"{there:,}"}


def _as(trial: queries.Trial) -> Column:
    """What a rule would give, in a column beside the others."""

    def given(line: Any) -> int:
        return trial.given.get(line.need, 0)

    return Column(f"as_{trial.rule}", RULE_NAMES[trial.rule], given, "num", given, phone=False)


def _lines(run: AllocationRun, trials: list[queries.Trial], portal: bool) -> Table:
    tried = [_as(trial) for trial in trials]
    party = [] if portal else [
        Column("party", _("Distributor"), lambda x: label(x.party), sort=lambda x: x.party.code, href=lambda x: links.to("party", x.party_id)),
        Column("level", _("Level"), lambda x: x.level, sort=lambda x: x.level, phone=False),
    ]  # fmt: skip
    return Table(
        "allocation",
        [
            *party,
            Column("product", _("Product"), lambda x: f"{x.product.code} {label(x.product)}", sort=lambda x: x.product.code, phone=portal),
            Column("order", _("Order"), lambda x: x.order, sort=lambda x: x.order, phone=False),
            Column("wish", _("Wished"), lambda x: x.wish, "num", lambda x: x.wish),
            *tried,
            Column("given", _("Given"), lambda x: x.given, "num", lambda x: x.given),
            Column("short", _("Short of it"), lambda x: x.wish - x.given, "num", lambda x: x.wish - x.given, phone=False),
            Column("filled", _("Fulfilled"), lambda x: x.given / x.wish, "bar", lambda x: x.given / x.wish, phone=False),
            Column("why", _("Why"), why, phone=False),
        ],
        sort="" if portal else "party",
        search=lambda rows, q: [x for x in rows if q.lower() in f"{x.party.code} {label(x.party)} {x.product.code} {x.order}".lower()],
        filters=[Filter("short", _("Short of it"), [("yes", _("who is short"))], lambda rows, v: [x for x in rows if x.given < x.wish])],
        views=[(_("Who is short"), "short=yes")],
    )  # fmt: skip


@page(needs="supply.view")
def allocations(request: Request) -> HttpResponse:
    """Runs in which somebody in scope wished for something."""
    mine = queries.shares(request.actor)
    context = {
        "objections": mine.exclude(objection="").filter(answer="").count(),
        "may_draw": request.actor.can("supply.allocate") and request.actor.whole_network,
    }
    return RUNS.respond(request, queries.runs(request.actor), "supply/allocations.html", context)


@page(needs="supply.allocate")
def draw(request: Request) -> HttpResponse:
    """Paste who wants how much, choose the rule; nothing is promised before somebody else applies the run."""
    error = None
    if request.method == "POST":
        made: list[int] = []
        error = tried(request, lambda: made.append(_drawn(request)), "Saved.")
        if error is None:
            return redirect("supply:allocation", allocation_id=made[0])
    terms = queries.terms(None, timezone.localdate())
    context = {
        "sites": list(places.house_sites("warehouse")) if request.actor.whole_network else [],
        "rules": RULE_NAMES.items(),
        "said": SAID,
        "terms": terms,
        "classes": ", ".join(terms.classes),
        "given": request.POST,
        "error": error,
    }
    return render(request, "supply/draw.html", context, status=409 if error else 200)


def _drawn(request: Request) -> int:
    given, actor = request.POST, request.actor
    wishes, products = _pasted(given.get("wishes", ""))
    step, smallest = given.get("step", "").strip() or "1", given.get("smallest", "").strip() or "0"
    there = given.get("available", "").strip()
    if there and len(products) > 1:
        raise Refused(_("A supply can be typed for one product only."), field="available")
    supplies = [
        actions.SupplyIn(pk, forms.whole(there, "available") if there else None, forms.whole(step), forms.whole(smallest))
        for pk in sorted(products)
    ]  # fmt: skip
    return actions.draft_allocation(
        actor,
        site_id=forms.key_of(given, "site") or 0,
        wishes=wishes,
        supplies=supplies,
        classes=classes_of(given.get("classes", "")),
        title=given.get("title", ""),
        rule=given.get("rule", ""),
        inside=given.get("inside", ""),
        reason=given.get("reason", ""),
    )


def _pasted(text: str) -> tuple[list[actions.WishIn], set[int]]:
    """Rows of distributor, product, quantity and (if wanted) order or order/line, as they come from a sheet: a named line of an
    order is what goods are set aside for. Refuses naming the row."""
    rows = [row for row in text.splitlines() if row.strip()]
    cells = [[cell.strip() for cell in row.replace(",", "\t").replace("，", "\t").split("\t")] for row in rows]
    who = parties.ids_by_code(row[0] for row in cells)
    what = goods.ids_by_code(row[1] for row in cells if len(row) > 1)
    found, products = [], set()
    for place, row in enumerate(cells, 1):
        if len(row) < 3 or row[0] not in who or row[1] not in what or not row[2].isdecimal():
            raise Refused(
                _("Row %(row)s is not a distributor, a product and a quantity.") % {"row": place},
                field="wishes",
                remedy=_("Write their codes, apart by a tab or a comma."),
            )
        line = row[3] if len(row) > 3 else ""
        order, _slash, _place = line.partition("/")
        need = line if "/" in line else f"{order or 'wish'}/{row[0]}/{row[1]}/{place}"
        found.append(actions.WishIn(need, who[row[0]], what[row[1]], int(row[2][:12]), order))
        products.add(what[row[1]])
    return found, products


@page(needs="supply.view")
def allocation(request: Request, allocation_id: int) -> HttpResponse:
    """One run: the rule, what there was, what everybody in scope wished and gets, and what other rules would give."""
    actor, row, error = request.actor, queries.run_row(request.actor, allocation_id), None
    if request.method == "POST":
        error = tried(request, partial(_step, request, row), "Saved.")
        if error is None:
            return redirect("supply:allocation", allocation_id=row.pk)
    whole = actor.whole_network
    trials = queries.trials(row) if whole and row.state == "draft" else []
    mine = list(queries.shares(actor).filter(run=row))
    table = _lines(row, trials, not whole)
    return _answer(request, table, mine, _shown(actor, row, trials, mine, error), error)


def _answer(
    request: Request, table: Table, rows: Any, context: dict[str, Any], error: Refused | None
) -> HttpResponse:
    found = table.respond(request, rows, "supply/allocation.html", context)
    found.status_code = 409 if error else found.status_code
    return found


def _shown(
    actor: Actor, row: Any, trials: list[queries.Trial], mine: list[Any], error: Refused | None
) -> dict[str, Any]:
    whole, draft = actor.whole_network, row.state == "draft"
    tried = [
        {
            "label": RULE_NAMES[t.rule],
            "said": SAID[t.rule],
            "lowest": float(t.measures.lowest),
            "served": t.measures.served,
            "empty": t.measures.empty,
            "fairness": float(t.measures.fairness),
            "chosen": t.rule == row.rule,
        }
        for t in trials
    ]
    return {
        "run": row,
        "rule": RULE_NAMES.get(row.rule, row.rule),
        "said": SAID.get(row.rule, ""),
        "supplies": list(queries.supplies_of(row)),
        "there": sum(each.available for each in queries.supplies_of(row)),
        "short": row.wished - row.given,
        "trials": tried,
        "rules": RULE_NAMES.items(),
        "classes": ", ".join(queries.classes_of(row)),
        "path": flow.path_of(
            [("draft", _("drawn")), ("applied", _("applied"))], "draft" if row.state == "dropped" else row.state,
            stopped=_("laid aside") if row.state == "dropped" else "",
        ),
        "mine": sum(x.given for x in mine),
        "asked": sum(x.wish for x in mine),
        "objections": [x for x in mine if x.objection],
        "objectable": [x for x in mine if not x.objection] if actor.can("supply.object_allocation") and not whole else [],
        "own": same(actor, row.created_by),
        "may_change": draft and whole and actor.can("supply.allocate"),
        "may_apply": draft and whole and actor.can("supply.apply"),
        "may_answer": actor.can("supply.apply"),
        "portal": not whole,
        "error": error,
    }  # fmt: skip


def _step(request: Request, row: AllocationRun) -> None:
    given, step, actor = request.POST, request.POST.get("step", ""), request.actor
    if step == "change":
        said = {name: given.get(name, "") for name in ("rule", "inside", "reason")}
        supplies = [
            actions.SupplyIn(
                each.product_id,
                *(forms.whole(given.get(f"{name}.{each.product_id}", "") or "0", name) for name in ("available", "step", "smallest")),
            )
            for each in queries.supplies_of(row)
        ]  # fmt: skip
        actions.change_allocation(
            actor, allocation_id=row.pk, classes=classes_of(given.get("classes", "")), supplies=supplies, **said
        )
    elif step == "apply":
        verb: Any = actions.VERBS.get("apply", actions.apply)
        verb(actor, allocation_id=row.pk)
    elif step == "void":
        actions.void_allocation(actor, allocation_id=row.pk)
    elif step in ("object", "answer"):
        share = one(queries.shares(actor).filter(run=row), pk=forms.key_of(given, "share") or 0)
        if step == "object":
            actions.object_allocation(actor, share_id=share.pk, reason=given.get("text", ""))
        else:
            actions.answer_objection(actor, share_id=share.pk, answer=given.get("text", ""))
    else:
        raise Refused(say("This run is decided; draw another one."), code="state")
