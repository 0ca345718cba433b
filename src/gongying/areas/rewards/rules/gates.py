"""Gates: named facts that must hold before a programme pays. Whoever knows a fact enters it here; rewards only asks."""

from collections.abc import Callable, Mapping, Sequence
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
AskOf = Callable[[Sequence[int], date, str], dict[int, Answer]]


@dataclass(frozen=True)
class GateKind:
    """A fact with its name for people; `ask` is fn(party ids, day, limit, currency) -> answers (nobody missing). `unit` says
    what the limit is: money (major units), ratio, number, or nothing where there is no limit.

    A fact that is asked of something named (a kind of certificates) has `ask_of` instead, fn(party ids, day, code) -> answers, and
    `names`, fn() -> what may be named, by code. `home` is fn(actor, party id, code, value) -> where an actor reads why it does
    not hold, "" where he may not.
    """

    code: str
    label: Any
    ask: Ask | None = None
    unit: str = ""
    ask_of: AskOf | None = None
    names: Callable[[], Mapping[str, str]] | None = None
    home: Callable[[Any, int, str, str], str] | None = None

    def answers(
        self, whom: Sequence[int], on: date, limit: Decimal | None, currency: str, of: str
    ) -> dict[int, Answer]:
        """What the fact is for these distributors on a day."""
        if self.ask_of is not None:
            return self.ask_of(whom, on, of)
        return self.ask(whom, on, limit, currency) if self.ask is not None else {}

    def called(self, of: str) -> str:
        """Its name for people, with what it is asked of."""
        return f"{self.label} “{self.names().get(of, of)}”" if of and self.names is not None else str(self.label)


GATES: dict[str, GateKind] = {}


def enter(kind: GateKind) -> None:
    """Make a fact known as a gate."""
    GATES[kind.code] = kind


def closed(
    asked: Sequence[tuple[str, Decimal | None, str]], whom: Sequence[int], on: date, currency: str
) -> dict[int, tuple[str, ...]]:
    """The gates that do not hold, by distributor, each as code=value, or code/of=value. A gate nobody knows (any more) never
    holds: paying without having looked would be worse."""
    found: dict[int, list[str]] = {}
    for code, limit, of in asked:
        kind = GATES.get(code)
        answers = kind.answers(whom, on, limit, currency, of) if kind else {}
        name = f"{code}/{of}" if of else code
        for party in whom:
            answer = answers.get(party, Answer(False, "?"))
            if not answer.holds:
                value = answer.value.replace(" ", "_")  # the names stand apart by spaces
                found.setdefault(party, []).append(f"{name}={value}" if value else name)
    return {party: tuple(each) for party, each in found.items()}


def told_gates(told: str) -> list[tuple[str, str, str]]:
    """The gates of a derivation again, as (code, of, value).

    >>> told_gates("certificate_held/LIC=2026-06-30 overdue_below=12")
    [('certificate_held', 'LIC', '2026-06-30'), ('overdue_below', '', '12')]
    """
    found = []
    for each in told.split():
        name, _is, value = each.partition("=")
        code, _of, of = name.partition("/")
        found.append((code, of, value))
    return found
