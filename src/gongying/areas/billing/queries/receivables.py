"""Receivables by how late they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as say

from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import HQ, PORTAL, query

from .papers import rules_on


@dataclass(frozen=True)
class AgedRow:
    """A distributor with what he owes by lateness."""

    party: Any
    aged: money.Aged


def buckets(bounds: Sequence[int]) -> list[str]:
    """The names of the buckets.

    >>> buckets([30, 60])  # doctest: +SKIP
    ['1–30 days', '31–60 days', 'over 60 days']
    """
    starts = [1, *(bound + 1 for bound in bounds)]
    named = [say("%(first)s–%(last)s days") % {"first": a, "last": b} for a, b in zip(starts, bounds, strict=False)]
    return [*named, say("over %(days)s days") % {"days": bounds[-1]}]


def ageing_rows(actor: Actor, on: date) -> tuple[list[AgedRow], list[int]]:
    """Everybody in scope with something open on a day, the most overdue first, and the bounds of the buckets."""
    rules, _version = rules_on(on)
    found = money.ageing(actor, on, rules.buckets, known_on=True)
    whose = {party.pk: party for party in parties.parties(actor).filter(pk__in={row.holder_id for row in found})}
    rows = [AgedRow(whose[row.holder_id], row) for row in found if row.holder_id in whose]
    return sorted(rows, key=lambda row: (-row.aged.overdue_minor, -row.aged.total_minor)), rules.buckets


@dataclass(frozen=True)
class AgeingView:
    """What a distributor owes in a currency by lateness, in minor units; `late_minor` is one figure a bucket of `bounds`."""

    party_id: int
    currency: str
    due_later_minor: int
    late_minor: list[int]
    credit_minor: int
    total_minor: int
    bounds: list[int]


@query(needs="billing.view_all", roles=HQ)
def ageing(actor: Actor, *, on: date) -> list[AgeingView]:
    """The receivables in scope on a day by lateness, the most overdue first; at most 5000."""
    return _views(actor, on)


@query(needs="billing.mine", roles=PORTAL)
def mine(actor: Actor, *, on: date) -> list[AgeingView]:
    """What one's own company owes on a day by lateness, in each currency."""
    return _views(actor, on)


def _views(actor: Actor, on: date) -> list[AgeingView]:
    rows, bounds = ageing_rows(actor, on)
    return [
        AgeingView(
            row.party.pk,
            row.aged.currency,
            row.aged.due_later_minor,
            list(row.aged.late_minor),
            row.aged.credit_minor,
            row.aged.total_minor,
            list(bounds),
        )
        for row in rows[:5000]
    ]
