"""Differences in scope, with their owner and age."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, HQ, PORTAL, query
from gongying.core.people.models import User
from gongying.core.scope import one
from gongying.core.words import pick

from ..models import Difference, LedgerLine, Note, Statement
from . import pools

LONGEST_PAGE = 200
WORK_ROLES = ("finance", "regional", "admin", "director")


@dataclass(frozen=True)
class DifferenceView:
    """A difference for programs; `amount_minor` is ours less theirs, `age` in days since its document."""

    id: int
    party_id: int
    party: str
    account: str
    currency: str
    kind: str
    reason: str
    number: str
    day: date
    age: int
    ours_minor: int
    theirs_minor: int
    amount_minor: int
    state: str
    turn: str
    owner: str
    due_on: date | None


def differences(actor: Actor) -> QuerySet[Difference]:
    """Differences in scope, the oldest first; a distributor sees those of statements that were sent."""
    rows: QuerySet[Difference] = Difference.objects.for_actor(actor).select_related("party__region", "statement")
    rows = rows.exclude(statement__state="prepared") if actor.role in PORTAL else rows
    return rows.order_by("day", "id")


def difference_row(actor: Actor, difference_id: int) -> Difference:
    """One difference in scope, or Missing."""
    return one(differences(actor), pk=difference_id)


def locked_difference(actor: Actor, difference_id: int) -> Difference:
    """One difference in scope that nobody else changes until this transaction ends, or Missing."""
    return one(differences(actor).select_for_update(of=("self",)), pk=difference_id)


def differences_of(actor: Actor, row: Statement) -> QuerySet[Difference]:
    """The differences that stand on a statement: found on it, or earlier and still open when it was drawn."""
    mine = differences(actor).filter(party_id=row.party_id, day__lt=row.end)
    return mine.filter(statement__end__lte=row.end).exclude(state="closed", statement__end__lt=row.end)


def unsettled(row: Statement) -> QuerySet[Difference]:
    """The open differences of a statement's days that nobody has agreed on and that time alone does not settle."""
    rows: QuerySet[Difference] = Difference.objects.unscoped("confirming").filter(
        party_id=row.party_id, day__lt=row.end, state="open"
    )
    return rows.exclude(reason="transit")


def is_covered(row: Difference) -> bool:
    """Whether a ledger of the distributor speaks of a line of ours in a difference."""
    held = LedgerLine.objects.unscoped("answering").filter(difference=row, side="ours")
    covers = [each for each in pools.covers(row.party_id) if each.account == (row.account, row.currency)]
    return any(cover.since <= day < cover.until for day in held.values_list("day", flat=True) for cover in covers)


def owners(actor: Actor) -> list[tuple[str, str]]:
    """(login, name) of the people of head office who may own a difference; whoever has a region sees no other region's."""
    rows = User.objects.filter(is_active=True, role__in=WORK_ROLES).order_by("name")
    if not actor.whole_network:
        rows = rows.filter(~Q(role="regional") | Q(login=actor.name))
    return [(login, pick(name, name_en)) for login, name, name_en in rows.values_list("login", "name", "name_en")]


def said(actor: Actor, row: Difference) -> QuerySet[Note]:
    """What happened to a difference, oldest first."""
    rows: QuerySet[Note] = Note.objects.for_actor(actor).filter(difference=row)
    return rows.order_by("id")


@query(needs="reconciliation.view", roles=EVERYONE, name="reconciliation.open_differences")
def open_differences(actor: Actor, *, offset: int = 0, limit: int = 50) -> list[DifferenceView]:
    """The open differences in scope, the oldest first, at most 200 at a time."""
    today = timezone.localdate()
    first, size = max(0, offset), min(max(1, limit), LONGEST_PAGE)
    rows = differences(actor).exclude(state="closed")[first : first + size]
    return [
        DifferenceView(
            r.pk, r.party_id, pick(r.party.name, r.party.name_en), r.account, r.currency, r.kind, r.reason, r.number, r.day,
            (today - r.day).days, r.ours_minor, r.theirs_minor, r.amount_minor, r.state, r.turn,
            r.owner if actor.role in HQ else "", r.due_on,
        )
        for r in rows
    ]  # fmt: skip
