"""Campaigns: the list, the form, one of them with its link and QR code, a lead that was met in person; where nobody sells."""

import base64
import io
from typing import Any

import segno
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.refusal import Refused
from gongying.core.ui import links, typed
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.words import pick

from .. import actions, queries
from ..models import Campaign
from ..rules import CHANNELS, PARTNERS
from ..rules.profile import shown
from .shared import STATE_WORDS, whole_of

STATES = (("draft", _("draft")), ("open", _("open")), ("closed", _("closed")))
NAMES = (
    "title", "title_en", "text", "text_en", "region", "channel", "category", "partner_type", "exclusive", "places",
    "opens_on", "closes_on",
)  # fmt: skip
LEVELS = (("region", _("regions")), ("province", _("provinces")), ("city", _("cities")))


def _table() -> Table:
    return Table(
        "campaigns",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: links.to("campaign", r.pk)),
            Column("name", _("Campaign"), lambda r: pick(r.name, r.name_en), sort="name"),
            Column("region", _("Region"), lambda r: pick(r.region.name, r.region.name_en), sort="region__code"),
            Column("channel", _("Channel"), lambda r: shown(CHANNELS, r.channel), sort="channel", phone=False),
            Column("places", _("Places"), lambda r: f"{r.won} / {r.places}", phone=False),
            Column("count", _("Applications"), lambda r: r.count, "num", "count"),
            Column("running", _("being worked on"), lambda r: r.running, "num", "running", phone=False),
            Column("closes", _("Until"), lambda r: r.closes_on, "date", "closes_on", phone=False),
            Column("state", _("State"), lambda r: r.state, "state", "state"),
        ],
        sort="-number",
        search=lambda rows, q: rows.filter(Q(name__icontains=q) | Q(name_en__icontains=q) | Q(number__icontains=q)),
        filters=[Filter("state", _("State"), STATES, lambda rows, v: rows.filter(state=v))],
        empty=_("Nobody is looked for yet. Draft a campaign: where, for which channel, how many."),
    )  # fmt: skip


@page(needs="recruiting.view")
def campaigns(request: Request) -> HttpResponse:
    """The campaigns in scope."""
    return _table().respond(
        request, queries.campaigns(request.actor), "recruiting/campaigns.html", {"tab": "campaigns"}
    )


@page(needs="recruiting.campaign")
def new(request: Request) -> HttpResponse:
    """The form of a new campaign."""
    return _form(request, None)


@page(needs="recruiting.campaign")
def edit(request: Request, campaign_id: int) -> HttpResponse:
    """The form of a campaign that is still a draft."""
    return _form(request, queries.campaign(request.actor, campaign_id))


def _form(request: Request, row: Campaign | None) -> HttpResponse:
    error = None
    if request.method == "POST":
        try:
            made = _save(request, row)
            messages.success(request, say("Saved."))
            return redirect("recruiting:campaign", campaign_id=made)
        except Refused as no:
            error = no
    typed = {name: request.POST.get(name, "") for name in NAMES} if request.method == "POST" else _typed(row)
    context = {
        "row": row, "typed": typed, "error": error, "regions": parties.regions(), "channels": CHANNELS,
        "partners": PARTNERS, "categories": queries.categories(),
    }  # fmt: skip
    return render(request, "recruiting/campaign_form.html", context, status=409 if error else 200)


def _typed(row: Campaign | None) -> dict[str, Any]:
    if row is None:
        return {"places": 1, "partner_type": "distributor"}
    held = {name: getattr(row, name, "") for name in NAMES}
    days = {name: getattr(row, name).isoformat() for name in ("opens_on", "closes_on")}
    return (
        held
        | days
        | {
            "title": row.name,
            "title_en": row.name_en,
            "region": row.region.code,
            "exclusive": "1" if row.exclusive else "",
        }
    )


def _save(request: Request, row: Campaign | None) -> int:
    post = request.POST
    texts = {
        name: post.get(name, "") for name in NAMES if name not in ("exclusive", "places", "opens_on", "closes_on")
    }
    return actions.draft_campaign(
        request.actor, places=whole_of(post.get("places", ""), "places", empty=0) or 0,
        opens_on=typed.day(post.get("opens_on", ""), "opens_on"), closes_on=typed.day(post.get("closes_on", ""), "closes_on"),
        exclusive=post.get("exclusive") == "1", campaign_id=row.pk if row else None, **texts,
    )  # fmt: skip


def link_of(request: HttpRequest, view: str, secret: str, query: str = "") -> str:
    """The whole address of a public page."""
    return request.build_absolute_uri(reverse(view, args=[secret])) + query


def picture(text: str) -> str:
    """A QR code as an SVG, in base 64."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", scale=5, border=3, light="#fff")
    return base64.b64encode(drawn.getvalue()).decode()


@page(needs="recruiting.view")
def campaign(request: Request, campaign_id: int) -> HttpResponse:
    """One campaign: its numbers, the link and the code to print, its applications; open it, close it."""
    actor, error = request.actor, None
    row = queries.campaign(actor, campaign_id)
    if request.method == "POST":
        try:
            verb = {"open": actions.open_campaign, "close": actions.close_campaign}.get(
                request.POST.get("what", "")
            )
            if verb is None:
                raise Refused(_("Choose one of the list."), code="choice")
            verb(actor, campaign_id=row.pk)
            messages.success(request, say("Saved."))
            return redirect("recruiting:campaign", campaign_id=row.pk)
        except Refused as no:
            error = no
    link = link_of(request, "recruiting:join", row.token)
    context = {
        "row": row,
        "error": error,
        "link": link,
        "qr": picture(link + "?by=qr"),
        "left": queries.left(row),
        "rows": [(each, STATE_WORDS[each.state]) for each in queries.applications(actor).filter(campaign=row)[:20]],
        "channel": shown(CHANNELS, row.channel),
        "partner": shown(PARTNERS, row.partner_type),
        "running": queries.open_now(row, timezone.localdate()),
    }
    return render(request, "recruiting/campaign.html", context, status=409 if error else 200)


@page(needs="recruiting.work")
def enter(request: Request, campaign_id: int) -> HttpResponse:
    """Enter a lead that was met in person; the applicant's own link is shown once."""
    actor, error, link = request.actor, None, ""
    row = queries.campaign(actor, campaign_id)
    names = ("company", "region", "contact_name", "phone", "email")
    typed = {name: request.POST.get(name, "") for name in names}
    if request.method == "POST":
        try:
            agreed = request.POST.get("consent") == "1"
            secret = actions.enter(actor, campaign_id=row.pk, consent=agreed, **typed)
            link = link_of(request, "recruiting:mine", secret)
        except Refused as no:
            error = no
    rules, _version = queries.rules(timezone.localdate())
    context = {
        "row": row, "typed": typed, "error": error, "link": link, "qr": picture(link) if link else "",
        "regions": queries.regions_for(row), "consent": pick(rules.consent, rules.consent_en),
    }  # fmt: skip
    return render(request, "recruiting/enter.html", context, status=409 if error else 200)


def _spots() -> Table:
    return Table(
        "coverage",
        [
            Column("code", _("Code"), lambda s: s.code, sort=lambda s: s.code, phone=False),
            Column("name", _("Region"), lambda s: s.name, sort=lambda s: s.name),
            Column("holders", _("sell here"), lambda s: s.holders, "num", lambda s: s.holders),
            Column("exclusive", _("exclusive"), lambda s: s.exclusive, "num", lambda s: s.exclusive, phone=False),
            Column("overlaps", _("meet each other"), lambda s: s.overlaps, "num", lambda s: s.overlaps, phone=False),
            Column("applications", _("Applications"), lambda s: s.applications, "num", lambda s: s.applications),
            Column("white", _("White space"), lambda s: _("nobody sells here") if s.white else "", sort=lambda s: s.white),
        ],
        search=lambda rows, q: [s for s in rows if q.lower() in s.name.lower() or q.upper() in s.code],
        filters=[
            Filter("level", _("Level of the region"), LEVELS, lambda rows, v: [s for s in rows if s.level == v]),
            Filter("white", _("White space"), [("yes", _("nobody sells here"))], lambda rows, v: [s for s in rows if s.white]),
            Filter("overlap", _("Overlap"), [("yes", _("territories meet"))], lambda rows, v: [s for s in rows if s.overlaps]),
        ],
        views=[(_("White space"), "white=yes"), (_("Overlap"), "overlap=yes")],
        empty=_("There are no regions here."),
    )  # fmt: skip


@page(needs="recruiting.view")
def coverage(request: Request) -> HttpResponse:
    """Where nobody sells yet, and where territories meet."""
    channel = request.GET.get("channel", "")
    channel = channel if channel in dict(CHANNELS) else ""
    spots = queries.coverage(request.actor, on=timezone.localdate(), channel=channel)
    context = {
        "tab": "coverage",
        "channel": channel,
        "channels": CHANNELS,
        "white": sum(s.white for s in spots),
        "all": len(spots),
    }
    return _spots().respond(request, spots, "recruiting/coverage.html", context)
