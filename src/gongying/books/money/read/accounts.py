"""Accounts: balances, postings, and how far a distributor stands in our books."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from django.db.models import Q, QuerySet, Sum

from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given
from gongying.engines.money import POINTS

from ..models import Account, Transfer


@dataclass(frozen=True, slots=True)
class Posting:
    """A posted entry of an account as its holder reads it: what came in (negative: went out) and the balance after it."""

    transfer_id: int
    business_date: date
    document: str
    amount_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Exposure:
    """How far a distributor stands in our books, in minor units: what he owes (negative: we owe him), what accepted orders
    hold, and what he has with us: prepaid (free of holds), deposit, rebate."""

    owed: int = 0
    held: int = 0
    prepaid: int = 0
    deposit: int = 0
    rebate: int = 0


def accounts(actor: Actor, *, kind: str = "") -> QuerySet[Account]:
    """Accounts of a kind (or of all) in scope."""
    rows: QuerySet[Account] = Account.objects.for_actor(actor).select_related("holder").order_by("code")
    return rows.filter(kind=kind) if kind else rows


def totals(actor: Actor, *, kind: str) -> dict[str, int]:
    """The posted balances of a kind in scope by currency, in minor units, largest first."""
    rows = Account.objects.for_actor(actor).filter(kind=kind).order_by()
    sums = rows.values_list("currency").annotate(total=Sum("balance_minor"))
    return dict(sorted(sums, key=lambda row: (-abs(row[1]), row[0])))


def balance(actor: Actor, *, kind: str, holder_id: int, currency: str) -> int:
    """The posted balance of a holder's account, 0 when it was never opened."""
    row = accounts(actor, kind=kind).filter(holder_id=holder_id, currency=currency).first()
    return row.balance_minor if row else 0


def postings(actor: Actor, *, kind: str, holder_id: int, currency: str) -> list[Posting]:
    """Every posted entry of a holder's account, newest first, each with the balance it left behind."""
    account = accounts(actor, kind=kind).filter(holder_id=holder_id, currency=currency).first()
    if account is None:
        return []
    rows = (
        Transfer.objects.for_actor(actor)
        .filter(Q(debit=account) | Q(credit=account), status="posted")
        .order_by("id")
    )
    signed = [row.amount_minor if row.credit_id == account.pk else -row.amount_minor for row in rows]
    found = [
        Posting(row.pk, row.business_date, row.document, amount, after)
        for row, amount, after in zip(rows, signed, accumulate(signed), strict=True)
    ]
    return found[::-1]


def transfers(actor: Actor, *, start: date, end: date) -> QuerySet[Transfer]:
    """Posted transfers of money in scope with a business date in [start, end), with their accounts, oldest first."""
    rows: QuerySet[Transfer] = Transfer.objects.for_actor(actor).filter(
        status="posted", business_date__gte=start, business_date__lt=end
    )
    rows = rows.exclude(debit__currency=POINTS)
    return rows.select_related("debit__holder", "credit__holder").order_by("business_date", "id")


def exposure(holder_id: int, currency: str) -> Exposure:
    """How far one distributor stands in a currency, for judging an order."""
    return _stand(_OF_HOLDER(holder=holder_id, currency=currency))


_OF_HOLDER = Asked(
    lambda: (
        Account.objects.unscoped("judging credit")
        .filter(holder_id=Given("holder"), currency=Given("currency"))
        .values_list("kind", "balance_minor", "held_minor")
    )
)


def exposures(actor: Actor, currency: str = "") -> dict[tuple[int, str], Exposure]:
    """How far every distributor in scope stands, by (distributor, currency)."""
    rows = Account.objects.for_actor(actor).filter(holder__isnull=False)
    rows = rows.filter(currency=currency) if currency else rows.exclude(currency=POINTS)
    held: dict[tuple[int, str], list[tuple[str, int, int]]] = defaultdict(list)
    for holder, code, *figures in rows.values_list("holder_id", "currency", "kind", "balance_minor", "held_minor"):
        held[holder, code].append((figures[0], figures[1], figures[2]))
    return {key: _stand(found) for key, found in held.items()}


def _stand(rows: Iterable[tuple[str, int, int]]) -> Exposure:
    by_kind = {kind: (balance, held) for kind, balance, held in rows}
    owed, held = by_kind.get("receivable", (0, 0))
    free = {kind: pair[0] - pair[1] for kind, pair in by_kind.items()}
    return Exposure(-owed, held, free.get("prepaid", 0), free.get("deposit", 0), free.get("rebate", 0))


def held_by(actor: Actor, *, holder_id: int, currency: str) -> QuerySet[Transfer]:
    """What holds a distributor's receivable account at the moment: the pending transfers, oldest first."""
    rows: QuerySet[Transfer] = Transfer.objects.for_actor(actor).filter(
        debit__kind="receivable", debit__holder_id=holder_id, debit__currency=currency
    )
    return rows.filter(status="pending", resolution__isnull=True).order_by("id")


def pending(actor: Actor, *, start: date, end: date) -> QuerySet[Transfer]:
    """Transfers of money in scope that are still pending with a business date in [start, end)."""
    rows: QuerySet[Transfer] = Transfer.objects.for_actor(actor).filter(status="pending", resolution__isnull=True)
    rows = rows.exclude(debit__currency=POINTS)
    return rows.filter(business_date__gte=start, business_date__lt=end).order_by("id")


def posted_by_document(kind: str) -> dict[str, int]:
    """What was posted on accounts of a kind under each document, credits less debits, in minor units; for reconciling."""
    rows = Transfer.objects.unscoped("reconciling").filter(status="posted").order_by()
    found = dict(rows.filter(credit__kind=kind).values_list("document").annotate(total=Sum("amount_minor")))
    for document, total in (
        rows.filter(debit__kind=kind).values_list("document").annotate(total=Sum("amount_minor"))
    ):
        found[document] = found.get(document, 0) - total
    return found
