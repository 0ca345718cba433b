"""The level of a distributor, for pages that show it beside other things."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils import timezone

from gongying.areas.tiers import queries as tiers
from gongying.core.actor import Actor
from gongying.core.words import is_chinese, pick

from .season import Season


@lru_cache(maxsize=16)
def _held(serial: int, on: date, chinese: bool) -> dict[int, tuple[str, str]]:
    """Code and name of the level of everybody who has one; it changes with a fact or with the day only."""
    names = tiers.names(on)
    return {party_id: (code, names.get(code, code)) for party_id, code in tiers.levels_of(on).items()}


def levels(of: Season) -> dict[int, tuple[str, str]]:
    """(code, name in the reader's language) by distributor."""
    return _held(of.moment.serial, timezone.localdate(), is_chinese())


@dataclass(frozen=True)
class NextLevel:
    """What the level above lacks by the running period, money in minor units; an empty name is the top."""

    name: str
    period: str
    currency: str
    gaps: list[tiers.Gap]


@lru_cache(maxsize=4)
def _rules(serial: int, on: date) -> tiers.InForce | None:
    """The first programme in force; it changes with a fact or with the day only."""
    return next(iter(tiers.in_force(on).values()), None)


def next_level(actor: Actor, code: str, of: Season) -> NextLevel | None:
    """How far a distributor is from its next level; None while no programme is in force."""
    on = timezone.localdate()
    rules = _rules(of.moment.serial, on)
    if rules is None:
        return None
    view = tiers.running(actor, code, rules.document, on, of.moment)
    if view.following is None:
        return NextLevel("", view.period, view.document.currency, [])
    step, gaps = view.following
    return NextLevel(pick(step.name, step.name_en), view.period, view.document.currency, gaps)
