"""Marks that stand beside a thing wherever it is shown: whoever knows something of a distributor (how far its figures may be
believed, say) puts it there once, and every page that shows a distributor shows it.

An area registers `register("party", fn)`; a page writes `{% load badges %}` and `{% badges "party" party.pk %}`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gongying.core.actor import Actor


@dataclass(frozen=True)
class Badge:
    """A word, its tone (good, wait, bad or mute), where it leads, and what it means in a sentence."""

    text: Any
    tone: str = "mute"
    href: str = ""
    note: Any = ""
    icon: str = "info"


Provider = Callable[[Actor, Any], Badge | None]
BADGES: dict[str, list[Provider]] = {}


def register(kind: str, provider: Provider) -> Provider:
    """Add a mark to a kind of thing: fn(actor, key) -> Badge, or None where there is nothing to say."""
    held = BADGES.setdefault(kind, [])
    if provider not in held:
        held.append(provider)
    return provider


def of(actor: Actor | None, kind: str, key: Any) -> list[Badge]:
    """The marks of one thing for this actor."""
    if actor is None:
        return []
    found = (provider(actor, key) for provider in BADGES.get(kind, []))
    return [badge for badge in found if badge is not None]
