"""Addresses of things that many areas show (a distributor, a statement): whoever has the page names it once.

An area must not link to another area's page by name; it writes `{{ party_id|link_to:"party" }}` and gets the address,
or nothing where no page of that kind is installed.
"""

from django.urls import reverse

HOMES: dict[str, str] = {}


def home(kind: str, view: str) -> None:
    """Declare the page of a kind of thing: `home("party", "cockpit:distributor")`."""
    HOMES[kind] = view


def to(kind: str, key: object) -> str:
    """The address of one thing (or, with an empty key, of a list), or an empty text when nobody shows that kind."""
    if kind not in HOMES:
        return ""
    return reverse(HOMES[kind], args=[key] if key != "" else [])
