"""Programmes: what is paid for what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gongying.core.policies import actions as policy_actions
from gongying.core.policies import read as policies
from gongying.core.ui.listing import page_of
from gongying.core.ui.pages import page

from ..rules import PROGRAMME


@page(needs="rewards.preview")
def programmes(request: HttpRequest) -> HttpResponse:
    """All versions of all programmes with what the linter says."""
    rows = page_of(request, policies.versions(PROGRAMME.code))
    views = [(row, policies.parsed(row), policy_actions.findings(row)) for row in rows]
    return render(request, "rewards/programmes.html", {"views": views, "page": rows})
