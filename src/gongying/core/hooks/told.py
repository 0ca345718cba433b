"""Which facts are told to whom, and what of them.

An endpoint is told what its maker may see now: whoever sees the whole network is told facts as they are, of apps in which he may
do something. Everybody else is told only of his own organisations, only the facts that were declared as `outside`, and of those only
the fields that were declared.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gongying.core.actor import Actor
from gongying.core.doors import permissions
from gongying.core.journal.fact import FACTS
from gongying.core.journal.models import Entry, Head
from gongying.core.people.access import actor_for
from gongying.core.people.models import User

from .models import Delivery, Endpoint, Reading

MOST_BODY = 64 * 1024  # bytes
AT_ONCE = 500  # facts in one transaction
NEEDS = "connections.hooks"  # whoever may not have endpoints any more is told nothing
Codes = Callable[[set[int]], dict[int, str]]
_coders: list[Codes] = []
_outside: list[str] = []
_fields: set[str] = set()
_never: set[str] = set()


def outside(patterns: Iterable[str], fields: Iterable[str], never: Iterable[str] = ()) -> None:
    """Declare which facts (names or prefixes such as ``orders.*``; `never` are taken out) and which of their fields may be told
    to somebody who sees a part of the network only."""
    _outside.extend(patterns)
    _fields.update(fields)
    _never.update(never)


def coded(fn: Codes) -> Codes:
    """Declare who knows the codes of organisations by number: other systems know them by code."""
    _coders.append(fn)
    return fn


def fits(patterns: Iterable[str], name: str) -> bool:
    """Whether a fact's name is one of the patterns.

    >>> [fits(["orders.*", "rewards.dispute_ruled"], n) for n in ("orders.order_placed", "ordersx.y", "rewards.run_voided")]
    [True, False, False]
    """
    return any(each in (name, "*") or (each.endswith(".*") and name.startswith(each[:-1])) for each in patterns)


def offered(actor: Actor) -> list[str]:
    """The names of the facts somebody's endpoint could be told."""
    return [name for name in sorted(FACTS) if _may_hear(actor, name)]


@lru_cache(maxsize=1)
def _apps() -> frozenset[str]:
    """The apps that have permissions."""
    return frozenset(needs.partition(".")[0] for needs in permissions())


def _may_hear(actor: Actor, name: str) -> bool:
    app = name.partition(".")[0]
    if not actor.can(NEEDS):
        return False
    if not actor.whole_network and (name in _never or not fits(_outside, name) or not _of_party(name)):
        return False
    mine = actor.can("*") or any(held.startswith(f"{app}.") for held in actor.may)
    return mine or (actor.whole_network and app not in _apps())


def _of_party(name: str) -> bool:
    return "party" in getattr(FACTS[name], "__dataclass_fields__", {})


def share(actor: Actor, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
    """What of a fact is told to an endpoint of `actor`; None when nothing is."""
    if name not in FACTS or not _may_hear(actor, name):
        return None
    party = payload.get("party")
    if not actor.whole_network and (not isinstance(party, int) or not actor.sees(party)):
        return None
    return fields_told(actor, payload)


def fields_told(actor: Actor, payload: dict[str, Any]) -> dict[str, Any]:
    """The fields of a fact that are told: all, or to somebody who sees a part of the network those that were declared."""
    if actor.whole_network:
        return payload
    return {field: value for field, value in payload.items() if field in _fields or field == "party"}


def body_of(name: str, told_at: str, data: dict[str, Any]) -> str:
    """The text of a message. Of one that would be too long only the plain fields are told."""
    text = _dumped(name, told_at, data)
    if len(text.encode()) > MOST_BODY:
        plain = {field: value for field, value in data.items() if not isinstance(value, list | dict)}
        text = _dumped(name, told_at, {**plain, "shortened": True})
    return text


def _dumped(name: str, told_at: str, data: dict[str, Any]) -> str:
    return json.dumps({"type": name, "timestamp": told_at, "data": data}, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class _Listener:
    endpoint: Endpoint
    actor: Actor


def _listeners() -> list[_Listener]:
    """The endpoints that are told something, with what their makers may see now."""
    rows = list(Endpoint.objects.unscoped("facts go to every endpoint that may hear them").filter(state="active"))
    users = User.objects.filter(pk__in={row.user_id for row in rows}, is_active=True)
    actors = {user.pk: actor_for(user, via="job") for user in users}
    return [_Listener(row, actors[row.user_id]) for row in rows if row.user_id in actors]


def fan_out(limit: int = AT_ONCE) -> int:
    """Read the journal on from where it was read, and put a message in line for every endpoint that hears a fact. One reader at
    a time; a fact is told once to each. Returns how many messages."""
    head = Head.objects.filter(pk=1).values_list("position", flat=True).first() or 0
    read = Reading.objects.filter(pk=1).values_list("position", flat=True).first()
    if read is not None and read >= head:
        return 0
    with transaction.atomic():
        Reading.objects.get_or_create(pk=1, defaults={"position": 0})
        here = Reading.objects.select_for_update().get(pk=1)
        heard = _listeners()
        names = [name for name in FACTS if any(fits(each.endpoint.facts, name) for each in heard)]
        fresh = Q(position__gt=here.position, position__lte=head, name__in=names)
        entries = list(Entry.objects.filter(fresh).order_by("position")[:limit]) if names else []
        rows = [row for row in _messages(entries, heard) if (row.position or 0) > row.endpoint.after]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=200)
        here.position = entries[-1].position if len(entries) == limit else head  # type: ignore[assignment]
        here.save(update_fields=["position"])
    return len(rows)


def _messages(entries: list[Entry], heard: list[_Listener]) -> Iterator[Delivery]:
    """The messages of entries, in their order, to whoever hears them."""
    told = [(entry, json.loads(entry.payload)) for entry in entries]
    parties = {payload["party"] for _entry, payload in told if isinstance(payload.get("party"), int)}
    codes = {number: code for coder in _coders if parties for number, code in coder(parties).items()}
    for entry, payload in told:
        for each in heard:
            data = share(each.actor, entry.name, payload) if fits(each.endpoint.facts, entry.name) else None
            if data is not None:
                code = codes.get(data.get("party", 0))
                yield _message(each.endpoint, entry, data | ({"party_code": code} if code else {}))


def _message(endpoint: Endpoint, entry: Entry, data: dict[str, Any]) -> Delivery:
    return Delivery(
        endpoint=endpoint,
        message=f"msg_{endpoint.pk}_{entry.position}",
        position=entry.position,
        fact=entry.name,
        body=body_of(entry.name, entry.told_at, data),
        next_at=timezone.now(),
    )


def catch_up(endpoint: Endpoint, since: datetime, most: int) -> int:
    """Put in line for one endpoint what was told since a time and never went to it (it was disabled, or heard less): what its maker
    may hear now, at most so many messages, the oldest first. Returns how many."""
    user = User.objects.filter(pk=endpoint.user_id, is_active=True).first()
    names = [name for name in FACTS if fits(endpoint.facts, name)]
    if user is None or not names:
        return 0
    heard = [_Listener(endpoint, actor_for(user, via="job"))]
    had = Delivery.objects.unscoped("of one endpoint").filter(endpoint=endpoint, position__isnull=False)
    begin = since.astimezone(UTC).isoformat(timespec="microseconds")
    entries = Entry.objects.filter(name__in=names, told_at__gte=begin, position__isnull=False)
    missed = entries.exclude(position__in=had.values("position")).order_by("position")[:most]
    rows = list(_messages(list(missed), heard))
    Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=200)
    return len(rows)
