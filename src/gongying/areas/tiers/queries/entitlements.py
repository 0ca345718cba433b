"""What levels entitle to: what an approved review grants and ends, what a distributor has, and because of what it lost it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, PORTAL, query
from gongying.core.ui.templatetags.ui import money, num, percent
from gongying.core.words import pick
from gongying.engines import chain
from gongying.engines.criteria import cheapest, see
from gongying.engines.levels import place
from gongying.engines.money import minor_of

from ..models import Entitlement, Review, Standing
from ..rules import Benefit, TierProgramme
from .held import figures
from .outlook import figure_named, scale_of

MOST = 500  # entitlements of one distributor on a page
KINDS = {
    "text": _("other"),
    "rebate": _("rebate programme"),
    "fund": _("fund"),
    "credit": _("more credit"),
    "seats": _("training seats"),
    "service": _("service hours"),
}


@dataclass(frozen=True)
class Grant:
    """An entitlement before it is written."""

    party_id: int
    level: str
    benefit: Benefit
    what: str
    period: str
    value_minor: int | None
    key: str


@dataclass(frozen=True)
class Change:
    """What a review grants and which entitlements it ends, with the reasons as facts."""

    granted: list[Grant]
    ended: list[tuple[int, str]]


def what_of(benefit: Benefit) -> str:
    """A benefit as the policy writes it: two that read alike are one."""
    return chain.canonical(benefit.model_dump(mode="json")).decode()


def value_of(benefits: Iterable[Benefit], currency: str) -> int:
    """What benefits are worth together in a period, in minor units; what nobody valued counts nothing."""
    return sum(minor_of(each.worth, currency) for each in benefits if each.worth is not None)


def holds_for(document: TierProgramme, review: Review) -> str:
    """The period for which a review grants what is used up in a period: the next one after a finished period."""
    span = calendar.period(review.period)
    return document.running(span.end).code if review.as_of >= span.last_day else span.code


def open_of(programme: str, party_ids: Iterable[int]) -> dict[int, list[Entitlement]]:
    """The entitlements of distributors by a programme that nothing ended, oldest first."""
    rows = Entitlement.objects.unscoped("approval of a whole review").filter(programme=programme, end__isnull=True)
    found: dict[int, list[Entitlement]] = defaultdict(list)
    for row in rows.filter(party_id__in=list(party_ids)).order_by("id"):
        found[row.party_id].append(row)
    return found


def change(review: Review, document: TierProgramme, standings: Iterable[Standing]) -> Change:
    """What the standings of a review grant, and what they end."""
    rows, period = list(standings), holds_for(document, review)
    steps = {step.code: step for step in document.levels}
    held = open_of(review.programme, [row.party_id for row in rows])
    granted, ended = [], []
    for row in rows:
        wanted = {}
        for benefit in steps[row.level].benefits if row.level in steps else ():
            span = period if benefit.by_period else ""
            wanted[what_of(benefit), span] = benefit
        known = {(each.what, each.period): each for each in held.get(row.party_id, [])}
        ended += [(each.pk, because(document, row, each)) for key, each in known.items() if key not in wanted]
        for (what, span), benefit in wanted.items():
            if (what, span) not in known:
                worth = None if benefit.worth is None else minor_of(benefit.worth, document.currency)
                key = f"tiers/{review.pk}/{row.party_id}/{chain.digest([what, span])[:24]}"
                granted.append(Grant(row.party_id, row.level, benefit, what, span, worth, key))
    return Change(granted, ended)


def because(document: TierProgramme, row: Standing, lost: Entitlement) -> str:
    """Because of what an entitlement ends, as facts: the level fell (and by which figure), the period is over, or the rules
    no longer give it."""
    if row.level == lost.level:
        spent = bool(lost.period) and any(
            what_of(each) == lost.what
            for step in document.levels
            if step.code == row.level
            for each in step.benefits
        )
        return chain.canonical({"why": "period" if spent else "rules"}).decode()
    order = [step.code for step in document.levels]
    rose = row.level in order and (lost.level not in order or order.index(row.level) > order.index(lost.level))
    said: dict[str, str] = {"why": "rose" if rose else "level", "from": lost.level, "to": row.level}
    if not rose and lost.level in order:
        said |= _lacks(document, row, order.index(lost.level))
    return chain.canonical(said).decode()


def _lacks(document: TierProgramme, row: Standing, index: int) -> dict[str, str]:
    """The figure that took a level away: a closed gate, else the farthest of what the level still lacks."""
    values, ladder = figures(row), document.ladder()
    for gate in place(values, ladder, document.barriers()).closed:
        if gate.cap not in [level.code for level in ladder[index:]]:
            return {"metric": gate.metric, "value": f"{gate.value:f}", "at_most": f"{gate.at_most:f}"}
    lacking = cheapest(see(ladder[index].criteria, values)).checks
    worst = min(lacking, key=lambda check: check.share, default=None)
    if worst is None:
        return {}
    return {"metric": worst.metric, "value": f"{worst.value or Decimal(0):f}", "at_least": f"{worst.at_least:f}"}


def because_said(text: str, names: Mapping[str, str], currency: str) -> str:
    """Why an entitlement ended, in the reader's language."""
    said = json.loads(text)
    why = say(
        {
            "level": "The level fell from %(from)s to %(to)s",
            "rose": "The level rose from %(from)s to %(to)s, which brings other things",
            "period": "Its period is over",
            "rules": "The rules of the level no longer give it",
        }[said["why"]]
    )
    shown = {name: names.get(said.get(name, ""), said.get(name, "")) or say("no level") for name in ("from", "to")}
    why = why % shown
    if "metric" not in said:
        return why
    label, _unit = figure_named(said["metric"])
    bound = "at_least" if "at_least" in said else "at_most"
    values = {
        "figure": label,
        "value": shown_figure(said["metric"], said["value"], currency),
        "bound": shown_figure(said["metric"], said[bound], currency),
    }
    if bound == "at_least":
        return f"{why}: " + say("%(figure)s was %(value)s of %(bound)s.") % values
    return f"{why}: " + say("%(figure)s was %(value)s, at most %(bound)s is allowed.") % values


def shown_figure(code: str, value: str | Decimal, currency: str) -> str:
    """A figure (money in major units) as people read it."""
    unit, number = figure_named(code)[1], Decimal(value)
    if unit == "money":
        return money(int(number.scaleb(scale_of(code, currency))), currency)
    return percent(number) if unit == "ratio" else num(number)


def entitlements(actor: Actor, party_id: int) -> QuerySet[Entitlement]:
    """What a distributor in scope has and had, newest first."""
    rows: QuerySet[Entitlement] = Entitlement.objects.for_actor(actor).filter(party_id=party_id)
    return rows.select_related("review", "end__review").order_by("-valid_from", "-id")


def granted(ids: Iterable[int]) -> list[Entitlement]:
    """Entitlements by number, for what follows from them."""
    rows = Entitlement.objects.unscoped("what follows from a level").filter(pk__in=list(ids))
    return list(rows.select_related("party", "review").order_by("id"))


@dataclass(frozen=True)
class EntitlementLine:
    """An entitlement for people and programs: what it is, what it is worth, since when, and why it ended (or "")."""

    id: int
    party_id: int
    level: str
    kind: str
    name: str
    key: str
    period: str
    value_minor: int | None
    currency: str
    since: date
    ended_on: date | None
    because: str


def lines_of(rows: Iterable[Entitlement], names: Mapping[str, str]) -> list[EntitlementLine]:
    """Entitlements with their words."""
    found = []
    for row in rows:
        what: dict[str, Any] = json.loads(row.what)
        end = getattr(row, "end", None)
        found.append(
            EntitlementLine(
                row.pk,
                row.party_id,
                names.get(row.level, row.level),
                row.kind,
                pick(what["name"], what.get("name_en", "")),
                what.get("key", ""),
                row.period,
                row.value_minor,
                row.currency,
                row.valid_from,
                end.ended_on if end else None,
                because_said(end.because, names, row.currency) if end else "",
            )
        )
    return found


@query(needs="tiers.view", roles=EVERYONE)
def entitled(actor: Actor, *, party_id: int, on: date) -> list[EntitlementLine]:
    """What the level of a distributor entitles it to on a day. Missing out of scope (C131)."""
    parties.party(actor, party_id)
    rows = entitlements(actor, party_id).filter(valid_from__lte=on)
    rows = rows.filter(Q(end__isnull=True) | Q(end__ended_on__gt=on))
    if actor.role in PORTAL:
        rows = rows.filter(review__state="approved")
    return lines_of(rows[:MOST], {})
