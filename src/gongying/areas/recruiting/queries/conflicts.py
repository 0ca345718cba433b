"""What an application collides with, and what its referees said."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from gongying.books.metrics import read as metrics
from gongying.books.parties import read as parties
from gongying.books.places import read as places
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.core.scope import one

from ..models import Application, Conflict, Knock, Reference
from ..rules import CODES, OPEN, Answers, Applicant, Found, Grant, Known, conflicts
from .applications import applications, profile
from .campaigns import left, rules


def find(row: Application, on: date) -> list[Found]:
    """What an application collides with on a day, over the whole network."""
    tree, held = parties.region_tree(), rules(on)[0]
    grants = [
        Grant(
            each.party_id, each.region, frozenset(parties.lineage(each.region_id, tree)[1:]), each.channel, each.category,
            each.exclusive,
        )
        for each in places.held(on)
    ]  # fmt: skip
    campaign, said = row.campaign, profile(row)
    line = parties.lineage(row.region_id, tree)
    twins = Application.objects.filter(state__in=OPEN, uscc=row.uscc).exclude(pk=row.pk).exclude(uscc="")
    ids = parties.all_ids() if held.accounts else {}
    asked = Applicant(
        line[0], frozenset(line[1:]), row.channel or campaign.channel, campaign.category, campaign.exclusive,
        campaign.channel, row.uscc, tuple(said.brands), tuple(said.accounts),
    )  # fmt: skip
    known = Known(
        grants,
        parties.by_uscc(row.uscc) if row.uscc else [],
        list(twins.order_by("number").values_list("number", flat=True)),
        [(each.name, each.level) for each in held.competitors],
        [(each.name, ids.get(each.party)) for each in held.accounts],
        left(campaign),
    )
    return conflicts(asked, known)


@dataclass(frozen=True)
class Clash:
    """A conflict for people: the row, its words, the distributor concerned where the reader may see it, and what that one bought
    in the last twelve months (minor units; None where it is not told)."""

    row: Conflict
    said: Any
    words: dict[str, Any]
    party_id: int | None
    party: str
    volume_minor: int | None
    currency: str


def clashes(actor: Actor, row: Application, on: date, *, volumes: bool = True) -> list[Clash]:
    """The conflicts of an application, the blocking first."""
    held = list(row.conflicts.all())
    order = ("block", "warn", "note")
    held.sort(key=lambda each: (order.index(each.level), each.pk))
    ids = {each.party_ref for each in held if each.party_ref}
    seen = {each.pk: each for each in parties.parties(actor).filter(pk__in=ids)}
    bought = _volumes(actor, set(seen), on) if volumes and seen else {}
    return [
        Clash(
            each, CODES.get(each.code, each.code), json.loads(each.words),
            each.party_ref if each.party_ref in seen else None,
            seen[each.party_ref].name if each.party_ref in seen else "",
            bought.get(each.party_ref or 0), seen[each.party_ref].currency if each.party_ref in seen else "CNY",
        )
        for each in held
    ]  # fmt: skip


def _volumes(actor: Actor, ids: set[int], on: date) -> dict[int, int]:
    """What each bought in the twelve months before a day: what is at stake. Nothing where the figures cannot be told."""
    codes = {party.code: party.pk for party in parties.parties(actor).filter(pk__in=ids)}
    try:
        found = metrics.figure(
            actor,
            "sell_in",
            start=calendar.year_before(on),
            end=on,
            by=("party",),
            where={"party": ",".join(sorted(codes))},
        )
    except Refused:  # money of several currencies is never added
        return {}
    return {codes[code]: int(value or 0) for code, value in found.as_dict().items() if code in codes}


def references(row: Application) -> list[tuple[Reference, Answers | None]]:
    """The referees of an application with what they answered."""
    return [
        (each, Answers.model_validate_json(each.answers) if each.answered_at else None)
        for each in row.references.order_by("id")
    ]


def referred(secret: str) -> Reference:
    """The reference of a one-time link that was not used yet, or Missing."""
    mark = hashlib.sha256(secret.encode()).hexdigest()
    return one(Reference.objects.select_related("application__campaign").filter(answered_at=None), secret=mark)


def waiting(actor: Actor) -> dict[str, int]:
    """How many applications wait for somebody of the house, by what."""
    mine = applications(actor)
    return {
        "new": mine.filter(state="application", owner="").count(),
        "mine": mine.filter(state__in=("application", "examination"), owner=actor.name).count(),
        "blocked": mine.filter(state__in=("application", "examination"), blocked__gt=0).count(),
        "decide": mine.filter(state="decision").count(),
    }


def throttled(address: str, now: datetime) -> bool:
    """Whether an address (its hash), or all of them together, sent too many forms within the last hour."""
    held, since = rules(timezone.localdate(now))[0], now - timedelta(hours=1)
    recent = Knock.objects.filter(at__gte=since)
    return recent.filter(address=address).count() >= held.per_hour or recent.count() >= held.all_per_hour
