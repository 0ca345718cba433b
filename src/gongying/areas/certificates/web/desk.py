"""The list of certificates, what is missing, and a distributor's own."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.refusal import Missing
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.core.words import pick

from .. import queries

STATES = (
    ("submitted", _("submitted")),
    ("valid", _("valid")),
    ("expiring", _("expiring")),
    ("expired", _("expired")),
    ("to come", _("to come")),
    ("rejected", _("rejected")),
    ("withdrawn", _("withdrawn")),
)
WITHIN = (("30", _("within 30 days")), ("60", _("within 60 days")), ("90", _("within 90 days")), ("180", _("within 180 days")))  # fmt: skip
TABS = (("certificates", _("Certificates")), ("missing", _("Missing certificates")))


def _found(rows: Any, q: str) -> Any:
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    own = Q(number__icontains=q) | Q(serial__icontains=q) | Q(issuer__icontains=q) | Q(holder__icontains=q)
    return rows.filter(own | Q(party__code__icontains=q) | named)


def _within(today: date) -> Callable[[Any, str], Any]:
    return lambda rows, days: queries.expiring(rows, today, int(days))


def table(today: date) -> Table:
    """The list as of a day, with the kinds of that day."""
    names = queries.names(today)
    return Table(
        "certificates",
        [
            Column("number", _("Number"), lambda r: r.number, sort="number", href=lambda r: f"/certificates/{r.pk}/"),
            Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: links.to("party", r.party_id)),
            Column("kind", _("Kind"), lambda r: names.get(r.kind, r.kind), sort="kind"),
            Column("holder", _("Holder"), lambda r: r.holder, sort="holder", phone=False),
            Column("serial", _("Number on it"), lambda r: r.serial, sort="serial", phone=False),
            Column("until", _("Last day"), lambda r: r.valid_to, "date", "valid_to"),
            Column("left", _("Days left"), lambda r: (r.valid_to - today).days if r.valid_to and r.state == "accepted" else None, "days", "valid_to", phone=False),
            Column("state", _("State"), lambda r: queries.state_of(r, today), "state", "state"),
        ],
        search=_found,
        filters=[
            Filter("kind", _("Kind"), list(names.items()), lambda rows, v: rows.filter(kind=v)),
            Filter("state", _("State"), STATES, lambda rows, v: queries.of_state(rows, v, today)),
            Filter("within", _("Expires"), WITHIN, _within(today)),
        ],
        views=[(_("To be accepted"), "state=submitted"), (_("Expiring within 60 days"), "within=60&sort=until"), (_("Expired"), "state=expired")],
        empty=_("No certificate yet. Enter one, or ask the distributors to send theirs."),
    )  # fmt: skip


@page(needs="certificates.desk")
def certificates(request: Request) -> HttpResponse:
    """Every certificate in scope; those that expire first under “Expiring”."""
    today = timezone.localdate()
    context = {"tabs": TABS, "tab": "certificates", "counts": queries.counts(request.actor, today), "today": today}
    return table(today).respond(
        request, queries.certificates(request.actor), "certificates/certificates.html", context
    )


MISSING = Table(
    "missing_certificates",
    [
        Column("party", _("Distributor"), lambda r: label(r.party), sort=lambda r: r.party.code),
        Column("code", _("Code"), lambda r: r.party.code, sort=lambda r: r.party.code, phone=False),
        Column("kind", _("Kind"), lambda r: pick(r.kind.name, r.kind.name_en), sort=lambda r: r.kind.code),
        Column("ended", _("The last one ended"), lambda r: r.ended, "date", lambda r: r.ended),
    ],
    search=lambda rows, q: [r for r in rows if q.lower() in f"{r.party.code} {r.party.name} {r.party.name_en} {r.party.initials}".lower()],
    key=lambda r: f"{r.kind.code}/{r.party.pk}",
    empty=_("Nobody lacks a certificate he needs."),
)  # fmt: skip


@page(needs="certificates.desk")
def missing(request: Request) -> HttpResponse:
    """Who needs a certificate and has none that is good today."""
    rows = queries.missing(request.actor, timezone.localdate())
    return MISSING.respond(request, rows, "certificates/missing.html", {"tabs": TABS, "tab": "missing"})


@page(needs="certificates.mine")
def mine(request: Request) -> HttpResponse:
    """A distributor's own certificates: what he lacks, what expires, all of them."""
    actor, today = request.actor, timezone.localdate()
    own = parties.parties(actor).first()
    if own is None:
        raise Missing("no distributor of his")
    names = queries.names(today)
    rows = [
        (row, names.get(row.kind, row.kind), queries.state_of(row, today), (row.valid_to - today).days if row.valid_to else None)
        for row in queries.certificates(actor).filter(party=own)[:200]
    ]  # fmt: skip
    context = {
        "party": own,
        "rows": rows,
        "lacks": [(pick(each.kind.name, each.kind.name_en), each.kind.code, each.ended) for each in queries.missing(actor, today)],
        "today": today,
    }  # fmt: skip
    return render(request, "certificates/mine.html", context)
