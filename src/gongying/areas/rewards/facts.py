"""What rewards announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class RunSubmitted(Fact):
    """A settlement awaits finance; `digest` covers every statement in it."""

    name = "rewards.run_submitted"
    run: int
    number: str
    programme: str
    period: str
    policy_hash: str
    due_minor: int
    statements: int
    digest: str


@dataclass(frozen=True)
class RebateSettled(Fact):
    """A run was approved and posted."""

    name = "rewards.rebate_settled"
    run: int
    number: str
    parties: list[int]
    statements: list[int]


@dataclass(frozen=True)
class RunVoided(Fact):
    """A run was turned down; nothing was paid."""

    name = "rewards.run_voided"
    run: int
    number: str


@dataclass(frozen=True)
class PeriodReopened(Fact):
    """A period that was settled for good may be settled again."""

    name = "rewards.period_reopened"
    run: int
    number: str
    programme: str
    period: str
    reason: str


@dataclass(frozen=True)
class StatementConfirmed(Fact):
    """The distributor agrees."""

    name = "rewards.statement_confirmed"
    statement: int


@dataclass(frozen=True)
class StatementDisputed(Fact):
    """The distributor objects; head office answers by `due_on` (empty in facts told before there was a date)."""

    name = "rewards.statement_disputed"
    statement: int
    dispute: int
    line: int | None
    due_on: str = ""


@dataclass(frozen=True)
class ProgrammeReplayed(Fact):
    """A version was run on a period of the past; `digest` covers what every distributor would have got."""

    name = "rewards.programme_replayed"
    version_id: int
    hash: str
    period: str
    before_minor: int
    after_minor: int
    digest: str


@dataclass(frozen=True)
class StatementPaidOut(Fact):
    """A statement was paid as its programme says: in goods, in points, into a fund, or against invoices."""

    name = "rewards.statement_paid_out"
    statement: int
    party: int
    number: str
    way: str
    ref: str
    amount_minor: int


@dataclass(frozen=True)
class ReplayShared(Fact):
    """Every distributor of a replay may read what a version would have paid him."""

    name = "rewards.replay_shared"
    replay: int
    version_id: int
    hash: str
    period: str
    parties: list[int]


@dataclass(frozen=True)
class DisputeRuled(Fact):
    """Head office upheld or rejected an objection; `settled` says that none is left open on the statement."""

    name = "rewards.dispute_ruled"
    statement: int
    dispute: int
    party: int
    number: str
    verdict: str
    settled: bool


@dataclass(frozen=True)
class AccrualSubmitted(Fact):
    """Accrued rebates await a second person; `change_minor` is what they add to the expense by currency, `digest` covers
    every line."""

    name = "rewards.accrual_submitted"
    run: int
    number: str
    kind: str
    on: str
    change_minor: dict[str, int]
    lines: int
    digest: str


@dataclass(frozen=True)
class AccrualPosted(Fact):
    """Accrued rebates were approved and posted."""

    name = "rewards.accrual_posted"
    run: int
    number: str


@dataclass(frozen=True)
class AccrualVoided(Fact):
    """Accrued rebates were turned down; nothing was posted."""

    name = "rewards.accrual_voided"
    run: int
    number: str


@dataclass(frozen=True)
class AcknowledgementsAsked(Fact):
    """A published programme was put before the distributors it is for, to be read by a day."""

    name = "rewards.acknowledgements_asked"
    version_id: int
    programme: str
    policy_hash: str
    due_on: str
    parties: list[int]


@dataclass(frozen=True)
class ProgrammeAcknowledged(Fact):
    """A distributor says that he has read the text with this hash."""

    name = "rewards.programme_acknowledged"
    version_id: int
    programme: str
    policy_hash: str
    party: int
