"""Roles: who holds them, what each may do, and of whom a second factor is demanded."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.doors import HQ, PORTAL, WORDS
from gongying.core.people.models import User
from gongying.core.refusal import Refused
from gongying.core.ui.pages import Request, page

from .. import actions, queries
from ..actions.roles import WHY_NOT

ABOUT: dict[str, Any] = {
    "admin": _("Looks after people, roles and the house itself; sees the whole network."),
    "director": _("Leads the channel: policies, targets and levels; sees the whole network."),
    "regional": _("Looks after the distributors of his regions, and sees no others."),
    "finance": _("Settles, approves and answers objections; sees the whole network."),
    "planner": _("Drafts targets, programmes and reviews that somebody else approves; sees the whole network."),
    "auditor": _("Reads everything, the audit log and the seal too, and changes nothing."),
    "owner": _("Speaks for one distributor: confirms statements and administers its people."),
    "clerk": _("Works for one distributor: sends its files and objects to lines."),
}


@page(needs="accounts.roles")
def roles(request: Request) -> HttpResponse:
    """Every role with who holds it, and of which of them a second factor is demanded; a POST demands it anew."""
    actor, error = request.actor, None
    if request.method == "POST":
        try:
            since = _day(request.POST.get("since", ""))
            actions.demand_factor(actor, roles=request.POST.getlist("roles"), since=since)
            messages.success(request, _("Saved."))
            return redirect("accounts:roles")
        except Refused as no:
            error = no
    found = [(each, ABOUT[each.role]) for each in queries.roles(actor)]
    context = {
        "office_title": _("Head office"),
        "outside_title": _("Distributors"),
        "office": [pair for pair in found if pair[0].role in HQ],
        "outside": [pair for pair in found if pair[0].role in PORTAL],
        "coming": queries.demands_to_come(timezone.localdate()),
        "today": timezone.localdate(),
        "error": error,
        "may_grant": actor.can("accounts.grant"),
    }
    return render(request, "accounts/roles.html", context, status=409 if error else 200)


def _day(text: str) -> date | None:
    found = calendar.typed(text)
    if text and found is None:
        raise Refused(_("This is not a day."), field="since")
    return found


@page(needs="accounts.roles")
def role(request: Request, role: str) -> HttpResponse:
    """What a role may and may not do, area by area; a POST grants or withdraws one permission."""
    actor, error = request.actor, None
    if request.method == "POST":
        permission = request.POST.get("permission", "")
        try:
            verb = actions.grant if request.POST.get("what") == "grant" else actions.withdraw
            verb(actor, role=role, permission=permission)
            messages.success(request, _("Saved. It holds from their next page on."))
            return redirect(f"{reverse('accounts:role', args=[role])}#{permission.split('.')[0]}")
        except Refused as no:
            error = no
    areas = [
        (code, WORDS.get(code, code), [(right, WHY_NOT.get(right.refusal, "")) for right in found])
        for code, found in queries.rights(actor, role=role).items()
    ]
    context = {
        "role": role,
        "about": ABOUT[role],
        "areas": areas,
        "people": User.objects.filter(role=role, is_active=True).order_by("login"),
        "demanded": role in queries.demanded_of(timezone.localdate()),
        "error": error,
        "may_grant": actor.can("accounts.grant"),
    }
    return render(request, "accounts/role.html", context, status=409 if error else 200)
