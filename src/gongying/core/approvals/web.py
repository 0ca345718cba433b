"""Pages of authority: what I may decide, whom I let decide in my stead, the whole matrix."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.people.models import ROLE_NAMES, User
from gongying.core.policies import read as policies
from gongying.core.policies.forms import Ask, Part, declare
from gongying.core.refusal import Refused
from gongying.core.ui import links, nav
from gongying.core.ui.pages import Request, page

from . import actions, read
from .matrix import DECISIONS, KEY, KIND, Matrix, reach
from .models import Delegation

MOST = 100


@dataclass(frozen=True)
class Mine:
    """What somebody may decide of one kind of thing: the widest rule, or in whose stead."""

    verb: str
    label: Any
    rule: str
    steads: list[str]


def _mine(user: User, today: Any) -> list[Mine]:
    found = []
    for verb, label in sorted(DECISIONS.items()):
        rules = read.rules_of(verb, today)
        widest = reach(rules, user.role, "CNY") if rules is not None else None
        said = say("whatever the permission allows") if rules is None else read.words_of(widest) if widest else "–"
        steads = [giver.name for _row, giver in read.standing_in(user.pk, verb, today)]
        found.append(Mine(verb, label, said, steads))
    return found


@page(needs="approvals.delegate")
def mine(request: Request) -> HttpResponse:
    """My authority, what I lent and received, and the form that lends it; an administrator sees everybody's."""
    return _shown(request, None)


def _shown(request: Request, error: Refused | None) -> HttpResponse:
    actor, today = request.actor, timezone.localdate()
    user = User.objects.filter(pk=actor.user_id or 0).first()
    found = policies.candidates(KIND, KEY, today)
    document = policies.parsed(found[0]) if found else None
    rows = read.everybodys() if actor.role == "admin" else read.of_user(actor.user_id or 0)
    shown = list(rows[:MOST])
    ids = {pk for row in shown for pk in (row.giver_id, row.receiver_id)}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    people = User.objects.filter(is_active=True, party_id__isnull=True).exclude(pk=actor.user_id or 0)
    if not actor.whole_network:  # who sees a part of the network is not told who sees another part of it
        people = people.filter(scopes__kind="all").distinct()
    context = {
        "mine": _mine(user, today) if user else [],
        "rows": [
            (row, names.get(row.giver_id, ""), names.get(row.receiver_id, ""), stands(row, today), _own(actor, row))
            for row in shown
        ],
        "people": people.order_by("name"),
        "verbs": sorted(DECISIONS.items()),
        "matrix": [(r, DECISIONS.get(r.verb, r.verb)) for r in document.rules]
        if isinstance(document, Matrix)
        else [],
        "policy": links.to("policy", found[0].pk) if found and actor.can("control.policies") else "",
        "error": error,
        "today": today,
        "given": request.POST,
    }
    return render(request, "approvals/mine.html", context, status=409 if error else 200)


def _own(actor: Actor, row: Delegation) -> bool:
    return row.giver_id == actor.user_id or actor.role == "admin"


def stands(row: Delegation, today: Any) -> str:
    """Where a delegation stands: to come, in force, ended."""
    if row.ended_at is not None or row.until < today:
        return "ended"
    return "to come" if row.since > today else "in force"


@require_POST
@page(needs="approvals.delegate")
def lend(request: Request) -> HttpResponse:
    """Lend one's authority, or take it back."""
    actor, given = request.actor, request.POST
    try:
        if given.get("end", "").isdecimal():
            actions.end(actor, delegation_id=int(given["end"]))
        else:
            until, since = calendar.typed(given.get("until", "")), calendar.typed(given.get("since", ""))
            if until is None:
                raise Refused(_("Write the date as 2026-01-31."), field="until")
            amount = given.get("limit", "").replace(",", "").strip()
            if amount and not amount.isdecimal():
                raise Refused(_("Write the amount as a whole number."), field="limit")
            actions.delegate(
                actor,
                receiver=given.get("receiver", ""),
                since=since,
                until=until,
                reason=given.get("reason", ""),
                verb=given.get("verb", ""),
                limit_minor=int(amount) * 100 if amount else None,
            )
    except Refused as no:
        return _shown(request, no)
    messages.success(request, say("Saved."))
    return redirect("approvals:mine")


urlpatterns = [path("", mine, name="mine"), path("lend/", lend, name="lend")]
nav.register(
    nav.NavItem(_("My authority"), "/approvals/", "approvals.delegate", 93, "house", "scale", portal=False)
)
declare(
    KIND,
    Part(
        _("Who decides what"),
        (
            Ask(
                "rules",
                _("Rules"),
                "table",
                _("What no rule names is decided by permission alone. An empty limit is without end."),
                columns=(
                    Ask(
                        "verb",
                        _("What is decided"),
                        "choice",
                        choices=lambda: [("*", _("any")), *DECISIONS.items()],
                    ),
                    Ask("role", _("Role"), "choice", choices=ROLE_NAMES.items),
                    Ask("limit", _("Up to"), "money", optional=True),
                    Ask("currency", _("Currency")),
                    Ask("regions", _("Regions, by code"), "codes", source="regions"),
                    Ask("groups", _("Product groups, by code"), "codes", source="groups"),
                    Ask("since", _("From"), "day", optional=True),
                    Ask("until", _("Until"), "day", optional=True),
                ),
            ),
        ),
    ),
)
