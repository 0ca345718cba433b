"""The API to read: how to call it, every operation by app, every fact that is told."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from gongying.core.actor import Actor
from gongying.core.api.document import Shape, document
from gongying.core.doors import ACTIONS, PORTAL, QUERIES, WORDS
from gongying.core.hooks import told
from gongying.core.journal.fact import FACTS
from gongying.core.ui.pages import Request, page

REF = "#/components/schemas/"


def type_of(shape: Shape, shapes: Shape) -> str:
    """A JSON schema type in words.

    >>> type_of({"type": "array", "items": {"type": "integer"}}, {}), type_of({"type": "string", "format": "date"}, {})
    ('list of integer', 'date')
    """
    if "anyOf" in shape:
        return " or ".join(dict.fromkeys(type_of(each, shapes) for each in shape["anyOf"]))
    if "$ref" in shape:
        return str(shape["$ref"]).rsplit(".", 1)[-1]
    if "const" in shape or "enum" in shape:
        return " | ".join(map(str, shape.get("enum", [shape.get("const")])))
    if shape.get("type") == "array":
        return f"list of {type_of(shape.get('items') or {}, shapes)}"
    return str(shape.get("format") or shape.get("type") or "any")


def fields_of(shape: Shape, shapes: Shape, deep: int = 2) -> list[tuple[str, str, str]]:
    """The fields of an object (or of the objects of a list) as (name, type, default or what is needed), those within it under
    `name.inner`."""
    while "$ref" in shape or shape.get("type") == "array":
        shape = shapes.get(shape["$ref"].removeprefix(REF), {}) if "$ref" in shape else shape.get("items") or {}
    needed, found = set(shape.get("required", [])), []
    for name, inner in shape.get("properties", {}).items():
        default = "" if name in needed else str(inner.get("default", ""))
        found.append((name, type_of(inner, shapes), "!" if name in needed else default))
        target = inner.get("items") or inner
        if deep and "$ref" in target:
            within = fields_of(target, shapes, deep - 1)
            found += [(f"{name}.{each}", kind, note) for each, kind, note in within]
    return found


def _operations(app: str, actor: Actor) -> list[dict[str, Any]]:
    """Every operation of an app, ready for the page."""
    shapes, found = document()["components"]["schemas"], []
    for path, held in document()["paths"].items():
        for method, told_ in held.items():
            if told_["tags"] != [app] or not _shown(actor, told_["x-permission"]):
                continue
            answer = told_["responses"]["200"]["content"]["application/json"]["schema"]
            if method == "post":
                inputs = fields_of(told_["requestBody"]["content"]["application/json"]["schema"], shapes)
            else:
                given = told_["parameters"]
                inputs = [
                    (
                        p["name"],
                        type_of(p["schema"], shapes),
                        "!" if p["required"] else str(p["schema"].get("default", "")),
                    )
                    for p in given
                ]
            found.append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": told_["summary"],
                    "needs": told_["x-permission"],
                    "may": actor.can(told_["x-permission"]),
                    "inputs": inputs,
                    "answer": type_of(answer, shapes),
                    "fields": fields_of(answer, shapes, 1),
                }
            )
    return found


def _shown(actor: Actor, needs: str) -> bool:
    """Head office reads of every operation; a distributor's people of those they may call."""
    return actor.can(needs) or actor.role not in PORTAL


@page(needs="connections.view")
def reference(request: Request) -> HttpResponse:
    """How to call, and the operations of one app (`?app=`) or the facts that are told (`?app=webhooks`)."""
    actor, app = request.actor, request.GET.get("app", "")
    counted: dict[str, int] = {}
    for verb in (*ACTIONS.values(), *QUERIES.values()):
        if verb.exposed and _shown(actor, verb.needs):
            counted[verb.area] = counted.get(verb.area, 0) + 1
    apps = sorted(((str(WORDS.get(code, code)), code, n) for code, n in counted.items()), key=lambda each: each[1])
    context: dict[str, Any] = {
        "here": "reference",
        "apps": apps,
        "app": app if app in counted or app == "webhooks" else "",
        "home": request.build_absolute_uri("/")[:-1],
        "facts_count": len(told.offered(actor)),
    }
    if app == "webhooks":
        context["facts"] = _facts(actor)
    elif app in counted:
        context |= {"title": WORDS.get(app, app), "operations": _operations(app, actor)}
    return render(request, "connections/reference.html", context)


def _facts(actor: Actor) -> list[dict[str, Any]]:
    """The facts this actor's endpoints could be told, with the fields they would be told."""
    shapes, found = document()["components"]["schemas"], []
    for name in told.offered(actor):
        post = document()["webhooks"][name]["post"]
        data = post["requestBody"]["content"]["application/json"]["schema"]["properties"]["data"]
        sample = {field: None for field, _kind, _note in fields_of(data, shapes, 0)}
        kept = told.fields_told(actor, sample)
        fields = [(field, kind) for field, kind, _note in fields_of(data, shapes, 0) if field in kept]
        found.append({"name": name, "summary": post["summary"], "fields": fields, "version": FACTS[name].version})
    return found
