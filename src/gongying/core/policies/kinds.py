"""Sorts of policy documents: a schema, a linter, a name."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel

from gongying.core.refusal import Missing
from gongying.engines import chain

G = TypeVar("G", bound=Callable[[Any], Any])


@dataclass(frozen=True)
class Finding:
    """What the linter says of a draft. An `error` keeps it from being published."""

    level: str  # error | warning | note
    code: str
    message: Any
    where: str = ""


SCOPES = ("network", "region", "party")
BY_LEVEL = (*SCOPES, "level")  # for kinds that also speak to a level of distributors


@dataclass(frozen=True)
class Kind:
    """A sort of policy: `schema` validates and normalises the document, `lint` judges it, `scopes` says for whom a
    version may be written. With a `key` there is one policy of the kind, under that key: another would never be read.
    `needs` is a permission that whoever publishes or withdraws it holds besides that of all policies; with `four_eyes`
    nobody publishes what he drafted himself."""

    code: str
    label: Any
    schema: type[BaseModel]
    lint: Callable[[Any], list[Finding]] = field(default=lambda document: [])
    scopes: tuple[str, ...] = SCOPES
    key: str = ""
    needs: str = ""
    four_eyes: bool = False


KINDS: dict[str, Kind] = {}
# Which scopes apply to a party, most specific first; books fill this in: fn(party_id, at) -> [(kind, key)].
scope_chains: list[Callable[[int, date], list[tuple[str, str]]]] = []


# What must hold beside the linter before a draft of a kind is published; whoever owns the kind adds to it.
guards: dict[str, list[Callable[[Any], list[Finding]]]] = {}


def guard(code: str) -> Callable[[G], G]:
    """Enter a check of drafts of a kind: fn(version row) -> findings; an error keeps the draft from being published."""

    def enter(check: G) -> G:
        guards.setdefault(code, []).append(check)
        return check

    return enter


def register(kind: Kind) -> Kind:
    """Declare a sort of policy."""
    KINDS[kind.code] = kind
    return kind


def kind_of(code: str) -> Kind:
    """The declared kind, or Missing."""
    if code not in KINDS:
        raise Missing(f"no policy kind {code}")
    return KINDS[code]


def canonical(document: BaseModel) -> tuple[str, str]:
    """The normal form of a document as text, and its hash (printed on contracts and statements)."""
    text = chain.canonical(document.model_dump(mode="json")).decode()
    return text, hashlib.sha256(text.encode()).hexdigest()
