"""The gate that every writer of a book passes with the business dates it writes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.core.asked import Asked
from gongying.core.refusal import Refused

from .models import PeriodLock

SHARED = "SELECT pg_advisory_xact_lock_shared(hashtext('closing'))"
ALONE = "SELECT pg_advisory_xact_lock(hashtext('closing'))"
_PASSED = "_months_passed"


def guard(*days: date) -> None:
    """Pass when every day lies in an open month. Raises Refused (closed) otherwise."""
    months(f"{day:%Y-%m}" for day in days)


def months(wanted: Iterable[str]) -> None:
    """The same for months (`2026-07`). Within one transaction a month is asked about once: who closes a month waits for
    everybody who has passed and not yet committed."""
    block = connection.atomic_blocks[0] if connection.atomic_blocks else None
    passed: set[str] = getattr(block, _PASSED, set())
    asked = set(wanted) - passed
    if not asked:
        return
    shut = _shut(asked, _turned() if connection.vendor == "postgresql" else _LOCKS())
    if shut:
        raise Refused(
            _("%(month)s is closed: nothing more is posted into it.") % {"month": min(shut)},
            code="closed",
            remedy=_("Post it into an open month, or have the month opened again with a reason."),
        )
    if block is not None:
        setattr(block, _PASSED, passed | asked)


def closed(asked: Iterable[str]) -> set[str]:
    """Those of these months that are closed, in one question."""
    return _shut(asked, _LOCKS())


def _turned() -> list[tuple[str, str]]:
    """The closings as they stand once the turn has come: sent together, the second statement sees what was committed meanwhile."""
    table = connection.ops.quote_name(PeriodLock._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"{SHARED}; SELECT month, state FROM {table}")  # noqa: S608 - our own name
        cursor.nextset()
        rows: list[tuple[str, str]] = cursor.fetchall()
    return rows


def _shut(asked: Iterable[str], rows: list[tuple[str, str]]) -> set[str]:
    first = min((month for month, _state in rows), default="")
    shut = {month for month, state in rows if state != "reopened"}
    return {month for month in asked if month in shut or month < first}


_LOCKS = Asked(lambda: PeriodLock.objects.values_list("month", "state"))


def alone() -> None:
    """Wait until everybody who has passed the gate has committed, and let nobody pass until this transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(ALONE)
    for block in connection.atomic_blocks[:1]:
        setattr(block, _PASSED, set())


def history() -> QuerySet[PeriodLock]:
    """Every closing, the latest month first."""
    return PeriodLock.objects.order_by("-month", "-id")


@dataclass(frozen=True)
class Check:
    """What a flow or an area wants looked at before a month is closed: fn(start, end) -> how many stand against it; `url` is
    where they are (`{month}` in it is the month); with `must` they should keep the month open."""

    name: str
    words: Any
    count: Callable[[date, date], int]
    url: str = ""
    must: bool = False


CHECKS: list[Check] = []


def check(each: Check) -> Check:
    """Enter a point of the list that is gone through before a month is closed."""
    if each.name not in {known.name for known in CHECKS}:
        CHECKS.append(each)
    return each
