"""What an editor of policies does with what was typed: a draft is changed, a published version gets a successor."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.refusal import Refused

from . import actions
from .models import PolicyVersion


def days(since: str, until: str) -> tuple[date, date | None]:
    """The first day and the day after the last one, as typed; no end is open. Raises Refused naming the field."""
    first, last = calendar.typed(since), calendar.typed(until)
    if first is None or (until and last is None):
        raise Refused(_("Write the date as 2026-01-31."), field="from" if first is None else "to")
    return first, last


def save(
    actor: Actor,
    row: PolicyVersion | None,
    *,
    kind: str,
    key: str,
    document: dict[str, Any],
    span: tuple[date, date | None],
    scope: tuple[str, str] = ("network", ""),
    **names: str,
) -> int:
    """The id of the draft that was written; `names` are its titles. `row` is the version the editor began with: its kind
    and key stay, and while it is a draft itself its scope does.
    """
    since, until = span
    given: dict[str, Any] = {"document": document, "effective_from": since, "effective_to": until, **names}
    if row is not None and row.status == "draft":
        actions.revise(actor, version_id=row.pk, open_ended=until is None, **given)
        return int(row.pk)
    kind, key = (row.kind, row.key) if row else (kind, key)
    return actions.draft(actor, kind=kind, key=key, scope_kind=scope[0], scope_key=scope[1], **given)
