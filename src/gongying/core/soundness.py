"""What must be true of the database at any time; `gongying fsck` asks all of it.

A book or an area enters a question beside the reading it belongs to; nothing found is well.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Ask = Callable[[], Iterable[Any]]
MOST = 100  # faults of one question that are told


@dataclass(frozen=True)
class Sound:
    """A question: its name (`stock.balances`), what it holds in words, and how it is asked."""

    name: str
    words: Any
    ask: Ask


SOUND: dict[str, Sound] = {}


def sound(name: str, words: Any) -> Callable[[Ask], Ask]:
    """Enter a question: fn() -> what does not hold. Two of one name are a fault."""

    def enter(ask: Ask) -> Ask:
        known = SOUND.get(name)
        if known is not None and known.ask.__module__ != ask.__module__:
            raise RuntimeError(f"{name} is asked twice")
        SOUND[name] = Sound(name, words, ask)
        return ask

    return enter


def faults() -> Iterator[tuple[Sound, list[Any]]]:
    """Every question in order of its name, with what does not hold (at most a hundred of each)."""
    for _name, each in sorted(SOUND.items()):
        yield each, [fault for fault, _place in zip(each.ask(), range(MOST), strict=False)]
