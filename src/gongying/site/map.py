"""The map of the house, generated from the registered verbs, facts and listeners."""

import inspect
from collections.abc import Iterable
from typing import Any

from gongying.core.doors import ACTIONS, QUERIES, Verb
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


def api_reference() -> str:
    """Markdown of docs/api.md: every operation of the HTTP API with its inputs."""
    text = (
        "# API reference\n\nGenerated from the code by `make docs`. `POST /api/<area>/<verb>` takes a JSON body and an optional "
        "`Idempotency-Key` header: the same key with the same body gives the stored answer, with another body 409. "
        "`GET /api/<area>/<noun>` takes the inputs as query parameters. A business no is 409 with `code`, `message`, "
        "`field` and `remedy`; a missing permission 403; what is absent or foreign 404; malformed input 422. "
        "A program sends `Authorization: Bearer` with a key that somebody made for it (docs/guide/integrations.md); a page in a "
        "browser sends its session and the `csrftoken` cookie again as the header `X-CSRFToken` with every POST, without which the "
        "answer is 403 with the code `csrf`. While something is demanded of "
        "its user first (a second factor) the answer is 403 with the code `demanded` and the address in `remedy`. "
        "`gongying do <area>.<verb> '{…}'` calls the same on the command line.\n\n"
    )
    for name, verb in sorted((ACTIONS | QUERIES).items()):
        if verb.exposed:
            text += _operation(name, verb)
    return text.rstrip() + "\n"


def _operation(name: str, verb: Verb) -> str:
    method = "POST" if verb.writes else "GET"
    head = f"## {method} /api/{name.replace('.', '/', 1)}\n\n{verb.doc} Permission `{verb.needs}`.\n\n"
    schema = verb.inputs.model_json_schema()
    needed = set(schema.get("required", []))
    rows = [
        f"`{field}` | {_type(shape)} | {'required' if field in needed else 'default `' + str(shape.get('default')) + '`'}"
        for field, shape in schema.get("properties", {}).items()
    ]
    if not rows:
        return head + "No inputs.\n\n"
    return head + "| input | type | |\n| --- | --- | --- |\n" + "".join(f"| {row} |\n" for row in rows) + "\n"


def _type(shape: dict[str, Any]) -> str:
    """A JSON schema type in words."""
    if "anyOf" in shape:
        return " or ".join(_type(each) for each in shape["anyOf"])
    if "$ref" in shape:
        return str(shape["$ref"]).rsplit("/", 1)[-1]
    if shape.get("type") == "array":
        return f"list of {_type(shape.get('items', {}))}"
    return str(shape.get("format") or shape.get("type") or "any")
