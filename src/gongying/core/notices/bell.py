"""Tell people, and count what they have not read."""

from django.db.models import QuerySet

from gongying.core.actor import Actor
from gongying.core.people.models import User

from .models import Notice


def tell(
    *,
    title: str,
    title_en: str = "",
    body: str = "",
    body_en: str = "",
    link: str = "",
    level: str = "info",
    user_id: int | None = None,
    party_id: int | None = None,
    role: str = "",
) -> int:
    """A message to one user, to an organisation's users, or to all of a role. Returns how many were told."""
    people = User.objects.filter(is_active=True)
    if user_id is not None:
        people = people.filter(pk=user_id)
    elif party_id is not None:
        people = people.filter(party_id=party_id)
    else:
        people = people.filter(role=role)
    ids = list(people.values_list("pk", flat=True))
    Notice.objects.bulk_create(
        Notice(user_id=i, title=title, title_en=title_en, body=body, body_en=body_en, link=link, level=level)
        for i in ids
    )
    return len(ids)


def mine(actor: Actor) -> QuerySet[Notice]:
    """The actor's own messages, newest first."""
    return Notice.objects.filter(user_id=actor.user_id or 0).order_by("-id")


def unread(actor: Actor) -> int:
    """How many of them he has not read."""
    return Notice.objects.filter(user_id=actor.user_id or 0, read_at__isnull=True).count()
