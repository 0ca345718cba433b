"""What overseers read."""

from dataclasses import dataclass

from django.db.models import QuerySet

from gongying.core.actor import Actor
from gongying.core.audit.models import AuditRow
from gongying.core.doors import query
from gongying.core.journal import book


@dataclass(frozen=True)
class Seal:
    """The state of the journal: sealed facts, waiting ones, head hash, and the first broken position."""

    sealed: int
    waiting: int
    head: str
    broken: int | None
    broken_name: str


@query(needs="control.audit", roles=("admin", "auditor"))
def seal(actor: Actor) -> Seal:
    """Recompute the whole journal."""
    found = book.verify()
    return Seal(found.sealed, found.waiting, found.head, found.broken, found.broken_name)


def audit(actor: Actor) -> QuerySet[AuditRow]:
    """Every verb that was called, newest first."""
    return AuditRow.objects.order_by("-id")
