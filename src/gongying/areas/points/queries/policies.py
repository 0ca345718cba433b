"""The programme and the catalogue that hold on a day, and those a document was made under."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.core.words import pick

from ..rules import CATALOGUE, PROGRAMME, Catalogue, EarningRule, Programme, Reward


@dataclass(frozen=True)
class InForce:
    """A programme with the version that holds."""

    version_id: int
    hash: str
    document: Programme


@dataclass(frozen=True)
class Offered:
    """A catalogue with the version that holds."""

    version_id: int
    hash: str
    document: Catalogue


def programme_on(on: date) -> InForce:
    """The points programme of a day. Raises Missing when there is none."""
    found = policies.value(PROGRAMME.code, PROGRAMME.key, on)
    assert isinstance(found.document, Programme)
    return InForce(found.version_id, found.hash, found.document)


def catalogue_on(on: date) -> Offered | None:
    """The catalogue of a day, None when there is none."""
    try:
        found = policies.value(CATALOGUE.code, CATALOGUE.key, on)
    except Missing:
        return None
    assert isinstance(found.document, Catalogue)
    return Offered(found.version_id, found.hash, found.document)


def first_programme() -> InForce | None:
    """The oldest published programme: what is older than every programme is valued by it."""
    rows = policies.versions(PROGRAMME.code, PROGRAMME.key).filter(status="published")
    row = rows.order_by("effective_from", "version").first()
    return InForce(row.pk, row.hash, programme_of(row.pk)) if row is not None else None


def programme_of(version_id: int) -> Programme:
    """The programme in a version, whatever was published since."""
    document = policies.parsed(policies.version(version_id))
    if not isinstance(document, Programme):
        raise Missing("no such programme")
    return document


def catalogue_of(version_id: int) -> Catalogue:
    """The catalogue in a version."""
    document = policies.parsed(policies.version(version_id))
    if not isinstance(document, Catalogue):
        raise Missing("no such catalogue")
    return document


def named(thing: EarningRule | Reward | Any) -> str:
    """The name of a rule, a reward or a redemption in the reader's language."""
    return pick(thing.name, thing.name_en)
