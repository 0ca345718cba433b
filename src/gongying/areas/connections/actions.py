"""Make, rotate and revoke keys; make, change and remove endpoints; send again. Nothing here is an operation of the API: a key
must not make keys, and a secret must not be stored as somebody's answer."""

import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import turns
from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.hooks import delivery as sending
from gongying.core.hooks import signing, told, wire
from gongying.core.hooks.models import Delivery, Endpoint
from gongying.core.journal import book
from gongying.core.journal.models import Head
from gongying.core.keys import access, addresses, tokens
from gongying.core.keys.models import ApiKey, ApiSecret
from gongying.core.people.models import User
from gongying.core.refusal import Refused
from gongying.core.scope import one

from . import facts as say
from .rules import (
    LONGEST_OVERLAP,
    MOST_ENDPOINTS,
    MOST_FACTS,
    MOST_KEYS,
    MOST_REPLAYED,
    NAME,
    unknown_facts,
)

MAKERS = ("admin", "owner")
PING = "connections.ping"
AT_ONCE = 500  # numbers in one statement


@dataclass(frozen=True)
class KeyMade:
    """A new key, or a new secret of one: its number, and the text a program sends (shown once)."""

    key_id: int
    token: str


@dataclass(frozen=True)
class EndpointMade:
    """A new endpoint, or a new secret of one: its number, and the secret its receiver verifies with (shown once)."""

    endpoint_id: int
    secret: str


@action(needs="connections.keys", roles=MAKERS, exposed=False)
def make_key(
    actor: Actor,
    *,
    name: str,
    scopes: Sequence[str],
    distributor: str = "",
    expires_on: date | None = None,
    networks: Sequence[str] = (),
) -> KeyMade:
    """Make a key for a program: permissions its maker holds, perhaps for one distributor's data only (by code), until a last
    day, from some addresses. Raises Refused."""
    maker, name = _person(actor), name.strip()
    if not NAME.fullmatch(name):
        raise Refused(_("A name has 1 to 40 letters, digits, blanks and . _ -."), field="name")
    narrowed = _narrowed(actor, maker, distributor.strip())
    _may_give(actor, scopes, narrowed=narrowed is not None)
    if expires_on is not None and expires_on < timezone.localdate():
        raise Refused(_("The last day is in the past."), field="expires_on")
    turns.take(f"connections.keys/{maker.party_id}")
    mine = ApiKey.objects.unscoped("the keys of one's own company").filter(party_id=maker.party_id)
    if mine.filter(name=name).exists():
        raise Refused(
            _("A key of this name is or was there."),
            field="name",
            remedy=_("Names are not used again: choose another."),
        )
    if mine.filter(revoked_at__isnull=True).count() >= MOST_KEYS:
        raise Refused(_("There are fifty keys already."), remedy=_("Revoke one that is not used."))
    row = ApiKey.objects.create(
        name=name,
        party_id=maker.party_id,
        user_id=maker.pk,
        scopes=sorted(set(scopes)),
        narrowed_to=narrowed,
        addresses=_networks(networks),
        expires_on=expires_on,
    )
    book.record(actor, say.KeyMade(row.pk, row.scopes))
    return KeyMade(row.pk, _secret(row))


@action(needs="connections.keys", roles=MAKERS, exposed=False)
def rotate_key(actor: Actor, *, key_id: int, hours: int = 24) -> KeyMade:
    """Give a key a new secret; the one before is good for so many hours more (at most 168), earlier ones end now."""
    row = one(ApiKey.objects.for_actor(actor).select_for_update(), pk=key_id)
    _own(actor, row)
    if row.revoked_at is not None:
        raise Refused(_("This key is revoked."), code="state", remedy=_("Make a new one."))
    now, end = timezone.now(), _overlap(hours)
    held = ApiSecret.objects.for_actor(actor).filter(key=row)
    newest = held.order_by("-id").first()
    held.exclude(pk=newest.pk if newest else 0).filter(ends_at__gt=now).update(ends_at=now)
    held.filter(pk=newest.pk if newest else 0).update(ends_at=end)
    book.record(actor, say.KeyRotated(row.pk, hours))
    return KeyMade(row.pk, _secret(row))


@action(needs="connections.keys", roles=MAKERS, exposed=False)
def revoke_key(actor: Actor, *, key_id: int) -> None:
    """End a key for good: its next call is nobody's. Head office may end a distributor's key too."""
    row = one(ApiKey.objects.for_actor(actor).select_for_update(), pk=key_id)
    if row.revoked_at is not None:
        raise Refused(_("This key is revoked."), code="state")
    row.revoked_at, row.revoked_by = timezone.now(), actor.name
    row.save(update_fields=["revoked_at", "revoked_by"])
    book.record(actor, say.KeyRevoked(row.pk))


@action(needs="connections.hooks", roles=MAKERS, exposed=False)
def make_endpoint(actor: Actor, *, name: str, url: str, facts: Sequence[str]) -> EndpointMade:
    """Have facts told to an address from now on. Raises Refused for an address that must not be called and for facts one may
    not hear."""
    maker = _person(actor)
    name, url = _described(actor, name, url, facts)
    turns.take(f"connections.hooks/{maker.party_id}")
    mine = Endpoint.objects.unscoped("the endpoints of one's own company").filter(party_id=maker.party_id)
    if mine.count() >= MOST_ENDPOINTS:
        raise Refused(_("There are twenty endpoints already."), remedy=_("Remove one that is not used."))
    secret = signing.new_secret()
    row = Endpoint.objects.create(
        name=name,
        url=url,
        party_id=maker.party_id,
        user_id=maker.pk,
        facts=list(facts),
        secret=signing.seal(secret),
        after=Head.objects.filter(pk=1).values_list("position", flat=True).first() or 0,
    )
    book.record(actor, say.EndpointMade(row.pk, row.facts))
    return EndpointMade(row.pk, secret)


@action(needs="connections.hooks", roles=MAKERS, exposed=False)
def change_endpoint(actor: Actor, *, endpoint_id: int, name: str, url: str, facts: Sequence[str]) -> None:
    """Another name, another address, other facts."""
    row = _endpoint(actor, endpoint_id)
    _own(actor, row)
    row.name, row.url = _described(actor, name, url, facts)
    row.facts = list(facts)
    row.save(update_fields=["name", "url", "facts"])
    book.record(actor, say.EndpointChanged(row.pk, "described"))


@action(needs="connections.hooks", roles=MAKERS, exposed=False)
def rotate_secret(actor: Actor, *, endpoint_id: int, hours: int = 24) -> EndpointMade:
    """Give an endpoint a new secret; messages are signed with the older one too for so many hours (at most 168)."""
    row = _endpoint(actor, endpoint_id)
    _own(actor, row)
    secret = signing.new_secret()
    row.old_secret, row.old_until, row.secret = row.secret, _overlap(hours), signing.seal(secret)
    row.save(update_fields=["old_secret", "old_until", "secret"])
    book.record(actor, say.EndpointChanged(row.pk, "secret"))
    return EndpointMade(row.pk, secret)


@action(needs="connections.hooks", roles=MAKERS, exposed=False)
def disable_endpoint(actor: Actor, *, endpoint_id: int) -> None:
    """Tell an endpoint nothing until it is enabled again; what happens meanwhile is sent when somebody asks for it
    (replay_since). Head office may do so with a distributor's too."""
    row = _endpoint(actor, endpoint_id)
    if row.state != "active":
        raise Refused(_("This endpoint is disabled already."), code="state")
    row.state, row.why = "disabled", ""
    row.save(update_fields=["state", "why"])
    book.record(actor, say.EndpointChanged(row.pk, "disabled"))


@action(needs="connections.hooks", roles=MAKERS, exposed=False)
def enable_endpoint(actor: Actor, *, endpoint_id: int) -> None:
    """Tell an endpoint facts again, and send what still waits for it."""
    row = _endpoint(actor, endpoint_id)
    _own(actor, row)
    if row.state == "active":
        raise Refused(_("This endpoint is enabled already."), code="state")
    row.state, row.why, row.failures, row.failing_since, row.hold_until = "active", "", 0, None, None
    row.save(update_fields=["state", "why", "failures", "failing_since", "hold_until"])
    book.record(actor, say.EndpointChanged(row.pk, "enabled"))
    sending.start()


@action(needs="connections.hooks", roles=MAKERS, exposed=False)
def remove_endpoint(actor: Actor, *, endpoint_id: int) -> None:
    """Remove an endpoint with its log."""
    row = _endpoint(actor, endpoint_id)
    _own(actor, row)
    number = row.pk
    row.delete()
    book.record(actor, say.EndpointRemoved(number))


@action(needs="connections.hooks", roles=MAKERS, exposed=False)
def ping(actor: Actor, *, endpoint_id: int) -> int:
    """Send an endpoint a test message at once. Returns its number."""
    row = _active(actor, endpoint_id)
    now = timezone.now()
    made = Delivery.objects.create(
        endpoint=row,
        message=f"msg_{row.pk}_test_{random.token_hex(8)}",
        fact=PING,
        body=told.body_of(PING, now.isoformat(), {"endpoint": row.pk}),
        next_at=now,
    )
    _at_once(row)
    return int(made.pk)


@action(needs="connections.hooks", roles=MAKERS, exposed=False)
def replay(actor: Actor, *, delivery_id: int) -> None:
    """Send one message again, under the number it had: a receiver who has it already can tell."""
    row = one(Delivery.objects.for_actor(actor).select_for_update(), pk=delivery_id)
    endpoint = _active(actor, row.endpoint_id)
    _again(actor, endpoint, [row.pk])


@action(needs="connections.hooks", roles=MAKERS, exposed=False)
def replay_since(actor: Actor, *, endpoint_id: int, since: datetime, only_failed: bool = True) -> int:
    """Send again what happened since a time: what failed (or everything), and what was never sent because the endpoint was
    disabled or heard less. Returns how many messages, at most 10,000 of either, the oldest first."""
    row = _active(actor, endpoint_id)
    states = ("failed",) if only_failed else ("failed", "done")
    found = Delivery.objects.for_actor(actor).filter(endpoint=row, created_at__gte=since, state__in=states)
    ids = list(found.order_by("id").values_list("pk", flat=True)[:MOST_REPLAYED])
    missed = told.catch_up(row, since, MOST_REPLAYED)
    if not ids and not missed:
        raise Refused(_("There is nothing to send again since then."), field="since")
    return _again(actor, row, ids, missed)


def _again(actor: Actor, row: Endpoint, ids: list[int], missed: int = 0) -> int:
    anew = {"state": "queued", "attempts": 0, "next_at": timezone.now(), "ended_at": None}
    parts = (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))
    mine = Delivery.objects.for_actor(actor).filter(endpoint=row)
    count = missed + sum(int(mine.filter(pk__in=part).update(**anew)) for part in parts)
    book.record(actor, say.MessagesReplayed(row.pk, count))
    _at_once(row)
    return count


def _at_once(row: Endpoint) -> None:
    """Do not wait for an endpoint to be left in peace: somebody looks at it now."""
    row.hold_until = None
    row.save(update_fields=["hold_until"])
    sending.start()


def _person(actor: Actor) -> User:
    """Who makes it: a key and an endpoint may what their maker may, so they need one."""
    user = User.objects.filter(pk=actor.user_id or 0, is_active=True).first()
    if user is None:
        raise Refused(_("Somebody who is logged in must do this."), code="person")
    return user


def _own(actor: Actor, row: ApiKey | Endpoint) -> None:
    """Only people of the same role and company get at another's secret: it opens what its maker may do and see."""
    maker = User.objects.filter(pk=row.user_id).first()
    me = _person(actor)
    if maker is None or (maker.pk != me.pk and (maker.role, maker.party_id) != (me.role, me.party_id)):
        raise Refused(_("It is not yours to change."), code="not_yours", remedy=_("You may end it."))


def _narrowed(actor: Actor, maker: User, code: str) -> int | None:
    """The distributor a key of head office is narrowed to; a distributor's own key is narrow by its maker."""
    if not code or maker.party_id is not None:
        return None
    found = parties.ids_by_code([code]).get(code)
    if found is None:
        raise Refused(_("There is no distributor %(code)s.") % {"code": code}, field="distributor")
    return int(parties.party(actor, found).pk)


def _may_give(actor: Actor, scopes: Sequence[str], *, narrowed: bool) -> None:
    known = {each for held in access.grantable(actor, narrowed=narrowed).values() for each in held}
    if not scopes:
        raise Refused(_("Choose what the key may do."), field="scopes")
    lost = sorted(set(scopes) - known)
    if lost:
        raise Refused(_("A key cannot be given this: %(what)s.") % {"what": ", ".join(lost[:5])}, field="scopes")


def _networks(given: Sequence[str]) -> list[str]:
    found = []
    for text in given:
        net = addresses.network(text)
        if net is None:
            raise Refused(_("%(text)s is no address and no network.") % {"text": text[:50]}, field="networks")
        found.append(str(net))
    if len(found) > addresses.MOST:
        raise Refused(_("At most twenty addresses."), field="networks")
    return found


def _secret(row: ApiKey) -> str:
    made = tokens.new()
    ApiSecret.objects.create(key=row, prefix=made.prefix, digest=made.digest)
    return made.text


def _overlap(hours: int) -> datetime:
    if not 0 <= hours <= LONGEST_OVERLAP:
        raise Refused(_("Two secrets are good side by side for 0 to 168 hours."), field="hours")
    return timezone.now() + timedelta(hours=hours)


def _described(actor: Actor, name: str, url: str, facts: Sequence[str]) -> tuple[str, str]:
    name, url = name.strip(), url.strip()
    if not 0 < len(name) <= 60:
        raise Refused(_("A name has 1 to 60 characters."), field="name")
    wire.checked(url)
    if not facts or len(facts) > MOST_FACTS:
        raise Refused(_("Choose what it is told: 1 to 50 facts or groups of facts."), field="facts")
    lost = unknown_facts(facts, told.offered(actor))
    if lost:
        raise Refused(_("You cannot be told this: %(what)s.") % {"what": ", ".join(lost[:5])}, field="facts")
    return name, url


def _endpoint(actor: Actor, endpoint_id: int) -> Endpoint:
    found: Endpoint = one(Endpoint.objects.for_actor(actor).select_for_update(), pk=endpoint_id)
    return found


def _active(actor: Actor, endpoint_id: int) -> Endpoint:
    row = _endpoint(actor, endpoint_id)
    _own(actor, row)
    if row.state != "active":
        raise Refused(_("This endpoint is disabled."), code="state", remedy=_("Enable it first."))
    return row
