"""Make the API from the registered verbs, so that it cannot differ from the pages."""

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Body, NinjaAPI, Query
from ninja.errors import AuthenticationError, ValidationError
from ninja.utils import check_csrf
from pydantic import BaseModel

from gongying.core.actor import Actor
from gongying.core.doors import ACTIONS, QUERIES, Verb, call
from gongying.core.keys import access, addresses, limits
from gongying.core.refusal import Forbidden, Missing, Refused

from .document import document

NO_TOKEN = Refused(
    _("The request carries no token that shows it was meant."),
    code="csrf",
    remedy=_("Send the csrftoken cookie again as the header X-CSRFToken."),
)
DEMANDED = Refused(_("Something is demanded of you before anything else."), code="demanded")
NOBODY = Refused(
    _("Nobody is logged in, and there is no key that may be used."),
    code="unauthorized",
    remedy=_("Send Authorization: Bearer and the key."),
)
LIMITED = Refused(
    _("This key calls too often."), code="rate", remedy=_("Wait as many seconds as Retry-After says.")
)
UNREAD = _("The request could not be read.")
BEARER = "bearer"
KINDS = frozenset({"body", "query", "inputs"})  # what ninja puts before the name of a field that is wrong


class Forged(Exception):
    """A browser was made to send it: the session is there, the token is not."""


class Limited(Exception):
    """A key calls too often; `seconds` until it may again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def authenticated(request: HttpRequest) -> Actor | None:
    """The actor of the key in the Authorization header, else of the session; None answers 401. A key that is sent must be
    good: it never falls back to a session. Raises Forged when a session's request that may write lacks the token, Limited
    when a key calls too often.
    """
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == BEARER:  # no page can make a browser send this header: it needs no other token
        return _of_key(request, token.strip())
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return None
    if check_csrf(request) is not None:  # ninja exempts its views: a session must not be enough
        raise Forged
    return actor.through("api")


def _of_key(request: HttpRequest, token: str) -> Actor | None:
    language = getattr(request, "LANGUAGE_CODE", "")
    found = access.caller(token, addresses.of(request), language=language)
    if found is None:
        return None
    seconds = limits.wait(found.key_id)
    if seconds:
        raise Limited(seconds)
    return found.actor


class HouseAPI(NinjaAPI):
    """The API with the house's own description of itself."""

    def get_openapi_schema(self, **_given: Any) -> Any:
        """The OpenAPI document, made once."""
        return document()


def build() -> NinjaAPI:
    """The API of everything registered so far (call it after discovery)."""
    api = HouseAPI(title="Gongying", version="1", auth=authenticated, urls_namespace="api", docs_url=None)
    for verb in (*ACTIONS.values(), *QUERIES.values()):
        if verb.exposed:
            _mount(api, verb)

    def answer(request: HttpRequest, no: Refused, status: int) -> HttpResponse:
        return api.create_response(request, no.as_dict(), status=status)

    def limited(request: HttpRequest, fault: Limited) -> HttpResponse:
        response = answer(request, LIMITED, 429)
        response["Retry-After"] = str(fault.seconds)
        return response

    def refused(request: HttpRequest, no: Refused) -> HttpResponse:
        return answer(request, no, 422 if no.code == "invalid" else 409)

    api.exception_handler(Refused)(refused)
    api.exception_handler(Forbidden)(
        lambda request, no: api.create_response(request, _forbidden(request), status=403)
    )
    api.exception_handler(Forged)(lambda request, no: answer(request, NO_TOKEN, 403))
    api.exception_handler(Missing)(
        lambda request, no: api.create_response(request, {"code": "missing"}, status=404)
    )
    api.exception_handler(AuthenticationError)(lambda request, no: answer(request, NOBODY, 401))
    api.exception_handler(Limited)(limited)
    api.exception_handler(ValidationError)(
        lambda request, no: api.create_response(request, _unread(no.errors), status=422)
    )
    return api


def _forbidden(request: HttpRequest) -> dict[str, str]:
    """Why a permission is missing: what is demanded first, with the address where it is done, or the role."""
    must = request.auth.must  # type: ignore[attr-defined]  # ninja lays the actor there
    return DEMANDED.as_dict() | {"remedy": must} if must else {"code": "forbidden"}


def _unread(errors: list[dict[str, Any]]) -> dict[str, Any]:
    """Inputs that have the wrong names or types, in the words of every other no, and each of them under `detail`."""
    first = errors[0] if errors else {"loc": (), "msg": ""}
    where = ".".join(str(part) for part in first["loc"] if part not in KINDS)
    no = Refused(f"{where}: {first['msg']}" if where else str(UNREAD), code="invalid", field=where)
    return no.as_dict() | {"detail": errors}


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
