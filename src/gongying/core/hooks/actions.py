"""What the house itself does with an endpoint that does not answer."""

from django.utils.translation import gettext_noop

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.core.notices import bell
from gongying.core.ui import links

from . import facts
from .models import Endpoint

WHY = {
    "silent": gettext_noop("Nothing was taken there for five days."),
    "gone": gettext_noop("The receiver says that it is gone (410)."),
}


@action(needs="hooks.give_up", roles=(), exposed=False)
def give_up(actor: Actor, *, endpoint_id: int, why: str) -> bool:
    """Disable an endpoint that does not answer and tell its maker; what waits for it stays in line. False when it already was."""
    row = Endpoint.objects.unscoped("the house gives it up").select_for_update().get(pk=endpoint_id)
    if row.state != "active":
        return False
    row.state, row.why = "disabled", WHY[why]
    row.save(update_fields=["state", "why"])
    book.record(actor, facts.EndpointGivenUp(row.pk, why))
    bell.tell(
        user_id=row.user_id,
        level="warning",
        link=links.to("endpoint", row.pk),
        title=f"回调地址“{row.name}”已停用",
        title_en=f"The endpoint “{row.name}” was disabled",
        body="对方连续五天没有收下任何消息（或已声明停用）。请修好后重新启用，并重发未送达的消息。",
        body_en="Nothing was taken there for five days, or it said that it is gone. Mend it, enable it, and send again what waits.",
    )
    return True
