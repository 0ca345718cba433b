"""Navigation: areas declare their entries in their web room; the shell groups and orders them."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL

GROUPS: dict[str, Any] = {
    "": "",
    "sales": _("Targets and sales"),
    "orders": _("Orders and stock"),
    "money": _("Credit and accounts"),
    "rewards": _("Policies and rebates"),
    "data": _("Data"),
    "house": _("Administration"),
}


@dataclass(frozen=True)
class NavItem:
    """One entry of the menu, shown to whoever holds `needs`; `portal` says whether a distributor's people see
    it in theirs."""

    label: Any
    url: str
    needs: str
    order: int = 100
    group: str = ""
    icon: str = "book"
    portal: bool = True


@dataclass(frozen=True)
class Section:
    """A group of the menu."""

    label: Any
    items: list[NavItem]


ITEMS: list[NavItem] = []


def register(*items: NavItem) -> list[NavItem]:
    """Add entries to the menu."""
    ITEMS.extend(item for item in items if item not in ITEMS)
    ITEMS.sort(key=lambda item: item.order)
    return list(items)


def menu(actor: Actor | None) -> list[NavItem]:
    """The entries this actor may open."""
    if actor is None:
        return []
    outside = actor.role in PORTAL
    return [item for item in ITEMS if actor.can(item.needs) and (item.portal or not outside)]


def sections(actor: Actor | None) -> list[Section]:
    """The same by group, empty groups left out."""
    mine = menu(actor)
    found = [Section(label, [i for i in mine if i.group == code]) for code, label in GROUPS.items()]
    return [section for section in found if section.items]
