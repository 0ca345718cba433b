"""The order of the door: permission, idempotency key, one transaction, the verb, the audit line."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from gongying.core import moment, posting
from gongying.core.actor import Actor
from gongying.core.audit.models import ActionKey, AuditRow
from gongying.core.refusal import Forbidden, Refused
from gongying.core.soundness import sound

from .registry import ACTIONS, QUERIES, ROLES, Verb, register

F = TypeVar("F", bound=Callable[..., Any])
inside: ContextVar[str] = ContextVar("inside", default="")
_LONGEST = 2000
_lines: ContextVar[list[tuple[Any, ...]] | None] = ContextVar("lines", default=None)  # of the verb that is running
AUDITED = ("actor", "user_id", "role", "via", "action", "parent", "inputs", "outcome", "detail")
_REFUSAL: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])


class _Told(Refused):
    """A refusal that was given before, told again."""


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
            _note([_line(verb, actor, inputs, "forbidden", verb.needs)])
        raise Forbidden(verb.needs)
    if parent:
        return _perform(verb, actor, inputs, parent)
    with moment.opened():
        return _keyed(verb, actor, key, inputs) if key else _plain(verb, actor, inputs)


def _plain(verb: Verb, actor: Actor, inputs: dict[str, Any]) -> Any:
    """Without a key no answer is kept: nothing outlives a refusal in the transaction, so it needs no savepoint within.

    A savepoint keeps a copy of every page that is written after it: a large posting feels that.
    """
    try:
        with transaction.atomic(durable=True):
            return _whole(verb, actor, inputs)
    except Refused as no:
        _note([_line(verb, actor, inputs, "refused", str(no))])
        raise


def _keyed(verb: Verb, actor: Actor, key: str, inputs: dict[str, Any]) -> Any:
    """With a key the answer is kept beside it in the same transaction. A refusal is kept too, in one of its own: what the verb
    had begun to write is undone with the first."""
    mark = hashlib.sha256(verb.name.encode() + b"|" + to_json(inputs, fallback=str)).hexdigest()
    try:
        with transaction.atomic(durable=True):
            if not _claim(verb, actor, key, mark):
                return _stored(verb, actor, key, mark)
            answer = _whole(verb, actor, inputs)
            kept = verb.answer.dump_json(answer, fallback=str).decode()
            ActionKey.objects.filter(principal=actor.name, key=key).update(status="done", answer=kept)
            return answer
    except Refused as no:
        if isinstance(no, _Told) or no.code == "key_reused":
            raise
        with transaction.atomic(durable=True):
            if not _claim(verb, actor, key, mark, "refused", to_json(no.as_dict()).decode()):
                return _stored(
                    verb, actor, key, mark
                )  # the same call was let in meanwhile, and this is what it was told
            _note([_line(verb, actor, inputs, "refused", str(no))])
        raise


def _whole(verb: Verb, actor: Actor, inputs: dict[str, Any]) -> Any:
    """An outermost verb, with one writing of the audit lines of everything it called."""
    lines: list[tuple[Any, ...]] = []
    token = _lines.set(lines)
    try:
        answer = _perform(verb, actor, inputs, "")
    finally:
        _lines.reset(token)
    _note(lines)
    return answer


def _perform(verb: Verb, actor: Actor, inputs: dict[str, Any], parent: str) -> Any:
    token = inside.set(verb.name)
    try:
        answer = verb.fn(actor, **inputs)
    finally:
        inside.reset(token)
    line, lines = _line(verb, actor, inputs, "done", "", parent), _lines.get()
    if lines is None:
        _note([line])
    else:
        lines.append(line)
    return answer


def _claim(verb: Verb, actor: Actor, key: str, mark: str, status: str = "open", answer: str = "") -> bool:
    """Insert the key; whoever has it already is waited for. False when it was used."""
    names = ("principal", "action", "key", "fingerprint", "status", "answer", "created_at")
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    values = [actor.name, verb.name, key, mark, status, answer, now]
    table, slots = connection.ops.quote_name(ActionKey._meta.db_table), ", ".join(["%s"] * len(names))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({slots}) "  # noqa: S608 - our own names
            "ON CONFLICT (principal, key) DO NOTHING",
            values,
        )
        return bool(cursor.rowcount == 1)


def _stored(verb: Verb, actor: Actor, key: str, mark: str) -> Any:
    """The answer that was given for a used key, or the refusal; another request under it is refused."""
    row = ActionKey.objects.get(principal=actor.name, key=key)
    if row.fingerprint != mark:
        raise Refused(
            _("This key was already used for a different request."),
            code="key_reused",
            remedy=_("Send a new Idempotency-Key."),
        )
    if row.status == "refused":
        told = _REFUSAL.validate_json(row.answer)
        raise _Told(told["message"], code=told["code"], field=told["field"], remedy=told["remedy"])
    return verb.answer.validate_json(row.answer)


def _note(lines: list[tuple[Any, ...]]) -> None:
    posting.insert(AuditRow, AUDITED, lines, {"at": posting.stamp()})


def _line(
    verb: Verb, actor: Actor, inputs: dict[str, Any], outcome: str, detail: str, parent: str = ""
) -> tuple[Any, ...]:
    """An audit line, as values of AUDITED."""
    shown = {name: "•••" if name in verb.secret else _brief(value) for name, value in inputs.items()}
    said = to_json(shown, fallback=str).decode()[:_LONGEST]
    who = (actor.name, actor.user_id, actor.role, actor.via)
    return *who, verb.name, parent, said, outcome, detail[:_LONGEST]


def _brief(value: Any) -> Any:
    """Long lists become their length: an audit line is for reading."""
    return f"[{len(value)}]" if isinstance(value, list | tuple | set) and len(value) > 20 else value


@sound("doors.keys", _("every used key has one answer"))
def _unanswered() -> Iterator[str]:
    """Keys that were used and hold no answer: the key and the answer are written in one transaction."""
    held = ActionKey.objects.exclude(status__in=("done", "refused"), answer__gt="")
    for row in held.order_by("id").iterator():
        yield f"{row.principal} {row.action} {row.key} {row.status}"
