"""What channel data announces."""

from dataclasses import dataclass

from gongying.core.journal.fact import Fact


@dataclass(frozen=True)
class SalesReported(Fact):
    """A distributor reported sales by form or API; units are base units, how many lines are new or corrected."""

    name = "channel.sales_reported"
    party: int
    level: str
    created: int
    corrected: int


@dataclass(frozen=True)
class DeclarationSubmitted(Fact):
    """A declaration of stock was handed in and posted; `difference` is Σ |counted − calculated| in base units, `digest`
    covers every line."""

    name = "channel.declaration_submitted"
    declaration: int
    number: str
    party: int
    period: str
    lines: int
    difference: int
    late_days: int
    digest: str


@dataclass(frozen=True)
class DeclarationAccepted(Fact):
    """Head office took a declaration as it is."""

    name = "channel.declaration_accepted"
    declaration: int
    number: str
    party: int
    period: str


@dataclass(frozen=True)
class DeclarationReturned(Fact):
    """Head office handed a declaration back to be corrected."""

    name = "channel.declaration_returned"
    declaration: int
    number: str
    party: int
    period: str


@dataclass(frozen=True)
class ObjectionOpened(Fact):
    """Somebody objects to a figure; `side` is who: distributor or house."""

    name = "channel.objection_opened"
    objection: int
    number: str
    party: int
    side: str


@dataclass(frozen=True)
class ObjectionRuled(Fact):
    """An objection was decided: upheld or rejected."""

    name = "channel.objection_ruled"
    objection: int
    number: str
    party: int
    verdict: str


@dataclass(frozen=True)
class SampleDrawn(Fact):
    """Products were drawn by `seed` for a spot count."""

    name = "channel.sample_drawn"
    sample: int
    number: str
    party: int
    seed: str
    size: int


@dataclass(frozen=True)
class SampleCounted(Fact):
    """A spot count is complete; `difference` is Σ |counted − expected| in base units."""

    name = "channel.sample_counted"
    sample: int
    number: str
    party: int
    difference: int


@dataclass(frozen=True)
class Graded(Fact):
    """A distributor's figures of a month have another grade than before ("" is none)."""

    name = "channel.graded"
    party: int
    month: str
    grade: str
    before: str
