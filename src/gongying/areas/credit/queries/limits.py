"""Limits: what was proposed, what holds, what ends soon."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.scope import one

from ..models import Grant
from ..rules import Standing
from .standings import standings

SOON = timedelta(days=14)


@dataclass(frozen=True)
class LimitView:
    """A limit for programs; amounts in minor units."""

    id: int
    party_id: int
    currency: str
    kind: str
    amount_minor: int
    terms_days: int | None
    valid_from: date
    valid_to: date | None
    state: str


def grants(actor: Actor) -> QuerySet[Grant]:
    """Every limit in scope, the newest first."""
    rows: QuerySet[Grant] = Grant.objects.for_actor(actor).select_related("party")
    return rows.order_by("-id")


def limit(actor: Actor, grant_id: int) -> Grant:
    """One limit in scope, or Missing."""
    found: Grant = one(grants(actor), pk=grant_id)
    return found


def proposals(actor: Actor) -> QuerySet[Grant]:
    """Limits that wait for a second person."""
    return grants(actor).filter(state="proposed")


def ending(actor: Actor, on: date, span: timedelta = SOON) -> QuerySet[Grant]:
    """Temporary limits that hold and end within a span."""
    rows = grants(actor).filter(state="approved", kind="temporary", valid_from__lte=on)
    return rows.filter(valid_to__gte=on, valid_to__lte=on + span).order_by("valid_to", "id")


def counts(actor: Actor, on: date) -> tuple[int, int]:
    """How many limits of others wait for this actor, and how many temporary ones end soon, in one question."""
    waiting = Q(state="proposed") & ~Q(proposed_by=actor.name)
    soon = Q(state="approved", kind="temporary", valid_from__lte=on, valid_to__gte=on, valid_to__lte=on + SOON)
    found = Grant.objects.for_actor(actor).aggregate(
        waiting=Count("pk", filter=waiting), soon=Count("pk", filter=soon)
    )
    return found["waiting"], found["soon"]


@query(needs="credit.view", roles=EVERYONE)
def limits(actor: Actor, *, party_id: int, on: date) -> list[LimitView]:
    """The limits of a distributor in scope that hold on a day or are to come, approved ones only; at most 200."""
    parties.party(actor, party_id)
    rows = (
        grants(actor)
        .filter(party_id=party_id, state="approved")
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
    )
    return [
        LimitView(
            row.pk,
            row.party_id,
            row.currency,
            row.kind,
            row.amount_minor,
            row.terms_days,
            row.valid_from,
            row.valid_to,
            row.state,
        )
        for row in rows[:200]
    ]


@dataclass(frozen=True)
class Bars:
    """A standing as a bar: what is owed, what is held, and what is left, each in per cent of all there is."""

    owed: int
    held: int
    left: int
    over: bool


def bars(row: Standing) -> Bars:
    """The shares of a bar. Whoever is over his limit has a full one."""
    room = row.limit_minor + row.temporary_minor + row.prepaid_minor
    whole = max(room, row.owed_minor + row.held_minor, 1)
    owed, held = max(0, row.owed_minor) * 100 // whole, row.held_minor * 100 // whole
    return Bars(owed, held, max(0, 100 - owed - held), row.available_minor < 0)


@dataclass(frozen=True)
class Summand:
    """A part of what is left, in words; `anchor` is where its rows stand on the distributor's page."""

    name: str
    amount_minor: int
    anchor: str


NAMED = {
    "limit": (_("Limit"), "limits"),
    "turnover": (_("by turnover"), "turnover"),
    "temporary": (_("Temporary limit"), "limits"),
    "prepaid": (_("Prepayment"), "prepaid"),
    "deposit": (_("Deposit"), "deposit"),
    "rebate": (_("Rebate balance"), "rebate"),
    "owed": (_("Owed"), "owed"),
    "held": (_("Held by orders"), "held"),
}


def parts(row: Standing) -> list[Summand]:
    """The parts of what is left, those of zero left out except limit, owed and held; a limit that turnover moved as what was agreed
    and what turnover makes of it."""
    always = ("limit", "owed", "held")
    found = []
    for part in row.parts:
        if part.code == "limit" and row.factor != 1:
            moved = f"{NAMED['turnover'][0]} × {plain(row.factor)}"
            found.append(Summand(str(NAMED["limit"][0]), row.agreed_minor, NAMED["limit"][1]))
            found.append(Summand(moved, part.amount - row.agreed_minor, NAMED["turnover"][1]))
        elif part.amount or part.code in always:
            found.append(Summand(str(NAMED[part.code][0]), part.amount, NAMED[part.code][1]))
    return found


def plain(factor: Decimal) -> str:
    """A factor without zeros that say nothing."""
    return f"{factor.normalize():f}"


@dataclass(frozen=True)
class Everybody:
    """A distributor with how he stands; `used` is the share of his limits that is used (None without a limit)."""

    party: Any
    standing: Standing
    used: Decimal | None


def everybody(actor: Actor, on: date) -> list[Everybody]:
    """All distributors in scope who have a limit or an account, with how they stand."""
    rows = standings(actor, on=on)
    whose = {party.pk: party for party in parties.parties(actor).filter(pk__in={row.party_id for row in rows})}
    found = []
    for row in rows:
        room = row.limit_minor + row.temporary_minor
        share = Decimal(max(0, row.used_minor)) / room if room else None
        if row.party_id in whose:
            found.append(Everybody(whose[row.party_id], row, share))
    return found
