"""What stars announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class RunSubmitted(Fact):
    """The stars of a year await a second person; `digest` covers every line, `due_minor` is their bonus."""

    name = "stars.run_submitted"
    run: int
    number: str
    year: int
    policy_hash: str
    due_minor: int
    lines: int
    digest: str


@dataclass(frozen=True)
class StarsGranted(Fact):
    """The stars of a year hold and their bonus is posted; `renewal` are those with the right of first renewal."""

    name = "stars.stars_granted"
    run: int
    number: str
    year: int
    parties: list[int]
    renewal: list[int]


@dataclass(frozen=True)
class RunVoided(Fact):
    """A run was turned down; nothing was paid."""

    name = "stars.run_voided"
    run: int
    number: str


@dataclass(frozen=True)
class ExcuseDecided(Fact):
    """Whether a gap of a year is excused: approved or rejected."""

    name = "stars.excuse_decided"
    excuse: int
    party: int
    year: int
    verdict: str
