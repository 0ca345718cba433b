"""How a document moves: its path, what happened to it, and many of them on a board. `ui/_path.html`, `ui/_timeline.html`
and `ui/_board.html` show these.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Step:
    """A station of a path; `at` is "done", "now", "next" or "stopped", `note` says when or why."""

    label: Any
    at: str
    note: Any = ""


def path_of(stations: Sequence[tuple[str, Any]], now: str, *, stopped: Any = "") -> list[Step]:
    """The stations (code, label) of a document that stands at `now`; with `stopped` it goes no further, for that reason.

    >>> [step.at for step in path_of([("a", "A"), ("b", "B"), ("c", "C")], "b")]
    ['done', 'now', 'next']
    """
    place = next((at for at, (code, _label) in enumerate(stations) if code == now), -1)
    here = "stopped" if stopped else "now"
    return [
        Step(label, "done" if at < place else here if at == place else "next", stopped if at == place else "")
        for at, (_code, label) in enumerate(stations)
    ]


@dataclass(frozen=True)
class Event:
    """One thing that happened: when, what in words, who; `href` leads to its document, `tone` is "", good, warn or bad."""

    at: datetime
    text: Any
    who: str = ""
    detail: Any = ""
    href: str = ""
    icon: str = "check"
    tone: str = ""


@dataclass(frozen=True)
class BoardCard:
    """A document on a board."""

    title: str
    href: str
    sub: Any = ""
    figure: Any = ""
    tone: str = ""


@dataclass(frozen=True)
class Lane:
    """A column of a board: how many there are in all, its first cards, and where the rest is."""

    label: Any
    count: int
    href: str
    cards: list[BoardCard] = field(default_factory=list)
    sum: Any = ""
