"""Limits that turnover moves: the rule, what would be announced today, what was announced; and the form of the policy."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from gongying.core.policies.forms import Ask, Part, declare
from gongying.core.ui import links
from gongying.core.ui.pages import Request, page
from gongying.core.ui.tables import Column, Filter, Table
from gongying.core.ui.templatetags.ui import label

from .. import actions, queries
from ..models import Revision
from ..rules import TURNOVER, LimitTurnover

PERIODS = (("month", _("month")), ("quarter", _("quarter")))
UNKNOWN = (("one", _("keeps the limit agreed on")), ("keep", _("keeps the last factor")), ("low", _("gets the lowest factor")))  # fmt: skip
STATES = (("to come", _("to come")), ("in force", _("in force")), ("ended", _("ended")))
MOST_DRAWN = 500

declare(
    TURNOVER.code,
    Part(
        _("What moves the limit"),
        (
            Ask("period", _("Looked at by"), "choice", choices=PERIODS),
            Ask("benchmark", _("Days of inventory that change nothing"), "number"),
            Ask("slope", _("Change for each day, percent"), "percent"),
            Ask("low", _("At least, percent"), "percent"),
            Ask("high", _("At most, percent"), "percent"),
            Ask("most_change", _("Largest change at once, percent"), "percent", optional=True),
            Ask("unknown", _("Whose stock nobody knows"), "choice", choices=UNKNOWN),
        ),
        _("The agreed limit times 1 + slope × (benchmark − days of inventory), between its bounds."),
    ),
    Part(
        _("When it is announced"),
        (
            Ask("after_days", _("Days after the period"), "whole"),
            Ask("notice_days", _("Days of notice"), "whole"),
        ),
        _("Only periods that began under the policy are looked at. Orders that were accepted stay."),
    ),
)


def _found(rows: Any, q: str) -> Any:
    named = Q(party__name__icontains=q) | Q(party__name_en__icontains=q) | Q(party__initials__istartswith=q)
    return rows.filter(Q(party__code__icontains=q) | Q(period=q) | named)


def _state(rows: Any, value: str) -> Any:
    today = timezone.localdate()
    over = Q(valid_to__lt=today) | Q(next_from__lte=today)
    last = Q(next_from__isnull=True) | Q(next_from__gt=today)
    now = Q(valid_from__lte=today, valid_to__gte=today) & last
    chosen = {"to come": Q(valid_from__gt=today), "in force": now, "ended": over}
    return rows.filter(chosen[value])


def _stands(row: Revision) -> str:
    return queries.state_of(row, timezone.localdate())


REVISIONS = Table(
    "credit_revisions",
    [
        Column("party", _("Distributor"), lambda r: label(r.party), sort="party__name", href=lambda r: f"{links.to('credit', r.party_id)}#turnover"),
        Column("period", _("Period"), lambda r: r.period, sort="period"),
        Column("days", _("Days of inventory"), lambda r: r.days, "days", "days", phone=False),
        Column("factor", _("Limit times"), lambda r: f"× {queries.plain(r.factor)}", sort="factor"),
        Column("announced", _("Announced on"), lambda r: r.announced_on, "date", "announced_on", phone=False),
        Column("since", _("From"), lambda r: r.valid_from, "date", "valid_from", phone=False),
        Column("until", _("Last day"), lambda r: r.valid_to, "date", "valid_to", phone=False),
        Column("state", _("State"), _stands, "state"),
    ],
    search=_found,
    filters=[
        Filter("state", _("State"), STATES, _state),
        Filter("moved", _("Moved"), [("down", _("down")), ("up", _("up"))], lambda rows, v: rows.filter(factor__lt=1) if v == "down" else rows.filter(factor__gt=1)),
    ],
    views=[(_("To come"), "state=to come"), (_("Lowered"), "moved=down")],
    empty=_("Nothing was announced yet. The clock announces what is due, or press the button."),
)  # fmt: skip


@page(needs="credit.desk")
def turnover(request: Request) -> HttpResponse:
    """The rule, what is due to be announced, and every revision."""
    actor, today = request.actor, timezone.localdate()
    held = queries.rule_for(None, today)
    whom = {row.party_id for row in queries.standings(actor, on=today)}
    drawn = queries.to_announce(actor, today, whom)
    context = {
        "pairs": pairs(held[0]) if held else [],
        "policy_url": links.to("policy", held[1]) if held else "",
        "drawn": drawn[:MOST_DRAWN],
        "count": len(drawn),
        "today": today,
    }
    return REVISIONS.respond(request, queries.revisions(actor), "credit/turnover.html", context)


@require_POST
@page(needs="credit.bind")
def bind(request: Request) -> HttpResponse:
    """Announce what is due."""
    count = actions.bind(request.actor)
    text = ngettext("%(count)s revision was announced.", "%(count)s revisions were announced.", count)
    messages.success(request, text % {"count": count} if count else say("Nothing is due to be announced."))
    return redirect("credit:turnover")


def pairs(rule: LimitTurnover) -> list[tuple[Any, Any]]:
    """The rule in words."""
    return [
        (_("Looked at by"), dict(PERIODS)[rule.period]),
        (_("Days of inventory that change nothing"), queries.plain(rule.benchmark)),
        (_("Change for each day, percent"), queries.plain(rule.slope * 100)),
        (_("At least, percent"), queries.plain(rule.low * 100)),
        (_("At most, percent"), queries.plain(rule.high * 100)),
        (_("Largest change at once, percent"), "–" if rule.most_change is None else queries.plain(rule.most_change * 100)),
        (_("Whose stock nobody knows"), dict(UNKNOWN)[rule.unknown]),
        (_("Days of notice"), rule.notice_days),
    ]  # fmt: skip


def told(rows: list[Revision]) -> list[tuple[Revision, str, list[tuple[Any, Any]]]]:
    """Revisions with their state and the rule each follows, in words."""
    return [(row, _stands(row), pairs(queries.rule_of(row.version_id))) for row in rows]
