"""What reconciliation announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class StatementsSent(Fact):
    """Statements of account of a month went to their distributors."""

    name = "reconciliation.statements_sent"
    month: str
    statements: list[int]
    parties: list[int]


@dataclass(frozen=True)
class StatementConfirmed(Fact):
    """The distributor agrees with a statement; `digest` covers its figures, `tacit` that he said nothing in time."""

    name = "reconciliation.statement_confirmed"
    statement: int
    number: str
    party: int
    digest: str
    policy_hash: str
    tacit: bool


@dataclass(frozen=True)
class StatementReopened(Fact):
    """Head office took a confirmation back, for a reason that is kept with the statement."""

    name = "reconciliation.statement_reopened"
    statement: int
    number: str
    party: int
    digest: str


@dataclass(frozen=True)
class DifferenceOpened(Fact):
    """Both ledgers differ; `amount_minor` is ours less theirs."""

    name = "reconciliation.difference_opened"
    difference: int
    party: int
    account: str
    currency: str
    kind: str
    amount_minor: int


@dataclass(frozen=True)
class DifferenceClosed(Fact):
    """A difference is none any more: `how` is matched, accepted, waived, withdrawn or joined."""

    name = "reconciliation.difference_closed"
    difference: int
    party: int
    how: str
    amount_minor: int
