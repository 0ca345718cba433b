"""What certificates announce. Names of people and texts stay in the tables."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class CertificateSubmitted(Fact):
    """A certificate was entered, by the house or by the distributor; it counts once somebody else has accepted it."""

    name = "certificates.submitted"
    certificate: int
    number: str
    party: int
    kind: str
    side: str


@dataclass(frozen=True)
class CertificateAccepted(Fact):
    """A certificate counts, on the days from `valid_from` to `valid_to` ("": without end)."""

    name = "certificates.accepted"
    certificate: int
    number: str
    party: int
    kind: str
    valid_from: str
    valid_to: str


@dataclass(frozen=True)
class CertificateRejected(Fact):
    """A certificate was not accepted."""

    name = "certificates.rejected"
    certificate: int
    number: str
    party: int
    kind: str


@dataclass(frozen=True)
class CertificateWithdrawn(Fact):
    """A certificate counts no more, from a day on."""

    name = "certificates.withdrawn"
    certificate: int
    number: str
    party: int
    kind: str
    withdrawn_on: str
