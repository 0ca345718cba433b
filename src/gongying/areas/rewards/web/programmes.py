"""Programmes: what is paid for what; drafted with the curve beside the form, replayed before it is published."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from pydantic import ValidationError

from gongying.books.goods import read as goods
from gongying.books.parties import read as parties
from gongying.core.policies import actions as policy_actions
from gongying.core.policies import editing
from gongying.core.policies import read as policies
from gongying.core.policies.lists import standing
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import charts, links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import is_chinese, pick

from .. import actions, queries
from ..rules import PROGRAMME, Programme, curve, form_of, from_form, lint, priced_cliffs

METHODS = (
    ("slab", _("retroactive: the reached rate on everything")),
    ("marginal", _("incremental: each rate on its own part")),
    ("fixed", _("a fixed amount for the reached tier")),
    ("per_unit", _("an amount per piece, by the reached tier")),
)
SHORT = {"slab": _("retroactive"), "marginal": _("incremental"), "fixed": _("fixed"), "per_unit": _("per piece")}
BASES = (("value", _("sell-in value")), ("quantity", _("pieces")))
PERIODS = (("month", _("month")), ("quarter", _("quarter")), ("half", _("half-year")), ("year", _("year")))
BLANK: dict[str, Any] = {"method": "slab", "basis": "value", "period": "quarter", "currency": "CNY", "tiers": [{"start": "0", "end": "", "rate": ""}]}  # fmt: skip


def _document(row: PolicyVersion) -> Programme:
    document = policies.parsed(row)
    if not isinstance(document, Programme):
        raise Missing("no such programme")
    return document


def _programmes(today: date) -> Table:
    """All versions; the state is where a version stands today, not only that somebody published it."""
    stands, by_state = standing(PROGRAMME.code, today)
    return Table(
        "programmes",
        [
            Column("title", _("Title"), lambda r: pick(r.title, r.title_en), sort="title", href=lambda r: links.to("programme", r.pk)),
            Column("key", _("Key"), lambda r: f"{r.key} v{r.version}", sort="key", phone=False),
            Column("method", _("Method"), lambda r: SHORT[_document(r).method]),
            Column("basis", _("Basis"), lambda r: dict(BASES)[_document(r).basis], phone=False),
            Column("period", _("Settled by"), lambda r: dict(PERIODS)[_document(r).period], phone=False),
            Column("tiers", _("Tiers"), lambda r: len(_document(r).tiers), "num", phone=False),
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
        request, policies.versions(PROGRAMME.code), "rewards/programmes.html"
    )


def _drawn(document: Programme) -> dict[str, Any]:
    """The curve of a programme with its cliffs."""
    found = priced_cliffs(document)
    title = str(_("Rebate by base"))
    starts = [float(cliff.start) for cliff in found]
    return {
        "chart": charts.ladder(curve(document), title=title, cliffs=starts, chinese=is_chinese()),
        "cliffs": found,
    }


@page(needs="rewards.preview")
def programme(request: Request, version_id: int) -> HttpResponse:
    """One version: its terms, its curve, its cliffs, what the linter says, the versions before and after."""
    row, today = queries.programme_row(version_id), timezone.localdate()
    document, newest = _document(row), policies.holding(PROGRAMME.code, today)
    versions = policies.versions(PROGRAMME.code, row.key)[:20]
    context = {
        "row": row,
        "state": policies.state_of(row, today, newest),
        "doc": document,
        "method": dict(METHODS)[document.method],
        "basis": dict(BASES)[document.basis],
        "settled_by": dict(PERIODS)[document.period],
        "regions": [name for code, name in parties.region_choices() if code in document.regions],
        "groups": [name for code, name in goods.category_choices() if code in document.categories],
        "findings": policy_actions.findings(row),
        "versions": [(each, policies.state_of(each, today, newest)) for each in versions],
        "replays": queries.replays(row)[:5],
        "percent": document.basis == "value" and document.method in ("slab", "marginal"),
    }
    return render(request, "rewards/programme.html", context | _drawn(document))


@page(needs="policies.draft")
def edit(request: Request, version_id: int = 0) -> HttpResponse:
    """The editor: a new programme, a draft, or the next version of a published one."""
    row = queries.programme_row(version_id) if version_id else None
    form: dict[str, Any] = form_of(_document(row)) if row else BLANK
    head = _head(row)
    error = None
    if request.method == "POST":
        head = {name: request.POST.get(name, "").strip() for name in head}
        try:
            form = _typed(request)
            return redirect("rewards:programme", version_id=_save(request, row, head, form))
        except Refused as no:
            error, form = no, _typed(request)
    context = {
        "row": row,
        "head": head,
        "form": form,
        "error": error,
        "methods": METHODS,
        "bases": BASES,
        "periods": PERIODS,
        "categories": goods.category_choices(),
        "regions": parties.region_choices(),
    }
    return render(request, "rewards/edit.html", context | _tried(form), status=409 if error else 200)


def _head(row: PolicyVersion | None) -> dict[str, str]:
    """What a version is called and when it holds, as typed."""
    if row is None:
        return {"key": "", "title": "", "title_en": "", "from": "", "to": ""}
    until = row.effective_to.isoformat() if row.effective_to else ""
    return {"key": row.key, "title": row.title, "title_en": row.title_en, "from": row.effective_from.isoformat(), "to": until}  # fmt: skip


def _typed(request: Request) -> dict[str, Any]:
    """The form as it was typed, so that nothing is lost by a fault."""
    post = request.POST
    form: dict[str, Any] = {name: post.get(name, "").strip() for name in ("method", "basis", "period", "currency", "base_cap", "payout_cap", "guarantee", "products", "without", "parties")}  # fmt: skip
    form |= {name: post.getlist(name) for name in ("categories", "regions")}
    columns = [post.getlist(name)[:20] for name in ("start", "end", "rate")]
    form["tiers"] = [dict(zip(("start", "end", "rate"), row, strict=True)) for row in zip(*columns, strict=False)]
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


def _tried(form: dict[str, Any]) -> dict[str, Any]:
    """The curve of what is typed, or what is wrong with it."""
    try:
        document = Programme.model_validate(from_form(form))
    except Refused as no:
        return {"fault": no}
    except ValidationError as fault:
        first = fault.errors()[0]
        return {"fault": first["msg"].removeprefix("Value error, "), "where": ".".join(map(str, first["loc"]))}
    return {"doc": document, "findings": lint(document)} | _drawn(document)


@require_POST
@page(needs="policies.draft")
def preview(request: Request) -> HttpResponse:
    """The curve of what is typed, as a piece of the editor; nothing is written."""
    return render(request, "rewards/_curve.html", _tried(_typed(request)))


def _changes(currency: str) -> Table:
    return Table(
        "replay",
        [
            Column("code", _("Code"), lambda r: r.code, sort=lambda r: r.code, phone=False),
            Column("name", _("Distributor"), lambda r: r.name, sort=lambda r: r.code, href=lambda r: links.to("party", r.party_id)),
            Column("before", _("In force"), lambda r: (r.before_minor, currency), "money", lambda r: r.before_minor),
            Column("after", _("This draft"), lambda r: (r.after_minor, currency), "money", lambda r: r.after_minor),
            Column("change", _("Change"), lambda r: (r.change_minor, currency), "money", lambda r: r.change_minor),
        ],
        sort="change",
        search=lambda rows, q: [r for r in rows if q.lower() in f"{r.code} {r.name}".lower()],
        filters=[
            Filter("who", _("Change"), [("up", _("gains")), ("down", _("loses"))], lambda rows, v: [r for r in rows if (r.change_minor > 0) == (v == "up") and r.change_minor]),
        ],
        views=[(_("Losers"), "who=down&sort=change"), (_("Winners"), "who=up&sort=-change")],
        key=lambda r: r.party_id,
        empty=_("Nobody would have earned anything in this period."),
    )  # fmt: skip


@page(needs="rewards.replay")
def replay(request: Request, version_id: int) -> HttpResponse:
    """What a version would have paid in a period of the past, against what was in force; kept, and then published."""
    row = queries.programme_row(version_id)
    period = (
        request.POST.get("period")
        or request.GET.get("period")
        or queries.last_period(_document(row), timezone.localdate())
    )
    error = None
    if request.method == "POST":
        try:
            if request.POST.get("what") == "publish":
                policy_actions.publish(request.actor, version_id=row.pk)
                messages.success(request, say("Published."))
                return redirect("rewards:programme", version_id=row.pk)
            actions.replay(request.actor, version_id=row.pk, period=period)
            messages.success(request, say("The replay is kept with this version."))
            return redirect(f"{request.path}?period={period}")
        except Refused as no:
            error = no
    view = queries.replayed(request.actor, row, period)
    before, after = (sum(getattr(r, name) for r in view) for name in ("before_minor", "after_minor"))
    context = {
        "row": row,
        "period": period,
        "error": error,
        "before": before,
        "after": after,
        "grown": None if not before else Decimal(after - before) / before,
        "winners": sum(r.change_minor > 0 for r in view),
        "losers": sum(r.change_minor < 0 for r in view),
        "currency": _document(row).currency,
        "kept": queries.replays(row)[:5],
        "ready": queries.is_replayed(row),
    }
    return _changes(context["currency"]).respond(request, view, "rewards/replay.html", context)
