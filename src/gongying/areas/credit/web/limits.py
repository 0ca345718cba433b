"""The list of limits, and one of them."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.core.people.access import same
from gongying.core.refusal import Refused
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label
from gongying.engines import turnover

from .. import actions, queries
from ..models import Grant

KINDS = [("limit", _("lasting limit")), ("temporary", _("temporary limit"))]
SOON = [("ending", _("ends within two weeks"))]
STATES = [(word, _(word)) for word in ("proposed", "approved", "rejected", "ended")]


def state_of(row: Grant) -> str:
    """The word of the badge: an approved temporary limit whose last day is over has expired."""
    over = row.state == "approved" and row.valid_to is not None and row.valid_to < timezone.localdate()
    return "expired" if over else row.state


def _kind(rows: Any, value: str) -> Any:
    if value != "ending":
        return rows.filter(kind=value)
    today = timezone.localdate()
    return rows.filter(
        kind="temporary", state="approved", valid_to__gte=today, valid_to__lte=today + timedelta(days=14)
    )


def _found(rows: Any, q: str) -> Any:
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    return rows.filter(Q(party__code__icontains=q) | named)


LIMITS = Table(
    "limits",
    [
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: f"/credit/limits/{r.pk}/"),
        Column("kind", _("Kind"), lambda r: dict(KINDS)[r.kind], sort="kind", phone=False),
        Column("amount", _("Amount"), lambda r: (r.amount_minor, r.currency), "money", "amount_minor"),
        Column("terms", _("Days to pay"), lambda r: r.terms_days, "days", "terms_days", phone=False),
        Column("since", _("From"), lambda r: r.valid_from, "date", "valid_from", phone=False),
        Column("until", _("Last day"), lambda r: r.valid_to, "date", "valid_to", phone=False),
        Column("by", _("Proposed by"), lambda r: r.proposed_by, sort="proposed_by", phone=False),
        Column("state", _("State"), state_of, "state", "state"),
    ],
    search=_found,
    filters=[
        Filter("state", _("State"), STATES, lambda rows, v: rows.filter(state=v)),
        Filter("kind", _("Kind"), [*KINDS, *SOON], _kind),
    ],
    views=[(_("To be approved"), "state=proposed"), (_("Temporary, ending soon"), "kind=ending")],
    empty=_("No limit yet. Open a distributor's credit and propose one."),
)  # fmt: skip


@page(needs="credit.desk")
def limits(request: Request) -> HttpResponse:
    """Every limit that was ever proposed."""
    return LIMITS.respond(request, queries.grants(request.actor), "credit/limits.html")


@page(needs="credit.desk")
def grant(request: Request, grant_id: int) -> HttpResponse:
    """One limit: who proposed it and why, what it changes; approve it, turn it down, or end a temporary one."""
    actor, error = request.actor, None
    row = queries.limit(actor, grant_id)
    if request.method == "POST":
        verbs: dict[str, Any] = {"approve": actions.approve, "reject": actions.reject, "end": actions.end}
        try:
            verb = verbs.get(request.POST.get("verdict", ""), actions.reject)
            verb(actor, grant_id=grant_id, answer=request.POST.get("answer", ""))
            messages.success(request, say("Saved."))
            return redirect("credit:grant", grant_id=grant_id)
        except Refused as no:
            error = no
    now = queries.standing(actor, party_id=row.party_id, currency=row.currency, on=timezone.localdate())
    difference = row.amount_minor
    if row.kind == "limit":
        difference = turnover.bound(row.amount_minor, now.factor) - now.limit_minor
    state = state_of(row)
    context = {
        "row": row,
        "state": state,
        "kind": dict(KINDS)[row.kind],
        "standing": now,
        "after": now.available_minor + difference,
        "error": error,
        "own": same(actor, row.proposed_by),
        "may_decide": row.state == "proposed" and actor.can("credit.approve"),
        "may_end": state == "approved" and row.kind == "temporary" and actor.can("credit.approve"),
        "credit_url": links.to("credit", row.party_id),
    }
    return render(request, "credit/grant.html", context, status=409 if error else 200)
