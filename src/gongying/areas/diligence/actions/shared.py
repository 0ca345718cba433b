"""What verbs of a file have in common."""

from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.core.scope import one

from .. import queries
from ..models import Dossier, Step

WORKERS = ("admin", "director", "regional", "finance")
LARGEST = 10**15  # minor units


def locked(actor: Actor, dossier_id: int, *states: str) -> Dossier:
    """A file in scope, locked, in one of the states. Raises Missing, Refused."""
    queries.dossier(actor, dossier_id)
    row = one(Dossier.objects.select_for_update(of=("self",)).select_related("region"), pk=dossier_id)
    if states and row.state not in states:
        raise Refused(
            _("This file is before a decision, or decided."),
            code="state",
            remedy=_("It is open again when the memo is given back."),
        )
    return row


def note(row: Dossier, what: str, actor: Actor, text: str = "") -> None:
    """Write down what happened."""
    Step.objects.create(dossier=row, what=what, text=text[:400], by=actor.name)
