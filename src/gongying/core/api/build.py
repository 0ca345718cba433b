"""Make the API from the registered verbs, so that it cannot differ from the pages."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Body, NinjaAPI, Query
from ninja.utils import check_csrf
from pydantic import BaseModel

from gongying.core.actor import Actor
from gongying.core.doors import ACTIONS, QUERIES, Verb, call
from gongying.core.refusal import Forbidden, Missing, Refused

NO_TOKEN = Refused(
    _("The request carries no token that shows it was meant."),
    code="csrf",
    remedy=_("Send the csrftoken cookie again as the header X-CSRFToken."),
)
DEMANDED = Refused(_("Something is demanded of you before anything else."), code="demanded")


class Forged(Exception):
    """A browser was made to send it: the session is there, the token is not."""


def authenticated(request: HttpRequest) -> Actor | None:
    """The session's actor; None answers 401. Raises Forged when a request that may write lacks the token."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return None
    if check_csrf(request) is not None:  # ninja exempts its views: a session must not be enough
        raise Forged
    return actor.through("api")


def build() -> NinjaAPI:
    """The API of everything registered so far (call it after discovery)."""
    api = NinjaAPI(title="Gongying", version="1", auth=authenticated, urls_namespace="api", docs_url=None)
    for verb in (*ACTIONS.values(), *QUERIES.values()):
        if verb.exposed:
            _mount(api, verb)

    def answer(request: HttpRequest, told: dict[str, str], status: int) -> HttpResponse:
        return api.create_response(request, told, status=status)

    api.exception_handler(Refused)(
        lambda request, no: answer(request, no.as_dict(), 422 if no.code == "invalid" else 409)
    )
    api.exception_handler(Forbidden)(lambda request, no: answer(request, _forbidden(request), 403))
    api.exception_handler(Forged)(lambda request, no: answer(request, NO_TOKEN.as_dict(), 403))
    api.exception_handler(Missing)(lambda request, no: answer(request, {"code": "missing"}, 404))
    return api


def _forbidden(request: HttpRequest) -> dict[str, str]:
    """Why a permission is missing: what is demanded first, with the address where it is done, or the role."""
    must = request.auth.must  # type: ignore[attr-defined]  # ninja lays the actor there
    return DEMANDED.as_dict() | {"remedy": must} if must else {"code": "forbidden"}


def _mount(api: NinjaAPI, verb: Verb) -> None:
    area, name = verb.name.split(".")
    path, summary, code = f"/{area}/{name}", verb.doc, verb.name.replace(".", "_")
    view = _writer(verb) if verb.writes else _reader(verb)
    register = api.post if verb.writes else api.get
    register(path, summary=summary, operation_id=code, url_name=code, tags=[area], response=None)(view)


def _writer(verb: Verb) -> Callable[..., HttpResponse]:
    def view(request: HttpRequest, inputs: Any) -> HttpResponse:
        return _answer(verb, request, inputs, request.headers.get("Idempotency-Key", ""))

    view.__annotations__ = {"request": HttpRequest, "inputs": verb.inputs, "return": HttpResponse}
    view.__defaults__ = (Body(...),)  # type: ignore[type-arg]
    return view


def _reader(verb: Verb) -> Callable[..., HttpResponse]:
    if not verb.inputs.model_fields:  # a parameter without fields could never be given
        return lambda request: _answer(verb, request, verb.inputs(), "")

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
