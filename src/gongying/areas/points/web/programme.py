"""The programme and the catalogue in words, with the way to their forms."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from gongying.core.policies import actions as policy_actions
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.core.ui.pages import Request, page

from .. import queries
from ..queries.telling import figure_of, shown
from ..rules import CATALOGUE, PROGRAMME, Programme
from .policies import METHODS, PERIODS, REWARDS, RULES
from .shared import TABS

EDITOR = "/control/policies/new/?kind="


@page(needs="points.desk")
def programme(request: Request) -> HttpResponse:
    """What holds today: the rules in their order, expiry, value and budget, the rewards; what the linter says."""
    actor, today = request.actor, timezone.localdate()
    try:
        found = queries.programme_on(today)
    except Missing:
        found = None
    offered = queries.catalogue_on(today)
    context = {
        "tabs": TABS,
        "tab": "programme",
        "found": found,
        "rules": _rules(found.document) if found else [],
        "method": dict(METHODS)[found.document.method] if found else "",
        "period": dict(PERIODS)[found.document.period] if found else "",
        "budget": queries.budget(found.document, today) if found else None,
        "findings": _findings(found.version_id) if found else [],
        "offered": offered,
        "rewards": _rewards(offered) if offered else [],
        "drafts": [
            row
            for code in (PROGRAMME.code, CATALOGUE.code)
            for row in policies.versions(code).filter(status="draft")[:5]
        ],
        "edit_programme": f"{EDITOR}{PROGRAMME.code}",
        "edit_catalogue": f"{EDITOR}{CATALOGUE.code}",
        "may_draft": actor.can("policies.draft"),
    }
    return render(request, "points/programme.html", context)


def _rules(document: Programme) -> list[tuple[Any, ...]]:
    """The rules in their order: (rule, its name, what it counts, its figure, a step, the threshold)."""
    kinds = dict(RULES)
    return [
        (
            rule,
            queries.named(rule),
            kinds[rule.kind],
            figure_of(rule)[0],
            shown(rule, rule.per, document.currency),
            shown(rule, rule.at_least, document.currency) if rule.at_least else "",
        )
        for rule in document.rules
    ]


def _rewards(offered: queries.Offered) -> list[tuple[Any, ...]]:
    kinds = dict(REWARDS)
    return [
        (
            each,
            queries.named(each),
            kinds[each.kind],
            queries.cost_of(each, offered.document.currency),
            queries.taken(each.code),
        )
        for each in offered.document.rewards
    ]


def _findings(version_id: int) -> list[Any]:
    return policy_actions.findings(policies.version(version_id))
