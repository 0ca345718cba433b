"""From a key to an actor: read anew at every call, so that what is withdrawn is gone at once."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from gongying.core.actor import Actor
from gongying.core.doors import ACTIONS, PORTAL, QUERIES, permissions
from gongying.core.people.access import actor_for, behind
from gongying.core.people.models import User

from . import addresses, tokens
from .models import ApiKey, ApiSecret

TOUCH = timedelta(minutes=5)  # how exactly a key's use is remembered: not every call writes
ALWAYS = frozenset({"connections.whoami"})  # any key may ask what it is, if its maker may
PERSONAL = ("accounts", "approvals", "connections", "ui")  # apps whose verbs are a person's own affair
# What a second person decides is decided by a person: whoever holds a key to submit must not hold one to approve.
DECIDING = ("accept", "apply", "approve", "consent", "decide", "publish", "release", "reopen", "rule", "start")


@dataclass(frozen=True)
class Caller:
    """Who calls with a key: the actor, and the key's number (its calls are counted by it)."""

    actor: Actor
    key_id: int


def caller(token: str, address: str, *, language: str = "") -> Caller | None:
    """Who calls with a token from an address; None when that is nobody (unknown, ended, revoked, of somebody who is let in no
    more, or from elsewhere: a caller is not told which)."""
    now = timezone.now()
    prefix = tokens.prefix_of(token)
    if not prefix:
        return None
    held = ApiSecret.objects.unscoped("a key says who asks").select_related("key").filter(prefix=prefix).first()
    if held is None or not tokens.same(token, held.digest) or (held.ends_at and held.ends_at <= now):
        return None
    key = held.key
    if standing(key, timezone.localdate()) != "active" or not addresses.allowed(address, key.addresses):
        return None
    actor = actor_of(key, language=language)
    if actor is None:
        return None
    _touch(held, address, now)
    return Caller(actor, key.pk)


def actor_of(key: ApiKey, *, language: str = "") -> Actor | None:
    """What a key may do and see now: its permissions that its maker still holds, and never more than its maker sees. None when
    its maker is let in no more.

    A key of head office that is narrowed to one distributor acts as somebody of that distributor (and so under no user). What a
    key starts runs with what the key may and sees when it runs (`by_name`), never with its maker's.
    """
    user = User.objects.filter(pk=key.user_id, is_active=True).first()
    if user is None:
        return None
    maker = actor_for(user, via="api", language=language)
    held = replace(maker, name=key.principal, may=maker.may & (frozenset(key.scopes) | ALWAYS))
    if key.narrowed_to is None:
        return held
    seen = frozenset({key.narrowed_to}) if maker.sees(key.narrowed_to) else frozenset[int]()
    return replace(held, parties=seen, role="clerk", user_id=None)


def standing(key: ApiKey, today: date) -> str:
    """active, expired (after its last day) or revoked."""
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_on is not None and key.expires_on < today else "active"


def grantable(maker: Actor, *, narrowed: bool) -> dict[str, list[str]]:
    """The permissions `maker` may give a key, by app: those he holds, that some operation of the API needs, that are nobody's
    personal affair and decide on nothing that somebody submitted. `narrowed`: to one distributor, so only what
    distributors' people may be given anyway.
    """
    called = {verb.needs for verb in (*ACTIONS.values(), *QUERIES.values()) if verb.exposed}
    found: dict[str, list[str]] = {}
    for needs, roles in permissions().items():
        app, _dot, what = needs.partition(".")
        personal = app in PERSONAL or any(word in what.split("_") for word in DECIDING)
        if needs not in called or personal or not maker.can(needs) or (narrowed and not set(roles) & set(PORTAL)):
            continue
        found.setdefault(app, []).append(needs)
    return found


def _touch(held: ApiSecret, address: str, now: datetime) -> None:
    """Remember that a key and its secret are used."""
    late = Q(used_at__isnull=True) | Q(used_at__lt=now - TOUCH)
    if held.used_at is not None and held.used_at >= now - TOUCH:
        return
    why = "a key's use"
    ApiSecret.objects.unscoped(why).filter(late, pk=held.pk).update(used_at=now)
    ApiKey.objects.unscoped(why).filter(pk=held.key_id).update(used_at=now, used_from=address[:45])


def is_key(name: str) -> bool:
    """Whether this is the name of a key, not of a person."""
    return name.startswith("key:")


def by_name(name: str, *, language: str = "") -> Actor | None:
    """What the key that goes by this name may do and see now, for work that it has asked for and that is done later. None when
    it is no more, or its maker is let in no more."""
    key = _named(name)
    if key is None or standing(key, timezone.localdate()) != "active":
        return None
    return actor_of(key, language=language)


def _named(name: str) -> ApiKey | None:
    """The key of a name; a name is never used again."""
    if not is_key(name):
        return None
    text = name.removeprefix("key:")
    plain, _at, party = text.rpartition("@")
    rows = ApiKey.objects.unscoped("who answers for a key")
    found: ApiKey | None = None
    if plain and party.isdecimal():
        found = rows.filter(name=plain, party_id=int(party)).first()
    if found is None:
        found = rows.filter(name=text, party_id=None).first()
    return found


def _maker(name: str) -> str:
    """The log-in of whoever made the key that goes by this name; "" when no key does."""
    key = _named(name)
    if key is None:
        return ""
    return User.objects.filter(pk=key.user_id).values_list("login", flat=True).first() or ""


if _maker not in behind:
    behind.append(_maker)
