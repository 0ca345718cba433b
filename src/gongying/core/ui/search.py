"""One search for everything: areas give hits, the palette shows them by group."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pypinyin import Style, lazy_pinyin

from gongying.core.actor import Actor

from .nav import menu

MOST = 8


@dataclass(frozen=True)
class Hit:
    """Something to open."""

    group: Any
    text: Any
    url: str
    icon: str = "book"
    note: Any = ""


Provider = Callable[[Actor, str], Iterable[Hit]]
PROVIDERS: list[Provider] = []


def register(provider: Provider) -> Provider:
    """Add a source of hits; it is asked with the actor and the trimmed text."""
    if provider not in PROVIDERS:
        PROVIDERS.append(provider)
    return provider


def initials(text: str) -> str:
    """The first letters of the syllables: 经销商 is jxs.

    >>> initials("经销商 List")
    'jxslist'
    """
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).replace(" ", "").lower()


def fits(text: str, wanted: str) -> bool:
    """Whether a text holds what is wanted, as it is written or by pinyin initials."""
    return wanted.lower() in text.lower() or initials(text).startswith(wanted.lower().replace(" ", ""))


def find(actor: Actor, wanted: str, pages_label: Any) -> list[Hit]:
    """Hits of every source, at most eight of each, pages first."""
    text = wanted.strip()[:80]
    pages = [Hit(pages_label, i.label, i.url, i.icon) for i in menu(actor) if not text or fits(str(i.label), text)]
    found = pages[:MOST]
    if text:
        for provider in PROVIDERS:
            found += islice(provider(actor, text), MOST)
    return found
