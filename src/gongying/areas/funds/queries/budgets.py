"""Budgets: what was put in, and where every unit of it is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import HQ, PORTAL, query
from gongying.core.scope import one
from gongying.core.soundness import sound

from ..models import Budget, Claim, Commitment, Grant, Relief
from . import terms


@dataclass(frozen=True)
class Bar:
    """A budget in minor units: granted = free + requested + committed + claimed + paid, always."""

    granted: int = 0
    free: int = 0
    requested: int = 0
    committed: int = 0
    claimed: int = 0
    paid: int = 0

    def __add__(self, other: "Bar") -> "Bar":
        names = ("granted", "free", "requested", "committed", "claimed", "paid")
        return Bar(*(getattr(self, name) + getattr(other, name) for name in names))

    @property
    def whole(self) -> bool:
        """Whether every unit is somewhere."""
        return self.granted == self.free + self.requested + self.committed + self.claimed + self.paid

    @property
    def parts(self) -> list[tuple[str, Any, int]]:
        """(name, words, amount), as a bar shows them."""
        return [
            ("paid", _("Paid"), self.paid),
            ("claimed", _("Claimed"), self.claimed),
            ("committed", _("Committed"), self.committed),
            ("requested", _("Requested"), self.requested),
            ("free", _("Available"), self.free),
        ]


def budgets(actor: Actor) -> QuerySet[Budget]:
    """Budgets in scope, the newest period first: the common ones are the house's own."""
    rows: QuerySet[Budget] = Budget.objects.for_actor(actor).select_related("party", "account")
    return rows.order_by("fund", "-period", "party__code")


def of_fund(actor: Actor, key: str, period: str = "") -> QuerySet[Budget]:
    """The budgets of a fund that somebody of head office may see: the common ones whole, of distributors those in scope."""
    rows: QuerySet[Budget] = Budget.objects.unscoped("common budgets are everybody's at head office").filter(
        party__isnull=True
    )
    if actor.role in PORTAL:
        rows = rows.none()
    mine: QuerySet[Budget] = Budget.objects.for_actor(actor).filter(party__isnull=False)
    found = (rows | mine).filter(fund=key)
    found = found.filter(period=period) if period else found
    return found.select_related("party", "account").order_by("-period", "party__code")


def budget_of(held: terms.Held, party_id: int, on: date) -> Budget | None:
    """The budget that a distributor's activity of a day is paid from: his own or everybody's."""
    rows = Budget.objects.unscoped("the budget that pays").filter(
        fund=held.key, period=held.period(on), currency=held.fund.currency
    )
    rows = rows.filter(party_id=party_id) if held.fund.personal else rows.filter(party__isnull=True)
    found: Budget | None = rows.select_related("account").first()
    return found


def bars(ids: Iterable[int]) -> dict[int, Bar]:
    """Where the money of budgets is, by budget."""
    wanted = list(ids)
    rows = Budget.objects.unscoped("bars of budgets that were asked for").filter(pk__in=wanted)
    held = {
        pk: (b or 0, h or 0) for pk, b, h in rows.values_list("pk", "account__balance_minor", "account__held_minor")
    }
    given = _sums(Grant.objects.unscoped("bars").filter(budget__in=wanted), "budget", "amount_minor")
    open_ = Commitment.objects.unscoped("bars").filter(budget__in=wanted, account__isnull=False)
    balance = _sums(open_, "budget", "account__balance_minor")
    claimed = _sums(open_, "budget", "account__held_minor")
    paid = _sums(
        Claim.objects.unscoped("bars").filter(commitment__budget__in=wanted), "commitment__budget", "paid_minor"
    )
    relief = _sums(
        Relief.objects.unscoped("bars").filter(budget__in=wanted, state="approved"), "budget", "amount_minor"
    )
    found = {}
    for pk, (free, requested) in held.items():
        waits = claimed.get(pk, 0)
        found[pk] = Bar(
            given.get(pk, 0), free - requested, requested, balance.get(pk, 0) - waits, waits,
            paid.get(pk, 0) + relief.get(pk, 0),
        )  # fmt: skip
    return found


def _sums(rows: QuerySet[Any], by: str, what: str) -> dict[int, int]:
    grouped = rows.order_by().values_list(by).annotate(total=Sum(what))
    return {key: total or 0 for key, total in grouped}


def grants(actor: Actor, key: str = "") -> QuerySet[Grant]:
    """What was put into budgets: common ones for head office, those of distributors in scope."""
    ids = [row.pk for row in of_fund(actor, key)] if key else None
    rows: QuerySet[Grant] = (
        Grant.objects.unscoped("of budgets in scope") if ids is not None else Grant.objects.for_actor(actor)
    )
    rows = rows if ids is None else rows.filter(budget__in=ids)
    return rows.select_related("budget__party").order_by("-id")


@dataclass(frozen=True)
class FundView:
    """A fund in figures (minor units), for programs."""

    fund: str
    period: str
    currency: str
    granted_minor: int
    free_minor: int
    requested_minor: int
    committed_minor: int
    claimed_minor: int
    paid_minor: int


@query(needs="funds.view_funds", roles=HQ)
def fund_totals(actor: Actor, *, fund: str = "") -> list[FundView]:
    """Every fund (or one) by period: what was granted and where it is; at most 500 rows."""
    keys = [fund] if fund else [each for each, _title in terms.fund_choices()]
    found: dict[tuple[str, str, str], Bar] = {}
    for key in keys:
        rows = list(of_fund(actor, key))
        known = bars([row.pk for row in rows])
        for row in rows:
            place = (key, row.period, row.currency)
            found[place] = found.get(place, Bar()) + known[row.pk]
    return [
        FundView(*place, b.granted, b.free, b.requested, b.committed, b.claimed, b.paid)
        for place, b in sorted(found.items())[:500]
    ]


@dataclass(frozen=True)
class Allotment:
    """What a distributor has of a fund, in minor units."""

    fund: str
    title: str
    period: str
    currency: str
    granted_minor: int
    free_minor: int


@query(needs="funds.view", roles=(*HQ, *PORTAL))
def allotments(actor: Actor, *, party_id: int) -> list[Allotment]:
    """The budgets of a distributor's own."""
    parties.party(actor, party_id)
    names = terms.fund_names()
    rows = list(budgets(actor).filter(party_id=party_id))
    known = bars([row.pk for row in rows])
    return [
        Allotment(r.fund, names.get(r.fund, r.fund), r.period, r.currency, known[r.pk].granted, known[r.pk].free)
        for r in rows
    ]


@query(needs="funds.own", roles=PORTAL, name="funds.mine")
def mine(actor: Actor) -> list[Allotment]:
    """The budgets of one's own company."""
    return [each for party in sorted(actor.parties or ()) for each in allotments(actor, party_id=party)]


def budget(actor: Actor, budget_id: int) -> Budget:
    """One budget in scope, or Missing."""
    return one(budgets(actor), pk=budget_id)


@sound("funds.budgets", _("every unit of a fund is free, requested, committed, claimed or paid"))
def scattered() -> Iterator[tuple[int, Bar]]:
    """Budgets whose parts do not add up to what was put in."""
    ids = list(Budget.objects.unscoped("reconciling").values_list("pk", flat=True))
    yield from ((pk, bar) for pk, bar in bars(ids).items() if not bar.whole)


@sound("funds.commitments", _("nothing more is claimed of a commitment than it holds"))
def overdrawn() -> Iterator[str]:
    """Commitments of which more was paid, held or given back than was committed."""
    rows = Commitment.objects.unscoped("reconciling").filter(state__in=("approved", "closed"))
    paid = _sums(Claim.objects.unscoped("reconciling"), "commitment", "paid_minor")
    for row in rows.annotate(left=F("account__balance_minor")):
        if row.left + paid.get(row.pk, 0) + row.returned_minor != row.amount_minor:
            yield row.number
