"""What recruiting announces. Numbers and codes only: who the people are stands in a table that can be erased."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class CampaignOpened(Fact):
    """A campaign takes applications from a day on."""

    name = "recruiting.campaign_opened"
    campaign: int
    number: str
    region: str
    channel: str
    places: int


@dataclass(frozen=True)
class CampaignClosed(Fact):
    """A campaign takes no more applications."""

    name = "recruiting.campaign_closed"
    campaign: int
    number: str


@dataclass(frozen=True)
class ApplicationReceived(Fact):
    """Somebody showed interest, by link, QR code or through the house."""

    name = "recruiting.application_received"
    application: int
    number: str
    campaign: int
    source: str
    consent: str  # hash of the consent text that was agreed to


@dataclass(frozen=True)
class ApplicationMoved(Fact):
    """An application went from one state to another; `document` is what it rests on."""

    name = "recruiting.application_moved"
    application: int
    number: str
    before: str
    after: str
    document: str


@dataclass(frozen=True)
class ConflictAnswered(Fact):
    """Somebody answered for a conflict: it was agreed to, narrowed, or does not stand."""

    name = "recruiting.conflict_answered"
    application: int
    code: str
    party: int | None
    verdict: str


@dataclass(frozen=True)
class ReferenceAnswered(Fact):
    """A referee answered by his one-time link; `digest` covers the answers."""

    name = "recruiting.reference_answered"
    application: int
    reference: int
    digest: str


@dataclass(frozen=True)
class ContactErased(Fact):
    """The personal data of an application were erased."""

    name = "recruiting.contact_erased"
    application: int
    why: str
