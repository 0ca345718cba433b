"""What the ledger announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class TransferPosted(Fact):
    """A transfer took effect; account numbers and minor units only."""

    name = "money.transfer_posted"
    transfer: int
    debit: int
    credit: int
    amount_minor: int
    document: str
