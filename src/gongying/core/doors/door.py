"""The order of the door: permission, idempotency key, one transaction, the verb, the audit line."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from gongying.core.actor import Actor
from gongying.core.audit.models import ActionKey, AuditRow
from gongying.core.refusal import Forbidden, Refused
from gongying.core.soundness import sound

from .registry import ACTIONS, QUERIES, ROLES, Verb, register

F = TypeVar("F", bound=Callable[..., Any])
inside: ContextVar[str] = ContextVar("inside", default="")
_LONGEST = 2000
_NEW = object()  # no stored answer: None is an answer too
_REFUSAL: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])


def _name_of(fn: Callable[..., Any], name: str) -> str:
    """`gongying.areas.rewards.actions.settle` is `rewards.settle`."""
    return name or f"{fn.__module__.split('.')[2]}.{fn.__name__}"


def action(
    *, needs: str, roles: tuple[str, ...], name: str = "", secret: tuple[str, ...] = (), exposed: bool = True
) -> Callable[[F], F]:
    """Dress a function as a verb. `secret` inputs never reach the audit line.

    Raises in use: Forbidden (no permission), Refused (a business no, also replayed for a used key).
    """
    _check_roles(needs, roles)

    def dress(fn: F) -> F:
        verb = Verb(_name_of(fn, name), fn, needs, roles, True, frozenset(secret), exposed)

        @wraps(fn)
        def door(actor: Actor, *, idempotency_key: str = "", **inputs: Any) -> Any:
            return _enter(verb, actor, idempotency_key, inputs)

        register(verb)
        return cast(F, door)

    return dress


def query(*, needs: str, roles: tuple[str, ...], name: str = "", exposed: bool = True) -> Callable[[F], F]:
    """Dress a function as a noun: it checks the permission, reads in the actor's scope and never writes."""
    _check_roles(needs, roles)

    def dress(fn: F) -> F:
        verb = Verb(_name_of(fn, name), fn, needs, roles, False, frozenset(), exposed)

        @wraps(fn)
        def door(actor: Actor, **inputs: Any) -> Any:
            if not actor.can(needs):
                raise Forbidden(needs)
            return fn(actor, **inputs)

        register(verb)
        return cast(F, door)

    return dress


def _check_roles(needs: str, roles: tuple[str, ...]) -> None:
    unknown = set(roles) - set(ROLES)
    if unknown or not needs:
        raise RuntimeError(f"{needs or 'a verb'} names unknown roles: {sorted(unknown)}")


def call(name: str, actor: Actor, inputs: dict[str, Any], *, idempotency_key: str = "") -> Any:
    """Call a verb or noun by name with outside input (API, command line): validated and coerced first."""
    verb = ACTIONS.get(name) or QUERIES[name]
    try:
        clean = verb.inputs.model_validate(inputs)
    except ValidationError as fault:
        first = fault.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Refused(f"{where}: {first['msg']}", code="invalid", field=where) from fault
    values = {name: getattr(clean, name) for name in type(clean).model_fields}
    if not verb.writes:
        if not actor.can(verb.needs):
            raise Forbidden(verb.needs)
        return verb.fn(actor, **values)
    return _enter(verb, actor, idempotency_key, values)


@contextmanager
def joined(name: str) -> Iterator[None]:
    """Let verbs called in this block join the transaction that is already open (journal delivery)."""
    token = inside.set(name)
    try:
        yield
    finally:
        inside.reset(token)


def _enter(verb: Verb, actor: Actor, key: str, inputs: dict[str, Any]) -> Any:
    parent = inside.get()
    if not actor.can(verb.needs):
        if not parent:
            _audit(verb, actor, inputs, "forbidden", verb.needs)
        raise Forbidden(verb.needs)
    if parent:
        return _perform(verb, actor, inputs, parent)
    return _keyed(verb, actor, key, inputs) if key else _plain(verb, actor, inputs)


def _plain(verb: Verb, actor: Actor, inputs: dict[str, Any]) -> Any:
    """Without a key no answer is kept: nothing outlives a refusal in the transaction, so it needs no savepoint within.

    A savepoint keeps a copy of every page that is written after it: a large posting feels that.
    """
    try:
        with transaction.atomic(durable=True):
            return _perform(verb, actor, inputs, "")
    except Refused as no:
        _audit(verb, actor, inputs, "refused", str(no))
        raise


def _keyed(verb: Verb, actor: Actor, key: str, inputs: dict[str, Any]) -> Any:
    with transaction.atomic(durable=True):
        row, stored = _claim(verb, actor, key, inputs)
        if stored is not _NEW:
            return stored
        refusal: Refused | None = None
        try:
            with transaction.atomic():
                answer = _perform(verb, actor, inputs, "")
        except Refused as no:
            refusal = no
            _audit(verb, actor, inputs, "refused", str(no))
        row.status = "refused" if refusal else "done"
        row.answer = (
            to_json(refusal.as_dict()) if refusal else verb.answer.dump_json(answer, fallback=str)
        ).decode()
        row.save(update_fields=["status", "answer"])
    if refusal:
        raise refusal
    return answer


def _perform(verb: Verb, actor: Actor, inputs: dict[str, Any], parent: str) -> Any:
    token = inside.set(verb.name)
    try:
        answer = verb.fn(actor, **inputs)
        _audit(verb, actor, inputs, "done", "", parent)
        return answer
    finally:
        inside.reset(token)


def _claim(verb: Verb, actor: Actor, key: str, inputs: dict[str, Any]) -> tuple[ActionKey, Any]:
    """Insert the key first; a key that was used gives its stored answer, or refuses another body."""
    mark = hashlib.sha256(verb.name.encode() + b"|" + to_json(inputs, fallback=str)).hexdigest()
    try:
        with transaction.atomic():
            row = ActionKey.objects.create(principal=actor.name, action=verb.name, key=key, fingerprint=mark)
        return row, _NEW
    except IntegrityError:
        row = ActionKey.objects.get(principal=actor.name, key=key)
    if row.fingerprint != mark:
        raise Refused(
            _("This key was already used for a different request."),
            code="key_reused",
            remedy=_("Send a new Idempotency-Key."),
        )
    if row.status == "refused":
        told = _REFUSAL.validate_json(row.answer)
        raise Refused(told["message"], code=told["code"], field=told["field"], remedy=told["remedy"])
    return row, verb.answer.validate_json(row.answer)


def _audit(verb: Verb, actor: Actor, inputs: dict[str, Any], outcome: str, detail: str, parent: str = "") -> None:
    shown = {name: "•••" if name in verb.secret else _brief(value) for name, value in inputs.items()}
    AuditRow.objects.create(
        actor=actor.name,
        user_id=actor.user_id,
        role=actor.role,
        via=actor.via,
        action=verb.name,
        parent=parent,
        inputs=to_json(shown, fallback=str).decode()[:_LONGEST],
        outcome=outcome,
        detail=detail[:_LONGEST],
    )


def _brief(value: Any) -> Any:
    """Long lists become their length: an audit line is for reading."""
    return f"[{len(value)}]" if isinstance(value, list | tuple | set) and len(value) > 20 else value


@sound("doors.keys", _("every used key has one answer"))
def _unanswered() -> Iterator[str]:
    """Keys that were used and hold no answer: the key and the answer are written in one transaction."""
    held = ActionKey.objects.exclude(status__in=("done", "refused"), answer__gt="")
    for row in held.order_by("id").iterator():
        yield f"{row.principal} {row.action} {row.key} {row.status}"
