"""The only readers of identity."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from gongying.core.actor import Actor
from gongying.core.people.models import User
from gongying.core.refusal import Missing

from .models import Failure, OpenSession, RecoveryCode, SecondFactor
from .rules import WINDOW, wait_until


def users(actor: Actor) -> QuerySet[User]:
    """Users the actor administers: everybody, or the people of his own company."""
    rows = User.objects.prefetch_related("scopes").select_related("second_factor").order_by("login")
    return rows if actor.whole_network else rows.filter(party_id__in=actor.parties or ())


def user(actor: Actor, user_id: int) -> User:
    """One of them, or Missing."""
    found = users(actor).filter(pk=user_id).first()
    if found is None:
        raise Missing("no such user")
    return found


def sessions(actor: Actor) -> QuerySet[OpenSession]:
    """The actor's own log-ins, newest first."""
    return OpenSession.objects.filter(user_id=actor.user_id or 0).order_by("-id")


def factor(actor: Actor) -> SecondFactor | None:
    """The actor's second factor, confirmed or not."""
    return SecondFactor.objects.filter(user_id=actor.user_id or 0).first()


def has_factor(user_id: int) -> bool:
    """Whether a user must give a second factor."""
    return SecondFactor.objects.filter(user_id=user_id, confirmed_at__isnull=False).exists()


def spare_codes(actor: Actor) -> int:
    """How many recovery codes are left."""
    return RecoveryCode.objects.filter(user_id=actor.user_id or 0, used_at__isnull=True).count()


def locked_until(login: str, address: str) -> datetime | None:
    """Until when this address may not try this login."""
    now, login = timezone.now(), login.strip().lower()
    rows = Failure.objects.filter(Q(address=address), at__gte=now - WINDOW)
    return wait_until(list(rows.values_list("login", "at")[:1000]), login, now)
