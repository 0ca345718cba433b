"""Addresses of things that many areas show (a distributor, a statement): whoever has the page names it once.

An area must not link to another area's page by name; it writes `{{ party_id|link_to:"party" }}` and gets the address,
or nothing where no page of that kind is installed.
"""

from functools import cache

from django.urls import reverse

MARK = 8_589_934_589  # a number that stands in no address by itself
HOMES: dict[str, str] = {}


def home(kind: str, view: str) -> None:
    """Declare the page of a kind of thing: `home("party", "cockpit:distributor")`; the editor of a kind of policy is that of
    "draft <kind>"."""
    HOMES[kind] = view


def to(kind: str, key: object) -> str:
    """The address of one thing (or, with an empty key, of a list), or an empty text when nobody shows that kind."""
    if kind not in HOMES:
        return ""
    if isinstance(key, int):
        return numbered(HOMES[kind], key)
    return reverse(HOMES[kind], args=[key] if key != "" else [])


def numbered(view: str, number: int) -> str:
    """The address of a page about something with a number: what `reverse` says, asked once a view, because a list has dozens."""
    before, after = _around(view)
    return f"{before}{number}{after}"


@cache
def _around(view: str) -> tuple[str, str]:
    before, _mark, after = reverse(view, args=[MARK]).partition(str(MARK))
    return before, after
