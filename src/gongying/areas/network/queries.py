"""Who plays which role for a distributor, and how its level went, in the actor's scope."""

from dataclasses import dataclass
from datetime import date

from gongying.books.parties import read
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.words import pick

IN_ORDER = ("bill_to", "payer", "ship_to")


@dataclass(frozen=True)
class Played:
    """A role and who plays it on [since, until); without another, the distributor itself."""

    role: str
    code: str
    name: str
    since: date | None
    until: date | None
    own: bool


@dataclass(frozen=True)
class Reached:
    """A level from a day on, and the paper that gave it; no level is empty."""

    level: str
    since: date
    document: str


@dataclass(frozen=True)
class Company:
    """A distributor as its partners deal with it on a day: roles in force, earlier and later ones, and its levels."""

    party_id: int
    code: str
    name: str
    level: str
    roles: list[Played]
    others: list[Played]
    levels: list[Reached]


@query(needs="network.view", roles=EVERYONE)
def company(actor: Actor, *, party_id: int, on: date) -> Company:
    """Roles and levels of one distributor on a day. Missing out of scope."""
    party = read.party(actor, party_id)
    spans = [
        Played(
            row.role, row.other.code, pick(row.other.name, row.other.name_en), row.valid_from, row.valid_to, False
        )
        for row in read.role_spans(actor, party.pk)
    ]
    now = {
        each.role: each for each in spans if each.since and each.since <= on and (not each.until or each.until > on)
    }
    itself = pick(party.name, party.name_en)
    held = [now.get(role) or Played(role, party.code, itself, None, None, True) for role in IN_ORDER]
    levels = [Reached(row.level, row.since, row.document) for row in read.level_spans(actor, party.pk)]
    level = next((each.level for each in levels if each.since <= on), "")
    rest = [each for each in spans if each not in now.values()]
    return Company(party.pk, party.code, itself, level, held, rest, levels)
