"""What credit announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class LimitApproved(Fact):
    """A limit (kind `limit` or `temporary`) of a distributor holds from a day; minor units."""

    name = "credit.limit_approved"
    grant: int
    party: int
    kind: str
    currency: str
    amount_minor: int
    valid_from: str


@dataclass(frozen=True)
class OrderHeld(Fact):
    """An order waits for credit; `codes` say why (limit, overdue, advance)."""

    name = "credit.order_held"
    hold: int
    order: str
    party: int
    currency: str
    amount_minor: int
    codes: list[str]


@dataclass(frozen=True)
class OrderReleased(Fact):
    """An order that waited for credit may go on; `by_itself` when the reasons were gone."""

    name = "credit.order_released"
    hold: int
    order: str
    party: int
    by: str
    reason: str
    by_itself: bool


@dataclass(frozen=True)
class OrderDeclined(Fact):
    """An order that waited for credit is turned down."""

    name = "credit.order_declined"
    hold: int
    order: str
    party: int
    by: str
    reason: str


@dataclass(frozen=True)
class LimitRevised(Fact):
    """A revision of a distributor's limit by turnover was announced: from a day on it is the agreed limit times `factor`."""

    name = "credit.limit_revised"
    revision: int
    party: int
    period: str
    factor: str
    valid_from: str
    policy_hash: str


@dataclass(frozen=True)
class RevisionBegan(Fact):
    """The announced revision of a limit holds from today on."""

    name = "credit.revision_began"
    revision: int
    party: int
    factor: str
