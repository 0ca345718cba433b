"""What people say about an order, and what they put beside it."""

from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, action
from gongying.core.files import shelf
from gongying.core.refusal import Refused

from .. import queries
from .keeping import Said, write_events

LONGEST = 2000


@action(needs="orders.comment", roles=EVERYONE)
def comment(actor: Actor, *, order_id: int, text: str, internal: bool = False) -> None:
    """Say something about an order; `internal` is for the house only."""
    row = queries.order_row(actor, order_id)
    if not text.strip():
        raise Refused(_("Write something."), code="empty", field="text")
    data = {"text": text.strip()[:LONGEST]}
    write_events(actor, row.pk, [Said("comment", data, internal=internal and not queries.outside(actor))])


@action(needs="orders.comment", roles=EVERYONE)
def attach(actor: Actor, *, order_id: int, file_id: int, internal: bool = False) -> None:
    """Put an uploaded file beside an order."""
    row = queries.order_row(actor, order_id)
    file = shelf.find(actor, file_id)
    said = Said(
        "attachment", {"name": file.name}, "file", file.pk, file.name[:40], internal and not queries.outside(actor)
    )
    write_events(actor, row.pk, [said])
