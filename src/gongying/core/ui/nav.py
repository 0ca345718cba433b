"""Navigation: areas declare their entries in their web room; the shell groups and orders them by what people do."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL


@dataclass(frozen=True)
class Group:
    """A part of the menu that opens and closes."""

    label: Any
    icon: str = ""


GROUPS: dict[str, Group] = {
    "": Group(""),
    "orders": Group(_("Orders"), "cart"),
    "stock": Group(_("Shipping & stock"), "truck"),
    "prices": Group(_("Prices & offers"), "tag"),
    "credit": Group(_("Credit & payments"), "wallet"),
    "accounts": Group(_("Accounts & closing"), "scale"),
    "rewards": Group(_("Rebates & levels"), "gift"),
    "sales": Group(_("Targets"), "target"),
    "network": Group(_("Recruiting & examination"), "users"),
    "data": Group(_("Reports & data"), "upload"),
    "compliance": Group(_("Compliance"), "shield"),
    "house": Group(_("Administration"), "key"),
}
AT_THE_THUMB = 4  # entries the phone shows without opening the menu


@dataclass(frozen=True)
class NavItem:
    """One entry of the menu, shown to whoever holds `needs`; `portal` says whether a distributor's people see
    it in theirs. One `under` the address of another entry is a tab or a button of its page: only the search names it."""

    label: Any
    url: str
    needs: str
    order: int = 100
    group: str = ""
    icon: str = "book"
    portal: bool = True
    under: str = ""


@dataclass(frozen=True)
class Section:
    """A group with the entries of one actor. One entry alone, or none of a group, stands in the menu by itself."""

    group: Group
    items: list[NavItem]
    open: bool = False

    @property
    def folds(self) -> bool:
        """Whether it opens and closes."""
        return bool(self.group.label) and len(self.items) > 1


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


def here(items: list[NavItem], path: str) -> NavItem | None:
    """The entry a page belongs to: the longest address the page's own begins with, or what that one is under."""
    above = [i for i in items if path == i.url or (i.url != "/" and path.startswith(i.url))]
    at = max(above, key=lambda item: len(item.url), default=None)
    return next((i for i in items if at and i.url == at.under), at)


def sections(actor: Actor | None, path: str = "/") -> list[Section]:
    """The same by group, empty groups left out; the group of the page at `path` is open, on others the first."""
    mine = menu(actor)
    at = here(mine, path)
    by_group = {code: [i for i in mine if i.group == code and not i.under] for code in GROUPS}
    found = [Section(GROUPS[code], items, at in items) for code, items in by_group.items() if items]
    if any(section.open and section.folds for section in found):
        return found
    first = next((section for section in found if section.folds), None)
    return [Section(s.group, s.items, s is first) for s in found]


def thumb(actor: Actor | None) -> list[NavItem]:
    """What the phone has at the thumb: the first few entries of the menu."""
    return [item for item in menu(actor) if not item.under][:AT_THE_THUMB]
