"""Navigation: areas declare their entries as a module-level `nav` list in their web room."""

from dataclasses import dataclass
from typing import Any

from gongying.core.actor import Actor


@dataclass(frozen=True)
class NavItem:
    """One entry of the menu, shown to whoever holds `needs`."""

    label: Any
    url: str
    needs: str
    order: int = 100


ITEMS: list[NavItem] = []


def register(*items: NavItem) -> list[NavItem]:
    """Add entries to the menu."""
    ITEMS.extend(item for item in items if item not in ITEMS)
    ITEMS.sort(key=lambda item: item.order)
    return list(items)


def menu(actor: Actor | None) -> list[NavItem]:
    """The entries this actor may open."""
    return [item for item in ITEMS if actor is not None and actor.can(item.needs)]
