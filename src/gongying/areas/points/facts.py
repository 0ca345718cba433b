"""What points announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class AwardSubmitted(Fact):
    """The points of a period await a second person; `digest` covers every distributor in it."""

    name = "points.award_submitted"
    award: int
    number: str
    period: str
    policy_hash: str
    points: int
    earnings: int
    digest: str


@dataclass(frozen=True)
class Awarded(Fact):
    """The points of a period were posted, by party."""

    name = "points.awarded"
    award: int
    number: str
    period: str
    parties: list[int]
    points: list[int]


@dataclass(frozen=True)
class AwardVoided(Fact):
    """An award was turned down; nothing was posted."""

    name = "points.award_voided"
    award: int
    number: str


@dataclass(frozen=True)
class Redeemed(Fact):
    """A distributor used points for a reward: kind fund, goods, training, advert or equipment; `target` names what is to be
    created (a fund, a product), `quantity` how many, `cost_minor` what it is worth in all. The thing itself is another's."""

    name = "points.redeemed"
    redemption: int
    number: str
    party: int
    kind: str
    target: str
    quantity: int
    cost_minor: int
    currency: str
    title: str
    on: str


@dataclass(frozen=True)
class RedemptionFulfilled(Fact):
    """What was redeemed is there: `result` is its kind (grant, order, voucher or hand) and `ref` its number."""

    name = "points.redemption_fulfilled"
    redemption: int
    number: str
    party: int
    result: str
    ref: str


@dataclass(frozen=True)
class RedemptionCancelled(Fact):
    """A redemption was called off; its points are back in the lots they came from."""

    name = "points.redemption_cancelled"
    redemption: int
    number: str
    party: int
    points: int


@dataclass(frozen=True)
class Transferred(Fact):
    """Points passed from one distributor of a group to another; they keep their last day."""

    name = "points.transferred"
    giver: int
    taker: int
    points: int
    document: str


@dataclass(frozen=True)
class ClearingAnnounced(Fact):
    """Points that expire by a day will be cleared from `clears_from` on; the parties were told how much (same order)."""

    name = "points.clearing_announced"
    clearing: int
    number: str
    due_on: str
    clears_from: str
    parties: list[int]
    points: list[int]


@dataclass(frozen=True)
class Cleared(Fact):
    """Expired points were cleared, by party."""

    name = "points.cleared"
    clearing: int
    number: str
    parties: list[int]
    points: list[int]


@dataclass(frozen=True)
class ClearingCalledOff(Fact):
    """An announced clearing does not take place."""

    name = "points.clearing_called_off"
    clearing: int
    number: str
    parties: list[int]


@dataclass(frozen=True)
class AdjustmentDecided(Fact):
    """A correction, or what a distributor asked to have back, was granted or rejected by a second person."""

    name = "points.adjustment_decided"
    adjustment: int
    number: str
    party: int
    kind: str
    points: int
    verdict: str
