"""The only readers of the ledger."""

from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from django.db.models import F, Q, QuerySet, Sum

from gongying.core.actor import Actor

from .models import Account, Transfer


@dataclass(frozen=True, slots=True)
class Drift:
    """An account whose kept figures differ from its postings."""

    account: str
    balance: int
    postings: int
    held: int
    pending: int


@dataclass(frozen=True, slots=True)
class Posting:
    """A posted entry of an account as its holder reads it: what came in (negative: went out) and the balance after it."""

    transfer_id: int
    business_date: date
    document: str
    amount_minor: int
    balance_minor: int


def accounts(actor: Actor, *, kind: str) -> QuerySet[Account]:
    """Accounts of a kind in scope."""
    rows: QuerySet[Account] = Account.objects.for_actor(actor).filter(kind=kind).select_related("holder")
    return rows.order_by("code")


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


def check() -> list[Drift]:
    """Reconcile: every balance against its postings, every hold against its open pendings. Empty is well."""
    every = Transfer.objects.unscoped("reconciling")
    posted, pending = every.filter(status="posted"), every.filter(status="pending")
    open_holds = pending.filter(resolution__isnull=True)
    ins = _sums(posted, "credit_id")
    outs, holds = _sums(posted, "debit_id"), _sums(open_holds, "debit_id")
    found = []
    for row in Account.objects.unscoped("reconciling").order_by("code"):
        net, held = ins.get(row.pk, 0) - outs.get(row.pk, 0), holds.get(row.pk, 0)
        if (row.balance_minor, row.held_minor) != (net, held):
            found.append(Drift(row.code, row.balance_minor, net, row.held_minor, held))
    return found


def _sums(rows: QuerySet[Transfer], side: str) -> dict[int, int]:
    grouped = rows.filter(Q(amount_minor__gt=0)).values(account=F(side)).annotate(total=Sum("amount_minor"))
    return {g["account"]: g["total"] for g in grouped}
