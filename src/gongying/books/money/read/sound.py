"""What must hold of the ledger at any time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from gongying.core.soundness import sound

from ..models import Account, Item, Match, Transfer


@dataclass(frozen=True, slots=True)
class Drift:
    """An account whose kept figures differ from its postings."""

    account: str
    balance: int
    postings: int
    held: int
    pending: int


@sound("money.balances", _("every balance is the sum of its postings, every hold the sum of what is pending"))
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


@sound("money.zero", _("the accounts of a currency add up to nothing"))
def unbalanced() -> list[tuple[str, int]]:
    """Currencies whose accounts do not add up to zero: (currency, sum in minor units)."""
    rows = Account.objects.unscoped("reconciling").order_by().values_list("currency")
    return [(code, total) for code, total in rows.annotate(total=Sum("balance_minor")) if total]


@sound("money.floors", _("no account is below its floor"))
def below() -> list[str]:
    """Accounts below their floor, holds counted."""
    rows = Account.objects.unscoped("reconciling").filter(floor_minor__isnull=False)
    return list(rows.filter(balance_minor__lt=F("floor_minor") + F("held_minor")).values_list("code", flat=True))


@sound("money.items", _("what is open on a document is its amount less what was matched"))
def unmatched() -> Iterator[tuple[str, int, int]]:
    """Items whose kept open amount is not amount less matches: (key, kept, counted)."""
    rows = Match.objects.unscoped("reconciling").order_by()
    debits = dict(rows.values_list("debit_id").annotate(total=Sum("amount_minor")))
    credits = dict(rows.values_list("credit_id").annotate(total=Sum("amount_minor")))
    for pk, key, amount, left in Item.objects.unscoped("reconciling").values_list(
        "pk", "key", "amount_minor", "open_minor"
    ):
        counted = amount - debits.get(pk, 0) + credits.get(pk, 0)
        if counted != left:
            yield key, left, counted


@sound("money.receivable", _("what a distributor owes is the sum of his open documents"))
def unexplained() -> Iterator[tuple[str, int, int]]:
    """Receivable accounts that are not the sum of their open items: (account, owed, items)."""
    rows = Item.objects.unscoped("reconciling").order_by().values_list("holder_id", "currency")
    sums: dict[Any, int] = {(h, c): total for h, c, total in rows.annotate(total=Sum("open_minor"))}
    held = Account.objects.unscoped("reconciling").filter(kind="receivable")
    owed = {(row.holder_id, row.currency): (row.code, -row.balance_minor) for row in held}
    for key in sorted({*sums, *owed}, key=str):
        code, amount = owed.get(key, (f"receivable:{key[0]}:{key[1]}", 0))
        if amount != sums.get(key, 0):
            yield code, amount, sums.get(key, 0)
