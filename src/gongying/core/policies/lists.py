"""Where the versions of a list of policies stand today."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.ui.tables import Filter

from . import read
from .models import PolicyVersion

STATES = (
    ("draft", _("draft")), ("in_force", _("in force")), ("to_come", _("to come")), ("ended", _("ended")),
    ("replaced", _("replaced")), ("withdrawn", _("withdrawn")),
)  # fmt: skip


def standing(kind: str, today: date) -> tuple[Callable[[PolicyVersion], str], Filter]:
    """What a version of a kind (or of any: "") is today, and the filter that narrows a list by it."""
    newest = read.holding(kind, today)

    def stands(row: PolicyVersion) -> str:
        return read.state_of(row, today, newest)

    def in_state(rows: Any, value: str) -> Any:
        return rows.filter(pk__in=[row.pk for row in rows if stands(row) == value.replace("_", " ")])

    return stands, Filter("state", _("State"), STATES, in_state)
