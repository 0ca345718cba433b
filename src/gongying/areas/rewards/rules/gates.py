"""Gates: named facts that must hold before a programme pays. Whoever knows a fact enters it here; rewards only asks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Whether a gate holds for a distributor, and the figure it was judged by, in words of numbers."""

    holds: bool
    value: str = ""


Ask = Callable[[Sequence[int], date, Decimal | None, str], dict[int, Answer]]


@dataclass(frozen=True)
class GateKind:
    """A fact with its name for people; `ask` is fn(party ids, day, limit, currency) -> answers (nobody missing). `unit` says
    what the limit is: money (major units), ratio, number, or nothing where there is no limit."""

    code: str
    label: Any
    ask: Ask
    unit: str = ""


GATES: dict[str, GateKind] = {}


def enter(kind: GateKind) -> None:
    """Make a fact known as a gate."""
    GATES[kind.code] = kind


def closed(
    asked: Sequence[tuple[str, Decimal | None]], whom: Sequence[int], on: date, currency: str
) -> dict[int, tuple[str, ...]]:
    """The gates that do not hold, by distributor, each as code=value. A gate nobody knows (any more) never holds: paying
    without having looked would be worse."""
    found: dict[int, list[str]] = {}
    for code, limit in asked:
        kind = GATES.get(code)
        answers = kind.ask(whom, on, limit, currency) if kind else {}
        for party in whom:
            answer = answers.get(party, Answer(False, "?"))
            if not answer.holds:
                value = answer.value.replace(" ", "_")  # the names stand apart by spaces
                found.setdefault(party, []).append(f"{code}={value}" if value else code)
    return {party: tuple(each) for party, each in found.items()}
