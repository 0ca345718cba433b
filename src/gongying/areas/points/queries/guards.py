"""What only the house's own history can say of a draft: a budget at risk, a reward nobody can reach, a name nobody bears."""

from collections.abc import Container, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.goods import read as goods
from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Finding, guard
from gongying.core.policies.models import PolicyVersion
from gongying.core.refusal import Missing
from gongying.engines.money import whole

from ..models import Earning, PointLot
from ..rules import CATALOGUE, PROGRAMME, Catalogue, Programme
from .awarding import earned, measure
from .policies import catalogue_on, programme_on


def _document(row: PolicyVersion) -> Any:
    return policies.parsed(row)


@guard(PROGRAMME.code)
def must_name_what_exists(row: PolicyVersion) -> list[Finding]:
    """A figure nobody registered or a group nobody sells earns nobody anything, and nobody would notice."""
    document: Programme = _document(row)
    found, groups = [], {each.code for each in goods.categories()}
    for place, rule in enumerate(document.rules):
        metric = metrics.METRICS.get(rule.figure)
        if rule.kind != "outlets" and (metric is None or "party" not in metric.by):
            text = _("The figure %(code)s is not counted by distributor.") % {"code": rule.figure}
            found.append(Finding("error", "unknown", text, f"rules.{place}.metric"))
        if rule.group and rule.group not in groups:
            text = _("There is no product group %(code)s.") % {"code": rule.group}
            found.append(Finding("error", "unknown", text, f"rules.{place}.group"))
    known: Container[str] = parties.ids_by_code(document.exempt)
    lost: Sequence[str] = [code for code in document.exempt if code not in known]
    return found + [
        Finding("error", "unknown", _("There is no distributor %(code)s.") % {"code": code}, "exempt")
        for code in lost
    ]


@guard(PROGRAMME.code)
def must_keep_its_currency(row: PolicyVersion) -> list[Finding]:
    """Budget and catalogue count in one money."""
    offered = catalogue_on(timezone.localdate())
    document: Programme = _document(row)
    if offered is None or offered.document.currency == document.currency:
        return []
    text = _("The catalogue costs in %(currency)s: the programme must count in the same.")
    return [Finding("error", "currency", text % {"currency": offered.document.currency}, "currency")]


@guard(PROGRAMME.code)
def budget_at_risk(row: PolicyVersion) -> list[Finding]:
    """What the last whole period would have awarded by this draft, at the value of a point, against the budget."""
    document: Programme = _document(row)
    if document.budget is None:
        text = _("No budget is written: nothing keeps rewards from costing any amount.")
        return [Finding("note", "no_budget", text, "budget")]
    natural = calendar.NATURAL[document.period]
    span = natural(natural(min(row.effective_from, timezone.localdate())).start - timedelta(days=1))
    values = measure(document, span.start, span.end)
    levels = parties.levels_at(span.last_day, values)
    points = sum(earned(document, held, levels.get(pk, "")).points for pk, held in values.items())
    days = calendar.NATURAL[document.budget_period](span.start)
    scaled = points * (days.end - days.start).days / max(1, (span.end - span.start).days)
    cost, limit = whole(document.value * int(scaled)), int(document.budget)
    if cost <= limit:
        return []
    text = _(
        "%(period)s would have earned %(points)s points; at that pace they are worth %(cost)s in a budget of %(budget)s."
    )
    said = {"period": span.code, "points": f"{points:,}", "cost": f"{cost:,}", "budget": f"{limit:,}"}
    return [Finding("warning", "budget", text % said, "budget")]


@guard(CATALOGUE.code)
def must_be_within_reach(row: PolicyVersion) -> list[Finding]:
    """A reward that costs more points than anybody has or earns in a year is no reward. Silent while nothing was earned."""
    document: Catalogue = _document(row)
    since = timezone.localdate() - timedelta(days=365)
    rows = Earning.objects.unscoped("reach of rewards").filter(
        award__state="posted", award__business_date__gt=since
    )
    year = max((t for _p, t in rows.order_by().values_list("party_id").annotate(t=Sum("posted"))), default=0)
    lots = PointLot.objects.unscoped("reach of rewards").filter(open__gt=0).order_by().values_list("party_id")
    most = max(year, max((t for _p, t in lots.annotate(t=Sum("open"))), default=0))
    if not most:
        return []
    text = _("“%(name)s” costs %(points)s points; nobody has more than %(most)s or earns that in a year.")
    return [
        Finding(
            "warning",
            "out_of_reach",
            text % {"name": reward.name, "points": f"{reward.points:,}", "most": f"{most:,}"},
            f"rewards.{place}",
        )
        for place, reward in enumerate(document.rewards)
        if reward.points > most
    ]


@guard(CATALOGUE.code)
def must_exist_and_be_worth_it(row: PolicyVersion) -> list[Finding]:
    """Goods by a code that is sold; the money of the programme; rewards that cost more than their points are worth."""
    document: Catalogue = _document(row)
    codes = [reward.target for reward in document.rewards if reward.kind == "goods" and reward.target]
    known, found = goods.ids_by_code(codes), []
    for place, reward in enumerate(document.rewards):
        if reward.kind == "goods" and reward.target and reward.target not in known:
            text = _("There is no product %(code)s.") % {"code": reward.target}
            found.append(Finding("error", "unknown", text, f"rewards.{place}.target"))
    try:
        rules = programme_on(timezone.localdate()).document
    except Missing:
        return found
    if rules.currency != document.currency:
        other = _("The programme counts in %(currency)s: the catalogue must cost in the same.")
        found.append(Finding("error", "currency", other % {"currency": rules.currency}, "currency"))
    for place, reward in enumerate(document.rewards):
        worth = reward.points * rules.value
        if reward.cost > worth:
            said = {"name": reward.name, "cost": f"{reward.cost:,.2f}", "worth": f"{worth:,.2f}"}
            dear = _(
                "“%(name)s” costs %(cost)s, and its points are worth %(worth)s: every one adds to the expense."
            )
            found.append(Finding("warning", "dear", dear % said, f"rewards.{place}"))
    return found
