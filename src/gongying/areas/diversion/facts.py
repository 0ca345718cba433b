"""What diversion announces. Who reported a case is in no fact; nor are names and texts."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class CaseReported(Fact):
    """Something was reported, by the house or by a distributor; nobody is accused yet."""

    name = "diversion.case_reported"
    case: int
    number: str


@dataclass(frozen=True)
class CaseSetAside(Fact):
    """What was reported does not become a case."""

    name = "diversion.case_set_aside"
    case: int
    number: str


@dataclass(frozen=True)
class CaseOpened(Fact):
    """A case is open against a distributor, who is asked to answer by a day."""

    name = "diversion.case_opened"
    case: int
    number: str
    party: int
    ground: str
    answer_by: str


@dataclass(frozen=True)
class CaseAnswered(Fact):
    """The distributor answered."""

    name = "diversion.case_answered"
    case: int
    number: str
    party: int


@dataclass(frozen=True)
class CaseRuled(Fact):
    """A case was upheld or dismissed; `round` is 2 after an objection."""

    name = "diversion.case_ruled"
    case: int
    number: str
    party: int
    verdict: str
    round: int


@dataclass(frozen=True)
class CaseObjected(Fact):
    """The distributor objected to the ruling; somebody else rules again."""

    name = "diversion.case_objected"
    case: int
    number: str
    party: int


@dataclass(frozen=True)
class CaseClosed(Fact):
    """A case is closed with its last ruling."""

    name = "diversion.case_closed"
    case: int
    number: str
    party: int
    verdict: str
