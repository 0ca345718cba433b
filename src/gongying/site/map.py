"""The map of the house, generated from the registered verbs, facts and listeners."""

import inspect
from collections.abc import Iterable

from gongying.core.doors import ACTIONS, QUERIES
from gongying.core.journal.book import LISTENERS
from gongying.core.journal.fact import FACTS
from gongying.core.ui.pages import PAGES


def _table(title: str, head: str, rows: Iterable[str]) -> str:
    columns = head.count("|") + 1
    return f"## {title}\n\n| {head} |\n|{' --- |' * columns}\n" + "".join(f"| {row} |\n" for row in rows) + "\n"


def house_map() -> str:
    """Markdown of docs/map.md."""
    verbs = [
        f"`{n}` | {v.doc} | `{v.needs}` | {', '.join(v.roles)}" for n, v in sorted((ACTIONS | QUERIES).items())
    ]
    facts = [f"`{n}` | {(inspect.getdoc(f) or '').splitlines()[0]}" for n, f in sorted(FACTS.items())]
    heard = [f"`{k}` | {', '.join(f'`{n}`' for n in x.hears)}" for k, x in sorted(LISTENERS.items())]
    pages = [f"`{n}` | `{needs}`" for n, needs in sorted(PAGES.items())]
    return (
        "# Map\n\nGenerated from the code by `make docs`.\n\n"
        + _table("Verbs and nouns", "name | what it does | permission | roles by default", verbs)
        + _table("Pages", "view | permission", pages)
        + _table("Facts", "name | what it says", facts)
        + _table("Listeners", "listener | hears", heard)
    ).rstrip() + "\n"
