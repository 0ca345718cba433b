"""Make the API from the registered verbs, so that it cannot differ from the pages."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, NinjaAPI, Query
from pydantic import BaseModel

from gongying.core.actor import Actor
from gongying.core.doors import ACTIONS, QUERIES, Verb, call
from gongying.core.refusal import Forbidden, Missing, Refused


def authenticated(request: HttpRequest) -> Actor | None:
    """The session's actor; None answers 401."""
    actor = getattr(request, "actor", None)
    return actor.through("api") if actor else None


def build() -> NinjaAPI:
    """The API of everything registered so far (call it after discovery)."""
    api = NinjaAPI(title="Gongying", version="1", auth=authenticated, urls_namespace="api", docs_url=None)
    for verb in (*ACTIONS.values(), *QUERIES.values()):
        if verb.exposed:
            _mount(api, verb)
    api.exception_handler(Refused)(lambda request, no: api.create_response(request, no.as_dict(), status=409))
    api.exception_handler(Forbidden)(
        lambda request, no: api.create_response(request, {"code": "forbidden"}, status=403)
    )
    api.exception_handler(Missing)(
        lambda request, no: api.create_response(request, {"code": "missing"}, status=404)
    )
    return api


def _mount(api: NinjaAPI, verb: Verb) -> None:
    area, name = verb.name.split(".")
    path, summary, code = f"/{area}/{name}", verb.doc, verb.name.replace(".", "_")
    view = _writer(verb) if verb.writes else _reader(verb)
    register = api.post if verb.writes else api.get
    register(path, summary=summary, operation_id=code, tags=[area], response=None)(view)


def _writer(verb: Verb) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, inputs: Any) -> HttpResponse:
        return _answer(verb, request, inputs, request.headers.get("Idempotency-Key", ""))

    view.__annotations__ = {"request": HttpRequest, "inputs": verb.inputs, "return": HttpResponse}
    view.__defaults__ = (Body(...),)  # type: ignore[type-arg]
    return view


def _reader(verb: Verb) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, inputs: Any) -> HttpResponse:
        return _answer(verb, request, inputs, "")

    view.__annotations__ = {"request": HttpRequest, "inputs": verb.inputs, "return": HttpResponse}
    view.__defaults__ = (Query(...),)  # type: ignore[type-arg]
    return view


def _answer(verb: Verb, request: HttpRequest, inputs: BaseModel, key: str) -> HttpResponse:
    values = {name: getattr(inputs, name) for name in type(inputs).model_fields}
    given = call(verb.name, request.auth, values, idempotency_key=_scoped(key))  # type: ignore[attr-defined]
    return HttpResponse(verb.answer.dump_json(given, fallback=str), content_type="application/json")


def _scoped(key: str) -> str:
    """Long client keys are kept by their hash."""
    return key if len(key) <= 64 else hashlib.sha256(key.encode()).hexdigest()
