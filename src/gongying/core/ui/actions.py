"""Keep and drop views of lists; read messages."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, action
from gongying.core.notices import bell
from gongying.core.refusal import Missing, Refused

from .models import SavedView
from .views_kept import MOST


@action(needs="ui.keep", roles=EVERYONE)
def save_view(actor: Actor, *, table: str, name: str, query: str, shared: bool = False) -> int:
    """Keep the filters of a list under a name; the same name again replaces them. Shared ones are head office's."""
    name = name.strip()[:40]
    if not name:
        raise Refused(_("Give the view a name."), field="name")
    if shared and not actor.whole_network:
        raise Refused(_("Only head office shares views."), field="shared")
    mine = SavedView.objects.filter(user_id=actor.user_id or 0)
    if mine.count() >= MOST and not mine.filter(table=table, name=name).exists():
        raise Refused(_("You have twenty views already."), remedy=_("Remove one first."))
    kept = {"query": query[:400], "shared": shared}
    row, _made = SavedView.objects.update_or_create(
        user_id=actor.user_id or 0, table=table[:40], name=name, defaults=kept
    )
    return int(row.pk)


@action(needs="ui.keep", roles=EVERYONE)
def drop_view(actor: Actor, *, view_id: int) -> None:
    """Remove one of your own views."""
    removed, _rows = SavedView.objects.filter(pk=view_id, user_id=actor.user_id or 0).delete()
    if not removed:
        raise Missing("no such view")


@action(needs="ui.keep", roles=EVERYONE)
def read_notices(actor: Actor) -> int:
    """Mark your messages as read. Returns how many were unread."""
    return bell.mine(actor).filter(read_at__isnull=True).update(read_at=timezone.now())
