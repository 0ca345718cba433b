"""The door of every verb and noun: who may, one transaction, and a record of what happened.

>>> @action(needs="notes.write", roles=("admin",))       # doctest: +SKIP
... def write(actor: Actor, *, text: str) -> int:
...     "Keep a note."
"""

from .door import action, call, inside, joined, query
from .registry import (
    ACTIONS,
    EVERYONE,
    HQ,
    PORTAL,
    QUERIES,
    ROLES,
    WORDS,
    Verb,
    permissions,
    words,
)

__all__ = [
    "ACTIONS",
    "EVERYONE",
    "HQ",
    "PORTAL",
    "QUERIES",
    "ROLES",
    "WORDS",
    "Verb",
    "action",
    "call",
    "inside",
    "joined",
    "permissions",
    "query",
    "words",
]
