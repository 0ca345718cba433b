"""What the API says of itself: the OpenAPI document, made from the verbs, nouns and facts there are."""

import inspect
from dataclasses import is_dataclass
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError, PydanticUserError

from gongying.core.doors import ACTIONS, QUERIES, Verb
from gongying.core.journal.fact import FACTS, Fact

Shape = dict[str, Any]
ABOUT = """Verbs are POST, nouns are GET. A program sends `Authorization: Bearer gy_…` (a key made under Integrations); a browser sends
its session and, with every POST, the csrftoken cookie again as X-CSRFToken. Money is integer minor units, quantities are whole
base units, days are YYYY-MM-DD. What is absent and what is somebody else's get the same 404."""
NOS = {
    "401": "Nobody: no session, or a key that is unknown, expired, revoked or used from elsewhere.",
    "403": "The role or the key lacks the permission (`forbidden`), a session's POST lacks its token (`csrf`), or something is "
    "demanded first (`demanded`, with the address in `remedy`).",
    "404": "Not there for you: absent and foreign are the same answer.",
    "409": "A business no. Nothing was written; `code` is stable, `message` is for people. `key_reused`: the Idempotency-Key "
    "was used for another request.",
    "422": "The inputs cannot be read: `field` is the first that is wrong, `detail` lists all.",
    "429": "This key calls too often; Retry-After says how many seconds to wait.",
}
PROBLEM: Shape = {
    "type": "object",
    "description": "Why not. `message` and `remedy` are in the language of Accept-Language.",
    "required": ["code"],
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "field": {"type": "string"},
        "remedy": {"type": "string"},
    },
}
KEY: Shape = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The same key with the same body gives the stored answer, refusals too; with another body 409.",
}
TOLD = ("webhook-id", "webhook-timestamp", "webhook-signature")
FAULTS = (PydanticInvalidForJsonSchema, PydanticSchemaGenerationError, PydanticUserError, KeyError, TypeError)


@lru_cache(maxsize=1)
def document() -> Shape:
    """The OpenAPI 3.1 document of the house."""
    shapes: Shape = {"Problem": PROBLEM}
    verbs = sorted((ACTIONS | QUERIES).items())
    paths = {address(verb): {method(verb): operation(verb, shapes)} for _name, verb in verbs if verb.exposed}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gongying", "version": "1", "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"key": []}, {"session": []}],
        "paths": paths,
        "webhooks": {name: {"post": _told(fact, shapes)} for name, fact in sorted(FACTS.items())},
        "components": {
            "schemas": shapes,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key of Integrations."},
                "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
            },
        },
    }


def address(verb: Verb) -> str:
    """Where a verb or noun is called."""
    return f"/api/{verb.name.replace('.', '/', 1)}"


def method(verb: Verb) -> str:
    """post for a verb, get for a noun."""
    return "post" if verb.writes else "get"


def operation(verb: Verb, shapes: Shape) -> Shape:
    """One operation; what its types are made of goes into `shapes`."""
    code = verb.name.replace(".", "_")
    asked = _schema(verb.inputs, shapes, code, "validation")
    said = inspect.getdoc(verb.fn) or ""
    told: Shape = {
        "operationId": code,
        "tags": [verb.area],
        "summary": _opening(said),
        "description": f"{said}\n\nPermission `{verb.needs}`.",
        "x-permission": verb.needs,
        "responses": _responses(verb, shapes, code),
    }
    if verb.writes:
        told["parameters"] = [KEY]
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": asked}}}
    else:
        needed = set(asked.get("required", []))
        told["parameters"] = [
            {"name": name, "in": "query", "required": name in needed, "schema": shape}
            for name, shape in asked.get("properties", {}).items()
        ]
    return told


def _opening(text: str) -> str:
    """The first paragraph of a text, as one line."""
    return " ".join(text.split("\n\n", maxsplit=1)[0].split())


def _responses(verb: Verb, shapes: Shape, code: str) -> Shape:
    fine = {"description": "Done." if verb.writes else "The answer."}
    answer = _schema(verb.answer, shapes, code, "serialization")
    problem = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    nos = {number: {"description": words, "content": problem} for number, words in NOS.items()}
    if not verb.writes:
        nos.pop("409")
    return {"200": fine | {"content": {"application/json": {"schema": answer}}}} | nos


def _told(fact: type[Fact], shapes: Shape) -> Shape:
    """A fact as it is told to an endpoint."""
    data = (
        _schema(TypeAdapter(fact), shapes, fact.name.replace(".", "_"), "serialization")
        if is_dataclass(fact)
        else {}
    )
    body = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"const": fact.name},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": data,
        },
    }
    return {
        "operationId": f"told_{fact.name.replace('.', '_')}",
        "tags": ["webhooks"],
        "summary": _opening(inspect.getdoc(fact) or ""),
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in TOLD
        ],
        "requestBody": {"content": {"application/json": {"schema": body}}},
        "responses": {"2XX": {"description": "Taken. Anything else is tried again later."}},
    }


def _schema(of: Any, shapes: Shape, code: str, mode: Any) -> Shape:
    """The JSON schema of inputs or of an answer, with its parts in `shapes` under names of this operation (two areas may each
    have a Line). An empty schema, which allows anything, where a type cannot be told.
    """
    template = f"#/components/schemas/{code}.{{model}}"
    try:
        if isinstance(of, type) and issubclass(of, BaseModel):
            found = of.model_json_schema(ref_template=template, mode=mode)
        else:
            found = of.json_schema(ref_template=template, mode=mode)
    except FAULTS:
        return {}
    for name, shape in found.pop("$defs", {}).items():
        shapes[f"{code}.{name}"] = shape
    return dict(found)
