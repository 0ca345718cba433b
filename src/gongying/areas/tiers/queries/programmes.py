"""The tier programmes: what is in force on a day, and what a review was judged by."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from gongying.books.metrics import read as metrics
from gongying.core.policies import read as policies
from gongying.core.policies.kinds import Kind, register
from gongying.core.refusal import Missing
from gongying.core.words import pick

from ..models import Review
from ..rules import KIND, TierProgramme, lint

register(
    Kind(
        KIND,
        _("Tier programme"),
        TierProgramme,
        lambda document: lint(document, metrics.METRICS),
        scopes=("network",),  # one ladder for all: a level must mean the same everywhere
    )
)


@dataclass(frozen=True)
class InForce:
    """A programme with the version that holds."""

    key: str
    version_id: int
    hash: str
    document: TierProgramme


def in_force(on: date) -> dict[str, InForce]:
    """The tier programmes of the network on a day, by key, in one question."""
    found = {}
    for row in policies.in_force(KIND, on).filter(scope_kind="network"):  # ordered by version: the highest stays
        document = policies.parsed(row)
        if isinstance(document, TierProgramme):
            found[row.key] = InForce(row.key, row.pk, row.hash, document)
    return found


def titles() -> tuple[dict[int, str], dict[str, str]]:
    """The titles of tier programmes: of every version by its id, and the newest of every key."""
    return policies.titles(KIND)


def chosen(on: date, programme: str = "") -> InForce:
    """The programme that is named, or the first in force. Missing when there is none."""
    found = in_force(on)
    if not found or (programme and programme not in found):
        raise Missing(programme or "tier programme")
    return found[programme] if programme else next(iter(found.values()))


def rules_of(review: Review) -> tuple[str, TierProgramme]:
    """The title and the very version a review was judged by, whatever was published since."""
    version = policies.version(review.version_id)
    document = policies.parsed(version)
    if not isinstance(document, TierProgramme):
        raise Missing(review.programme)
    return pick(version.title, version.title_en), document


def judged_by(review: Review) -> TierProgramme:
    """The very version a review was judged by."""
    return rules_of(review)[1]


def names_of(document: TierProgramme) -> dict[str, str]:
    """The name of every level of a programme, in the reader's language."""
    return {step.code: pick(step.name, step.name_en) for step in document.levels}


def names(on: date) -> dict[str, str]:
    """The name of every level in force on a day, in the reader's language."""
    found: dict[str, str] = {}
    for each in in_force(on).values():
        found |= names_of(each.document)
    return found
