"""Reminders that are due, letters that were sent, requests that wait."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.policies import read as policies
from gongying.core.scope import one
from gongying.engines.dunning import Last, decide
from gongying.engines.money import exponent

from ..models import Letter, Reminding, Request
from ..rules import REMINDERS, Reminders

MOST_LETTERS = 2000


@dataclass(frozen=True)
class ToRemind:
    """Whom to remind today at which level and why (reached, again), with the letter as it will be."""

    party: Any
    currency: str
    level: int
    why: str
    overdue_minor: int
    days: int
    items: list[dict[str, Any]]
    title: str
    title_en: str
    body: str
    body_en: str
    policy: str


def _levels(on: date, party_id: int | None) -> tuple[Reminders, str]:
    found = policies.candidates(REMINDERS.code, REMINDERS.key, on, party_id)
    if not found:
        return Reminders(), ""
    document = policies.parsed(found[0])
    assert isinstance(document, Reminders)
    return document, f"billing.reminders v{found[0].version} {found[0].hash[:12]}"


def to_remind(actor: Actor, on: date, *, only: Collection[int] | None = None) -> list[ToRemind]:
    """Who in scope is to be reminded on a day, by the policy and by what he was told before; the latest first."""
    late: dict[tuple[int, str], list[money.OpenItem]] = defaultdict(list)
    for item in money.open_items(actor, on=on):
        if item.days and (only is None or item.holder_id in only):
            late[item.holder_id, item.currency].append(item)
    whose = {party.pk: party for party in parties.parties(actor).filter(pk__in={key[0] for key in late})}
    before = _told(actor, set(whose), on)
    special = any(row.scope_kind != "network" for row in policies.in_force(REMINDERS.code, on, REMINDERS.key))
    plain = _levels(on, None)
    found = []
    for (party_id, currency), items in late.items():
        if party_id not in whose:
            continue
        rules, version = _levels(on, party_id) if special else plain
        total, days = sum(item.open_minor for item in items), max(item.days for item in items)
        if total < rules.least * 10 ** exponent(currency):
            continue
        told = decide(
            days, [level.days for level in rules.levels], before.get((party_id, currency)), rules.repeat_days
        )
        if told.level:
            found.append(
                _letter(whose[party_id], currency, told.level, told.why, (total, days), items, rules, version)
            )
    return sorted(found, key=lambda row: (-row.level, -row.overdue_minor))


def _letter(
    party: Any,
    currency: str,
    level: int,
    why: str,
    figures: tuple[int, int],
    items: list[money.OpenItem],
    rules: Reminders,
    version: str,
) -> ToRemind:
    total, days = figures
    told = rules.levels[level - 1]
    places = exponent(currency)
    said = {
        "amount": f"{Decimal(total).scaleb(-places):,.{places}f} {currency}",
        "days": days,
        "count": len(items),
    }
    zh, en = said | {"name": party.name}, said | {"name": party.name_en or party.name}
    return ToRemind(
        party,
        currency,
        level,
        why,
        total,
        days,
        [
            {
                "document": item.document,
                "date": item.business_date.isoformat(),
                "due": item.due_on.isoformat(),
                "days": item.days,
                "open_minor": item.open_minor,
            }
            for item in items
        ],
        told.title.format(**zh),
        told.title_en.format(**en),
        told.body.format(**zh),
        told.body_en.format(**en),
        version,
    )


def _told(actor: Actor, party_ids: set[int], on: date) -> dict[tuple[int, str], Last]:
    """The last reminder of each distributor and currency."""
    rows = Letter.objects.for_actor(actor).filter(party__in=party_ids, run__on__lte=on).order_by("id")
    found = {}
    for party_id, currency, level, day in rows.values_list("party_id", "currency", "level", "run__on"):
        found[party_id, currency] = (level, day)
    return {key: Last(level, (on - day).days) for key, (level, day) in found.items()}


def remindings(actor: Actor) -> QuerySet[Reminding]:
    """Runs of reminders with how many letters in scope they have, the newest first."""
    mine = Letter.objects.for_actor(actor).values("run_id")
    rows = Reminding.objects.filter(pk__in=mine)
    return rows.annotate(count=Count("letters"), total=Sum("letters__overdue_minor")).order_by("-id")


def letters(actor: Actor) -> QuerySet[Letter]:
    """Letters in scope, the newest first."""
    rows: QuerySet[Letter] = Letter.objects.for_actor(actor).select_related("party", "run")
    return rows.order_by("-id")


def letter(actor: Actor, letter_id: int) -> Letter:
    """One letter in scope, or Missing."""
    return one(letters(actor), pk=letter_id)


def requests(actor: Actor) -> QuerySet[Request]:
    """Write-offs and refunds in scope that were asked for, the newest first."""
    rows: QuerySet[Request] = Request.objects.for_actor(actor).select_related("party")
    return rows.order_by("-id")
