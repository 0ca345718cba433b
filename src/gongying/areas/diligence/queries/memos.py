"""Memos: the proposed and approved decisions with the figures they rest on."""

import json
from typing import Any

from django.db.models import QuerySet

from gongying.core.actor import Actor
from gongying.core.scope import one

from ..models import Dossier, Memo
from .files import dossier, dossiers


def memos(actor: Actor) -> QuerySet[Memo]:
    """Memos of files in scope, the newest first."""
    mine = dossiers(actor).order_by().values("pk")
    return Memo.objects.filter(dossier__in=mine).select_related("dossier__region").order_by("-id")


def memo(actor: Actor, memo_id: int) -> Memo:
    """One memo of a file in scope, or Missing."""
    held = one(Memo.objects.select_related("dossier__region"), pk=memo_id)
    dossier(actor, held.dossier_id)
    return held


def approved(row: Dossier) -> Memo | None:
    """The memo of a file that a second person approved."""
    return row.memos.filter(state="approved").first()


def figures_of(row: Memo) -> dict[str, Any]:
    """The figures a memo rests on, as they were when it was proposed."""
    held: dict[str, Any] = json.loads(row.figures)
    return held
