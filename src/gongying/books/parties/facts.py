"""What the book of parties announces: numbers only, no names."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class RegionsPosted(Fact):
    """Regions were posted; `created` of them are new."""

    name = "parties.regions_posted"
    posted: int
    created: int


@dataclass(frozen=True)
class PartiesPosted(Fact):
    """Parties were created or updated."""

    name = "parties.parties_posted"
    created: int
    updated: int


@dataclass(frozen=True)
class PartyLinked(Fact):
    """A supplier was named for a party."""

    name = "parties.party_linked"
    parent: int
    child: int
    valid_from: str


@dataclass(frozen=True)
class PartyUnlinked(Fact):
    """A supplier that was named by mistake was taken back."""

    name = "parties.party_unlinked"
    parent: int
    child: int
    valid_from: str


@dataclass(frozen=True)
class PartiesRemoved(Fact):
    """Parties that were entered by mistake were taken back."""

    name = "parties.parties_removed"
    removed: int


@dataclass(frozen=True)
class LevelsSet(Fact):
    """Parties reached (or lost: an empty code) a level on a day, by a document."""

    name = "parties.levels_set"
    levels: dict[str, str]  # by the party's number
    since: str
    document: str


@dataclass(frozen=True)
class RoleSet(Fact):
    """From a day on another party (or itself again) plays a role for a party."""

    name = "parties.role_set"
    party: int
    role: str
    other: int
    valid_from: str
