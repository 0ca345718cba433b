"""The only writers of accounts and transfers: pending, then posted or void. Many at once cost as many queries as one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.journal import book
from gongying.core.posting import change, chunks
from gongying.core.refusal import Missing, Refused

from . import facts
from .models import Account, Transfer

AT_ONCE = 500  # rows in one statement of the database


class Wanted(NamedTuple):
    """A transfer to hold: `amount_minor` from the debit to the credit account; the same `key` again is the same transfer."""

    key: str
    debit: Account
    credit: Account
    amount_minor: int


def open_accounts(
    actor: Actor, *, kind: str, currency: str, holders: Iterable[int | None], floor_minor: int | None = None
) -> dict[int | None, Account]:
    """The accounts of holders (None is the house) of a kind and currency; opened the first time they are asked for."""
    codes = {holder: f"{kind}:{holder or 'house'}:{currency}" for holder in holders}
    rows = Account.objects.unscoped("posting")
    known = {row.code for row in _among(rows, "code", codes.values())}
    made = [
        Account(code=code, kind=kind, currency=currency, holder_id=holder, floor_minor=floor_minor)
        for holder, code in codes.items()
        if code not in known
    ]
    rows.bulk_create(made, batch_size=AT_ONCE, ignore_conflicts=True)
    found = {row.code: row for row in _among(rows, "code", codes.values())}
    return {holder: found[code] for holder, code in codes.items()}


def reserve(actor: Actor, wanted: Sequence[Wanted], *, document: str, on: date) -> dict[str, int]:
    """Pending transfers by key: each holds its amount on the debit side. Raises Refused when an account would fall below
    its floor or a key stands for another transfer, and then nothing is held."""
    accounts = _lock({each.debit.pk for each in wanted} | {each.credit.pk for each in wanted})
    known = {
        row.key: row for row in _among(Transfer.objects.unscoped("posting"), "key", [each.key for each in wanted])
    }
    fresh = [each for each in wanted if not _is_known(each, known.get(each.key))]
    if any(each.debit.currency != each.credit.currency for each in fresh):
        raise Refused(_("The accounts have different currencies."), code="currency")
    holds: Counter[int] = Counter()
    for each in fresh:
        holds[each.debit.pk] += each.amount_minor
    for pk, amount in holds.items():
        _check_floor(accounts[pk], amount)
    rows = [
        Transfer(
            key=each.key,
            debit_id=each.debit.pk,
            credit_id=each.credit.pk,
            amount_minor=each.amount_minor,
            status="pending",
            document=document,
            business_date=on,
        )
        for each in fresh
    ]
    made = Transfer.objects.bulk_create(rows, batch_size=AT_ONCE)
    _move({}, holds)
    return {key: row.pk for key, row in known.items()} | {row.key: row.pk for row in made}


def post_pending(actor: Actor, transfer_ids: Sequence[int]) -> list[int]:
    """Let pending transfers take effect, all or none. Returns the numbers of the posted ones."""
    rows = _resolve(transfer_ids, "posted")
    told = [(row.pk, row.debit_id, row.credit_id, row.amount_minor, row.document) for row in rows]
    book.record_all(actor, [facts.TransferPosted(*each) for each in told])
    return [row.pk for row in rows]


def void_pending(actor: Actor, transfer_ids: Sequence[int]) -> None:
    """Let pending transfers lapse, all or none. Raises Missing for what is not pending: what is posted stays posted."""
    _resolve(transfer_ids, "void")


def _resolve(ids: Sequence[int], status: str) -> list[Transfer]:
    """Follow each pending transfer with a row that decides it, and move its amount."""
    pending = _among(
        Transfer.objects.unscoped("posting").filter(status="pending").order_by("pk"), "pk", sorted(set(ids))
    )
    if len(pending) != len(ids):
        raise Missing("no pending transfer")
    _lock({row.debit_id for row in pending} | {row.credit_id for row in pending})
    if _among(Transfer.objects.unscoped("posting"), "resolves_id", [row.pk for row in pending]):
        raise Refused(_("This transfer was already decided."), code="resolved")
    rows = [
        Transfer(
            key=f"{row.key}/{status}",
            debit_id=row.debit_id,
            credit_id=row.credit_id,
            amount_minor=row.amount_minor,
            status=status,
            resolves=row,
            document=row.document,
            business_date=row.business_date,
        )
        for row in pending
    ]
    balances: Counter[int] = Counter()
    holds: Counter[int] = Counter()
    for row in rows:
        holds[row.debit_id] -= row.amount_minor
        if status == "posted":
            balances[row.debit_id] -= row.amount_minor
            balances[row.credit_id] += row.amount_minor
    made: list[Transfer] = Transfer.objects.bulk_create(rows, batch_size=AT_ONCE)
    _move(balances, holds)
    return made


def _is_known(wanted: Wanted, row: Transfer | None) -> bool:
    """Whether this very transfer is on record. Refused when its key stands for another one."""
    if row is None:
        return False
    if (row.debit_id, row.credit_id, row.amount_minor) != (wanted.debit.pk, wanted.credit.pk, wanted.amount_minor):
        raise Refused(_("This key already stands for another transfer."), code="key_reused")
    return True


def _among(rows: QuerySet[Any], field: str, values: Iterable[Any]) -> list[Any]:
    """The rows with one of the values, a bounded number of them in one statement."""
    return [row for part in chunks(values, AT_ONCE) for row in rows.filter(**{f"{field}__in": part})]


def _lock(ids: set[int]) -> dict[int, Account]:
    """Row locks in ascending order, so that two writers cannot wait for each other in a circle."""
    rows = Account.objects.unscoped("posting").select_for_update().order_by("pk")
    return {row.pk: row for row in _among(rows, "pk", sorted(ids))}


def _move(balances: Mapping[int, int], holds: Mapping[int, int]) -> None:
    """Add to the kept figures of accounts. The database adds, so that what somebody else has added meanwhile is never
    written over, and refuses what falls below a floor.
    """
    rows = [(balances.get(pk, 0), holds.get(pk, 0), pk) for pk in sorted({*balances, *holds})]
    change(Account, "balance_minor = balance_minor + %s, held_minor = held_minor + %s", rows)


def _check_floor(account: Account, amount: int) -> None:
    if account.floor_minor is None:
        return
    if account.balance_minor - account.held_minor - amount < account.floor_minor:
        raise Refused(_("The balance of the account does not allow this."), code="floor")
