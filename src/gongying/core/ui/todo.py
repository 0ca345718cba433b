"""What waits for somebody: areas tell their counts, the home page shows them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from gongying.core.actor import Actor
from gongying.core.words import is_chinese


@dataclass(frozen=True)
class Todo:
    """One line of the to-do list: `count` things wait at `url`; `tone` is "", warn or bad."""

    text: Any
    count: int
    url: str
    icon: str = "clock"
    tone: str = ""
    note: Any = ""

    @property
    def title(self) -> str:
        """How many of what, as each language puts it."""
        words = str(self.text)
        return f"{self.count} {words}" if is_chinese() else f"{words[:1].upper()}{words[1:]}: {self.count}"


Provider = Callable[[Actor], Iterator[Todo]]
PROVIDERS: list[Provider] = []


def register(provider: Provider) -> Provider:
    """Add an area's view of what waits."""
    if provider not in PROVIDERS:
        PROVIDERS.append(provider)
    return provider


def todos(actor: Actor) -> list[Todo]:
    """What waits for this actor, the pressing first."""
    found = [each for provider in PROVIDERS for each in provider(actor) if each.count]
    return sorted(found, key=lambda each: ("bad", "warn", "").index(each.tone))
