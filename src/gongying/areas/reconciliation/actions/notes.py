"""What is kept of what happened: one line in the timeline of a statement, and of the difference it is about."""

from gongying.core.actor import Actor
from gongying.core.doors import PORTAL
from gongying.core.files import shelf

from ..models import Difference, Note, Statement

LONGEST = 2000


def side_of(actor: Actor) -> str:
    """On whose side somebody speaks."""
    return "system" if actor.role == "system" else "party" if actor.role in PORTAL else "house"


def keep(
    actor: Actor,
    statement: Statement,
    kind: str,
    text: str = "",
    *,
    difference: Difference | None = None,
    file_id: int | None = None,
) -> None:
    """Write a line of the timeline. Raises Missing for a file that its writer may not see."""
    if file_id is not None:
        shelf.find(actor, file_id)
    Note.objects.create(
        statement=statement,
        difference=difference,
        kind=kind,
        text=text.strip()[:LONGEST],
        file_id=file_id,
        by=actor.name,
        side=side_of(actor),
    )
