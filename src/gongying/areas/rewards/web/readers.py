"""Terms that were published: who was asked to read them, who has, and the distributor's page on which he says so."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import SYSTEM
from gongying.core.refusal import Missing, Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import TONES, label

from .. import actions, queries
from .programmes import terms_of

STATES = (("waiting", _("to be read")), ("late", _("read late or not at all")), ("read", _("read")))
TONES["good"] |= {"read"}
TONES["bad"] |= {"not read in time"}


def _state(rows: Any, value: str) -> Any:
    today = timezone.localdate()
    chosen = {
        "read": Q(read_at__isnull=False),
        "waiting": Q(read_at__isnull=True, due_on__gte=today),
        "late": Q(read_at__isnull=True, due_on__lt=today),
    }
    return rows.filter(chosen[value])


def _table(portal: bool) -> Table:
    """The list as the house or a distributor sees it."""
    titles = queries.titles()[0]
    who = [] if portal else [
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("party", r.party_id)),
    ]  # fmt: skip
    return Table(
        "readers",
        [
            Column("title", _("Programme"), lambda r: titles.get(r.version_id, ""), sort="version_id", href=lambda r: links.to("terms", r.version_id)),
            *who,
            Column("asked", _("Published on"), lambda r: r.asked_on, "date", "asked_on", phone=False),
            Column("due", _("To be read by"), lambda r: r.due_on, "date", "due_on"),
            Column("by", _("Acknowledged by"), lambda r: r.read_by, sort="read_by", phone=False),
            Column("at", _("Acknowledged on"), lambda r: timezone.localdate(r.read_at) if r.read_at else None, "date", "read_at", phone=False),
            Column("hash", _("Policy hash"), lambda r: r.policy_hash[:12], phone=False),
            Column("state", _("State"), lambda r: {"late": "not read in time", "waiting": "waiting", "read": "read"}[queries.state_of_reading(r, timezone.localdate())], "state"),
        ],
        filters=[Filter("state", _("State"), list(STATES), _state)],
        sort="-title",
        search=lambda rows, text: rows.filter(
            Q(party__code__icontains=text) | Q(party__name__icontains=text) | Q(version_id__in=_about(text))
        ),
        views=[(_("to be read"), "state=waiting"), (_("read late or not at all"), "state=late")],
        empty=_("No programme was published since this list is kept."),
    )  # fmt: skip


def _about(text: str) -> list[int]:
    """Versions whose key or title holds a text."""
    rows = queries.programmes(SYSTEM).filter(Q(key__icontains=text) | Q(title__icontains=text))
    return list(rows.values_list("pk", flat=True)[:500])


@page(needs="rewards.view")
def readers(request: Request) -> HttpResponse:
    """Published programmes and who has read them; a distributor's own are his terms."""
    rows = queries.acknowledgements(request.actor)
    portal = not request.actor.whole_network and request.actor.role in ("owner", "clerk")
    return _table(portal).respond(request, rows, "rewards/readers.html", {"portal": portal})


@page(needs="rewards.view")
def terms(request: Request, version_id: int) -> HttpResponse:
    """What a published programme says to a distributor; his owner says here that he has read it."""
    actor, error = request.actor, None
    asked = list(queries.acknowledgements(actor, version_id)[:2])
    if not asked:
        raise Missing("nobody of his was asked")
    if request.method == "POST":
        try:
            mark = actions.acknowledge(actor, version_id=version_id)
            messages.success(
                request, say("You have acknowledged the text with the hash %(hash)s.") % {"hash": mark[:12]}
            )
            return redirect("rewards:terms", version_id=version_id)
        except Refused as no:
            error = no
    own = asked[0] if len(asked) == 1 else None
    context = terms_of(queries.programme_row(version_id)) | {
        "asked": own,
        "late": own is not None and queries.state_of_reading(own, timezone.localdate()) == "late",
        "outside": not actor.whole_network,
        "may": actor.can("rewards.acknowledge")
        and actor.role == "owner"
        and own is not None
        and own.read_at is None,
        "error": error,
    }
    return render(request, "rewards/terms.html", context, status=409 if error else 200)


paths = [
    path("terms/", readers, name="readers"),
    path("terms/<int:version_id>/", terms, name="terms"),
]
