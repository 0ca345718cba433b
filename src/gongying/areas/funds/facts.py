"""What funds announce. Minor units; texts of people stay in the tables."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class BudgetGranted(Fact):
    """Money was put into a fund: of everybody, or (party) of one distributor; `source` says where it came from."""

    name = "funds.budget_granted"
    grant: int
    fund: str
    party: int | None
    currency: str
    amount_minor: int
    source: str


@dataclass(frozen=True)
class CommitmentRequested(Fact):
    """Money of a fund was asked for an activity."""

    name = "funds.commitment_requested"
    commitment: int
    number: str
    fund: str
    party: int
    currency: str
    amount_minor: int


@dataclass(frozen=True)
class CommitmentDecided(Fact):
    """A request was approved (the money is committed) or rejected."""

    name = "funds.commitment_decided"
    commitment: int
    number: str
    fund: str
    party: int
    verdict: str
    currency: str
    amount_minor: int


@dataclass(frozen=True)
class CommitmentClosed(Fact):
    """Nothing more is claimed of a commitment; what was left went back to the fund."""

    name = "funds.commitment_closed"
    commitment: int
    number: str
    party: int
    currency: str
    returned_minor: int
    expired: bool


@dataclass(frozen=True)
class ClaimSubmitted(Fact):
    """A claim came in and was checked; `findings` are codes, `digest` covers lines and proofs."""

    name = "funds.claim_submitted"
    claim: int
    number: str
    commitment: int
    party: int
    currency: str
    amount_minor: int
    findings: list[str]
    score: int
    sampled: bool
    digest: str


@dataclass(frozen=True)
class ClaimDecided(Fact):
    """A claim was approved (whole or in part) or rejected; `by_itself` when nobody had to look."""

    name = "funds.claim_decided"
    claim: int
    number: str
    party: int
    verdict: str
    currency: str
    claimed_minor: int
    approved_minor: int
    by_itself: bool


@dataclass(frozen=True)
class ClaimPaid(Fact):
    """What was approved of a claim stands on the distributor's rebate account."""

    name = "funds.claim_paid"
    claim: int
    number: str
    party: int
    currency: str
    amount_minor: int


@dataclass(frozen=True)
class ClaimWithdrawn(Fact):
    """A claim was taken back before it was decided."""

    name = "funds.claim_withdrawn"
    claim: int
    number: str
    party: int


@dataclass(frozen=True)
class AppealMade(Fact):
    """A distributor does not accept a decision; head office answers by `due_on`."""

    name = "funds.appeal_made"
    appeal: int
    claim: int
    party: int
    due_on: str


@dataclass(frozen=True)
class AppealRuled(Fact):
    """Head office upheld or rejected an appeal; `granted_minor` more is paid."""

    name = "funds.appeal_ruled"
    appeal: int
    claim: int
    party: int
    verdict: str
    granted_minor: int


@dataclass(frozen=True)
class DebitAgreed(Fact):
    """A ship-and-debit agreement holds: sales to a named end customer are compensated."""

    name = "funds.debit_agreed"
    agreement: int
    number: str
    party: int
    product: int


@dataclass(frozen=True)
class ReliefSettled(Fact):
    """Credits by formula (kind `protection` or `debit`) were posted; `digest` covers every line."""

    name = "funds.relief_settled"
    relief: int
    number: str
    kind: str
    currency: str
    amount_minor: int
    parties: int
    digest: str
