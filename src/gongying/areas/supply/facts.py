"""What supply announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class ShipmentSent(Fact):
    """Goods of an order left for a distributor; `digest` covers every line."""

    name = "supply.shipment_sent"
    shipment: int
    number: str
    order: str
    party: int
    shipped_on: str
    units: int
    digest: str


@dataclass(frozen=True)
class CarrierEventTold(Fact):
    """A carrier told where a shipment is; `state` is where it stands since."""

    name = "supply.carrier_event_told"
    shipment: int
    number: str
    order: str
    party: int
    kind: str
    at: str
    state: str


@dataclass(frozen=True)
class ShipmentDelivered(Fact):
    """A shipment was received: how many base units of how many, on time and in full or not (none: no day was asked for)."""

    name = "supply.delivered"
    delivery: int
    number: str
    shipment: str
    order: str
    party: int
    delivered_on: str
    shipped: int
    received: int
    on_time: bool | None
    in_full: bool
    claims: int


@dataclass(frozen=True)
class ClaimSettled(Fact):
    """What was missing or spoilt in a delivery was looked into: whose fault it was."""

    name = "supply.claim_settled"
    claim: int
    delivery: str
    party: int
    fault: str


@dataclass(frozen=True)
class ReturnRequested(Fact):
    """A distributor asked to send goods back."""

    name = "supply.return_requested"
    rma: int
    number: str
    party: int
    order: str
    units: int
    due_on: str


@dataclass(frozen=True)
class ReturnDecided(Fact):
    """Head office allowed a return, wholly or in part, or turned it down (0 units)."""

    name = "supply.return_decided"
    rma: int
    number: str
    party: int
    asked: int
    approved: int


@dataclass(frozen=True)
class ReturnSent(Fact):
    """Goods of a return are on their way back."""

    name = "supply.return_sent"
    rma: int
    number: str
    party: int


@dataclass(frozen=True)
class ReturnInspected(Fact):
    """Goods that came back were looked at: base units good, damaged, rejected."""

    name = "supply.return_inspected"
    rma: int
    number: str
    party: int
    order: str
    inspected_on: str
    good: int
    damaged: int
    rejected: int


@dataclass(frozen=True)
class AllocationApplied(Fact):
    """Scarce goods were shared out; `digest` covers every line."""

    name = "supply.allocation_applied"
    run: int
    number: str
    rule: str
    wished: int
    given: int
    parties: list[int]
    digest: str


@dataclass(frozen=True)
class TransferAgreed(Fact):
    """A transfer between two distributors was consented to by both and the house."""

    name = "supply.transfer_agreed"
    transfer: int
    number: str
    giver: int
    taker: int


@dataclass(frozen=True)
class Transferred(Fact):
    """Goods passed from one distributor to another: stock and the giver's sale were posted."""

    name = "supply.transferred"
    transfer: int
    number: str
    giver: int
    taker: int
    done_on: str
    units: int
    currency: str
    net_minor: int


@dataclass(frozen=True)
class AgreementStarted(Fact):
    """A standing agreement of supply holds."""

    name = "supply.agreement_started"
    agreement: int
    number: str
    party: int
    product: int
    quantity: int
    start: str
    end: str
