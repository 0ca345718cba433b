"""Programmes: what is paid for what; drafted with the curve beside the form, replayed before it is published."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from gongying.books.goods import read as goods
from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.policies import actions as policy_actions
from gongying.core.policies import editing
from gongying.core.policies import read as policies
from gongying.core.policies.lists import standing
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Refused
from gongying.core.ui import charts, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Table
from gongying.core.words import is_chinese, pick
from gongying.engines.rebates import RELATIVE

from .. import queries
from ..rules import GATES, PROGRAMME, Programme, curve, form_of, from_form, lint, priced_cliffs
from ..rules.curve import REFERENCE
from ..rules.typed import CHOSEN, LISTS, NUMBERS, PLAIN, TURNOVER, WHOLE
from .choices import BASES, CLAW_BACK, EVENTS, MEASURES, METHODS, PAYS, PERIODS, RETURNS, SHORT, UNKNOWN

BLANK: dict[str, Any] = {"method": "slab", "basis": "value", "period": "quarter", "currency": "CNY", "tiers": [{"start": "0", "end": "", "rate": ""}]}  # fmt: skip
TABLES = {"tiers": ("start", "end", "rate"), "gates": ("gate", "limit"), "examples": ("base", "against", "pays")}
MOST_ROWS = 20


def _programmes(today: date) -> Table:
    """All versions; the state is where a version stands today, not only that somebody published it."""
    stands, by_state = standing(PROGRAMME.code, today)
    return Table(
        "programmes",
        [
            Column("title", _("Title"), lambda r: pick(r.title, r.title_en), sort="title", href=lambda r: links.to("programme", r.pk)),
            Column("key", _("Key"), lambda r: f"{r.key} v{r.version}", sort="key", phone=False),
            Column("method", _("Method"), lambda r: SHORT[queries.document_of_version(r).method]),
            Column("basis", _("Basis"), lambda r: dict(BASES)[queries.document_of_version(r).basis], phone=False),
            Column("period", _("Settled by"), lambda r: dict(PERIODS)[queries.document_of_version(r).period], phone=False),
            Column("tiers", _("Tiers"), lambda r: len(queries.document_of_version(r).tiers), "num", phone=False),
            Column("from", _("From"), lambda r: r.effective_from, "date", "effective_from", phone=False),
            Column("to", _("To, not included"), lambda r: r.effective_to, "date", "effective_to", phone=False),
            Column("state", _("State"), stands, "state"),
        ],
        sort="-from",
        search=lambda rows, q: rows.filter(title__icontains=q) | rows.filter(key__icontains=q),
        filters=[by_state],
        views=[(_("Now in force"), "state=in_force"), (_("To come"), "state=to_come"), (_("Drafts"), "state=draft")],
        empty=_("No programme yet. Draft the first one: the curve and its cliffs are drawn while you type."),
    )  # fmt: skip


@page(needs="rewards.preview")
def programmes(request: Request) -> HttpResponse:
    """All versions of all programmes."""
    return _programmes(timezone.localdate()).respond(
        request, queries.programmes(request.actor), "rewards/programmes.html"
    )


def _drawn(document: Programme) -> dict[str, Any]:
    """The curve of a programme with its cliffs."""
    found = priced_cliffs(document)
    title = str(_("Rebate by base"))
    relative = document.measure in RELATIVE
    starts = [float(cliff.start * (REFERENCE if relative else 1)) for cliff in found]
    return {
        "relative": relative,
        "chart": charts.ladder(curve(document), title=title, cliffs=starts, chinese=is_chinese()),
        "cliffs": found,
    }


def terms_of(row: PolicyVersion) -> dict[str, Any]:
    """What a version says, as the page of the programme and the distributor's page of its terms read it."""
    document = queries.document_of_version(row)
    return {
        "row": row,
        "doc": document,
        "method": dict(METHODS)[document.method],
        "basis": dict(BASES)[document.basis],
        "settled_by": dict(PERIODS)[document.period],
        "regions": [name for code, name in parties.region_choices() if code in document.regions],
        "groups": [name for code, name in goods.category_choices() if code in document.categories],
        "percent": document.in_percent,
        "event": dict(EVENTS)[document.event],
        "measure": queries.measure_text(document),
        "paid": dict(PAYS)[document.pays],
        "gates": [
            (GATES[gate.gate].called(gate.of) if gate.gate in GATES else gate.gate, gate.limit)
            for gate in document.gates
        ],
        "tiers": [
            (
                queries.start_text(document, s.start),
                "" if s.end is None else queries.start_text(document, s.end),
                queries.rate_text(document, s.rate),
            )
            for s in document.tiers
        ],
    }


@page(needs="rewards.preview")
def programme(request: Request, version_id: int) -> HttpResponse:
    """One version: its terms, its curve, its cliffs, what the linter says, the versions before and after."""
    row, today = queries.programme_of(request.actor, version_id), timezone.localdate()
    document, newest = queries.document_of_version(row), policies.holding(PROGRAMME.code, today)
    versions = queries.programmes(request.actor).filter(key=row.key)[:20]
    asked = queries.acknowledgements(request.actor, row.pk)
    context = terms_of(row) | {
        "state": policies.state_of(row, today, newest),
        "findings": policy_actions.findings(row),
        "versions": [(each, policies.state_of(each, today, newest)) for each in versions],
        "replays": queries.replays(row)[:5],
        "asked": asked.count(),
        "read": asked.filter(read_at__isnull=False).count(),
    }
    return render(request, "rewards/programme.html", context | _drawn(document))


@page(needs="policies.draft")
def edit(request: Request, version_id: int = 0) -> HttpResponse:
    """The editor: a new programme, a draft, or the next version of a published one."""
    row = queries.programme_row(version_id) if version_id else None
    form: dict[str, Any] = form_of(queries.document_of_version(row)) if row else BLANK
    head = _head(row)
    error = None
    if request.method == "POST":
        head = {name: request.POST.get(name, "").strip() for name in head}
        try:
            form = _typed(request)
            return redirect("rewards:programme", version_id=_save(request, row, head, form))
        except Refused as no:
            error, form = no, _typed(request)
    context = {"row": row, "head": head, "form": form, "error": error} | _choices(timezone.localdate())
    return render(
        request,
        "rewards/edit.html",
        context | _tried(form, request.actor, head["key"]),
        status=409 if error else 200,
    )


def _choices(today: date) -> dict[str, Any]:
    """What may be chosen in the editor."""
    figures = [(m.code, m.label) for m in metrics.METRICS.values() if "party" in m.by]
    return {
        "methods": METHODS, "bases": BASES, "events": EVENTS, "periods": PERIODS, "measures": MEASURES, "figures": figures,
        "returns": RETURNS, "pays": PAYS, "claw_back": CLAW_BACK, "unknown": UNKNOWN, "gates": list(_gates()),
        "categories": goods.category_choices(), "regions": parties.region_choices(), "levels": sorted(parties.all_levels()),
    }  # fmt: skip


def _gates() -> Iterator[tuple[str, str]]:
    """The gates as the editor offers them: one that is asked of something, once for each it may be asked of."""
    for code, kind in GATES.items():
        if kind.names is None:
            yield code, str(kind.label)
        else:
            yield from ((f"{code}/{of}", kind.called(of)) for of in kind.names())


def _head(row: PolicyVersion | None) -> dict[str, str]:
    """What a version is called and when it holds, as typed."""
    if row is None:
        return {"key": "", "title": "", "title_en": "", "from": "", "to": ""}
    until = row.effective_to.isoformat() if row.effective_to else ""
    return {"key": row.key, "title": row.title, "title_en": row.title_en, "from": row.effective_from.isoformat(), "to": until}  # fmt: skip


def _typed(request: Request) -> dict[str, Any]:
    """The form as it was typed, so that nothing is lost by a fault."""
    post = request.POST
    single = (
        *PLAIN,
        *NUMBERS,
        *WHOLE,
        *LISTS,
        "points",
        "guarantee_runs",
        *(f"turnover_{name}" for name in (*TURNOVER, "unknown")),
    )
    form: dict[str, Any] = {name: post.get(name, "").strip() for name in single}
    form |= {name: post.getlist(name) for name in CHOSEN}
    for table, names in TABLES.items():
        columns = [post.getlist(name if table == "tiers" else f"{table}.{name}")[:MOST_ROWS] for name in names]
        form[table] = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=False)]
    return form


def _save(request: Request, row: PolicyVersion | None, head: dict[str, str], form: dict[str, Any]) -> int:
    """The draft that was written. Raises Refused naming the field."""
    for name, words in (("key", _("Give the programme a key.")), ("title", _("Give the programme a title."))):
        if not head[name]:
            raise Refused(words, field=name)
    return editing.save(
        request.actor,
        row,
        kind=PROGRAMME.code,
        key=head["key"],
        span=editing.days(head["from"], head["to"]),
        document=from_form(form),
        title=head["title"],
        title_en=head["title_en"],
    )


def _tried(form: dict[str, Any], actor: Actor, key: str = "") -> dict[str, Any]:
    """The curve of what is typed and what it would have cost in the last period, or what is wrong with it."""
    try:
        document = Programme.model_validate(from_form(form))
    except Refused as no:
        return {"fault": no}
    except ValidationError as fault:
        first = fault.errors()[0]
        return {"fault": first["msg"].removeprefix("Value error, "), "where": ".".join(map(str, first["loc"]))}
    return {"doc": document, "findings": lint(document), "effect": _effect(document, actor, key)} | _drawn(document)


def _effect(document: Programme, actor: Actor, key: str) -> dict[str, Any] | None:
    """What a document would have paid in the last complete period; nothing for who may not replay."""
    if not actor.can("rewards.replay"):
        return None
    period, rows = queries.what_if(actor, document, key, timezone.localdate())
    before = sum(row.before_minor for row in rows) if any(row.before_minor for row in rows) else None
    return {
        "period": period,
        "before": before,
        "after": sum(row.after_minor for row in rows),
        "up": sum(row.change_minor > 0 for row in rows),
        "down": sum(row.change_minor < 0 for row in rows),
    }


@require_POST
@page(needs="policies.draft")
def preview(request: Request) -> HttpResponse:
    """The curve of what is typed, as a piece of the editor; nothing is written."""
    return render(
        request, "rewards/_curve.html", _tried(_typed(request), request.actor, request.POST.get("key", ""))
    )
