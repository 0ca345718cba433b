"""A fact: something that has happened, named in the past tense, never edited."""

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Self

FACTS: dict[str, type["Fact"]] = {}


@dataclass(frozen=True)
class Fact:
    """Base of all facts. Subclasses are frozen dataclasses of plain values; no personal data in them.

    `name` is ``<app>.<past_tense>``; raise `version` when the fields change meaning.
    """

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.name:
            return
        known = FACTS.get(cls.name)
        if known is not None and known.__module__ != cls.__module__:
            raise RuntimeError(f"fact {cls.name} is declared twice")
        FACTS[cls.name] = cls

    def payload(self) -> dict[str, Any]:
        """The fields as plain values."""
        return asdict(self)

    @classmethod
    def revive(cls, payload: dict[str, Any]) -> Self:
        """The fact again, from its stored fields; fields it no longer has are left aside."""
        return cls(**{f.name: payload[f.name] for f in fields(cls) if f.name in payload})
