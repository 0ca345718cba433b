"""Pages of oversight."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from gongying.core.ui import nav
from gongying.core.ui.listing import export, page_of
from gongying.core.ui.pages import page

from . import queries


@page(needs="control.audit")
def audit(request: HttpRequest) -> HttpResponse:
    """The audit log with the state of the seal."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    rows = queries.audit(actor)
    head = (_("Time"), _("Who"), _("Verb"), _("Outcome"), _("Inputs"))
    cells = ([r.at.isoformat(), r.actor, r.action, r.outcome, r.inputs] for r in rows.iterator())
    found = export(request, "audit", head, cells)
    return found or render(
        request, "control/audit.html", {"page": page_of(request, rows), "seal": queries.seal(actor)}
    )


urlpatterns = [path("audit/", audit, name="audit")]
nav.register(nav.NavItem(_("Audit log"), "/control/audit/", "control.audit", 90, "house", "shield"))
