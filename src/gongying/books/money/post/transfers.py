"""Accounts and transfers: pending, then posted or void. Many at once cost as many queries as one."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given
from gongying.core.closing import gate
from gongying.core.journal import book
from gongying.core.posting import change, chunks
from gongying.core.refusal import Missing, Refused

from .. import facts
from ..models import Account, Transfer

AT_ONCE = 500  # rows in one statement of the database
FLOORS = {"deposit": 0, "points": 0, "prepaid": 0}  # money that somebody left with us never falls below nothing


class Wanted(NamedTuple):
    """A transfer to hold: `amount_minor` from the debit to the credit account; the same `key` again is the same transfer."""

    key: str
    debit: Account
    credit: Account
    amount_minor: int


def open_accounts(
    actor: Actor,
    *,
    kind: str,
    currency: str,
    holders: Iterable[int | None],
    floor_minor: int | None = None,
    purse: str = "",
) -> dict[int | None, Account]:
    """The accounts of holders (None is the house) of a kind and currency; opened the first time they are asked for.

    Deposits and prepayments have a floor of 0 by themselves. A `purse` sets one apart from others of its kind and holder: the
    budget of one fund, the commitment of one activity."""
    wanted = list(holders)
    found = several(
        actor, [(kind, holder) for holder in wanted], currency=currency, floor_minor=floor_minor, purse=purse
    )
    return {holder: found[kind, holder] for holder in wanted}


def several(
    actor: Actor,
    wanted: Iterable[tuple[str, int | None]],
    *,
    currency: str,
    floor_minor: int | None = None,
    purse: str = "",
) -> dict[tuple[str, int | None], Account]:
    """The same for accounts of several kinds, (kind, holder) each, in one question."""
    end = f":{purse}" if purse else ""
    codes = {(kind, holder): f"{kind}:{holder or 'house'}:{currency}{end}" for kind, holder in wanted}
    found = {row.code: row for row in _all(_ACCOUNTS, codes.values())}
    made = [
        Account(
            code=code,
            kind=kind,
            currency=currency,
            holder_id=holder,
            floor_minor=FLOORS.get(kind) if floor_minor is None else floor_minor,
        )
        for (kind, holder), code in codes.items()
        if code not in found
    ]
    if made:
        Account.objects.bulk_create(made, batch_size=AT_ONCE, ignore_conflicts=True)
        found |= {row.code: row for row in _all(_ACCOUNTS, [row.code for row in made])}
    return {key: found[code] for key, code in codes.items()}


def reserve(
    actor: Actor, wanted: Sequence[Wanted], *, document: str, on: date, turned: frozenset[int] = frozenset()
) -> dict[str, int]:
    """Pending transfers by key: each holds its amount on the debit side. Raises Refused when an account would fall below
    its floor or a key stands for another transfer, and then nothing is held. `turned` are accounts without a floor whose turn this
    transaction has taken already."""
    gate.guard(on)
    known, fresh = _fresh(wanted, turned)
    holds: Counter[int] = Counter()
    for each in fresh:
        holds[each.debit.pk] += each.amount_minor
    made = Transfer.objects.bulk_create([_row(each, document, on) for each in fresh], batch_size=AT_ONCE)
    _move({}, holds, _accounts(fresh))
    return {key: row.pk for key, row in known.items()} | {row.key: row.pk for row in made}


def pay(actor: Actor, wanted: Sequence[Wanted], *, document: str, on: date) -> list[int]:
    """Transfers that take effect at once (each pending row and its posted one in one go), all or none. Keys on record
    are left alone. Returns the numbers of the posted rows, the known ones too. Raises Refused as `reserve` does."""
    gate.guard(on)
    known, fresh = _fresh(wanted)
    asked = Transfer.objects.bulk_create([_row(each, document, on) for each in fresh], batch_size=AT_ONCE)
    done = Transfer.objects.bulk_create([_decision(row, "posted") for row in asked], batch_size=AT_ONCE)
    balances: Counter[int] = Counter()
    for row in done:
        balances[row.debit_id] -= row.amount_minor
        balances[row.credit_id] += row.amount_minor
    _move(balances, {}, _accounts(fresh))
    _tell(actor, done)
    before = [row.pk for row in known.values()]
    rows = Transfer.objects.unscoped("posting").filter(status="posted", resolves__in=before) if before else []
    return [*(row.pk for row in rows), *(row.pk for row in done)]


def post_pending(actor: Actor, transfer_ids: Sequence[int]) -> list[int]:
    """Let pending transfers take effect, all or none. Returns the numbers of the posted ones."""
    rows = _resolve(transfer_ids, "posted")
    _tell(actor, rows)
    return [row.pk for row in rows]


def void_pending(actor: Actor, transfer_ids: Sequence[int]) -> None:
    """Let pending transfers lapse, all or none. Raises Missing for what is not pending: what is posted stays posted."""
    _resolve(transfer_ids, "void")


def _tell(actor: Actor, rows: Sequence[Transfer]) -> None:
    told = [(row.pk, row.debit_id, row.credit_id, row.amount_minor, row.document) for row in rows]
    book.record_all(actor, [facts.TransferPosted(*each) for each in told])


def _fresh(
    wanted: Sequence[Wanted], turned: frozenset[int] = frozenset()
) -> tuple[dict[str, Transfer], list[Wanted]]:
    """The transfers that are on record by key, and those still to be written, with their debit accounts locked and checked."""
    locked = _lock(
        each.debit for each in wanted if each.debit.floor_minor is not None or each.debit.pk not in turned
    )
    rows = _all(_TRANSFERS, [each.key for each in wanted])
    known = {row.key: row for row in rows}
    fresh = [each for each in wanted if not _is_known(each, known.get(each.key))]
    if any(each.debit.currency != each.credit.currency for each in fresh):
        raise Refused(_("The accounts have different currencies."), code="currency")
    asked: Counter[int] = Counter()
    for each in fresh:
        asked[each.debit.pk] += each.amount_minor
    for pk, amount in asked.items():
        if pk in locked:
            _check_floor(locked[pk], amount)
    return known, fresh


def _row(each: Wanted, document: str, on: date) -> Transfer:
    return Transfer(
        key=each.key,
        debit_id=each.debit.pk,
        credit_id=each.credit.pk,
        amount_minor=each.amount_minor,
        status="pending",
        document=document,
        business_date=on,
    )


def _decision(row: Transfer, status: str) -> Transfer:
    return Transfer(
        key=f"{row.key}/{status}",
        debit_id=row.debit_id,
        credit_id=row.credit_id,
        amount_minor=row.amount_minor,
        status=status,
        resolves=row,
        document=row.document,
        business_date=row.business_date,
    )


def _resolve(ids: Sequence[int], status: str) -> list[Transfer]:
    """Follow each pending transfer with a row that decides it, and move its amount."""
    waiting = Transfer.objects.unscoped("posting").filter(status="pending").order_by("pk")
    pending = _among(waiting.select_related("debit", "credit"), "pk", sorted(set(ids)))
    if len(pending) != len(ids):
        raise Missing("no pending transfer")
    if status == "posted":
        gate.guard(*{row.business_date for row in pending})
    _lock(row.debit for row in pending)
    if _among(Transfer.objects.unscoped("posting"), "resolves_id", [row.pk for row in pending]):
        raise Refused(_("This transfer was already decided."), code="resolved")
    balances: Counter[int] = Counter()
    holds: Counter[int] = Counter()
    for row in pending:
        holds[row.debit_id] -= row.amount_minor
        if status == "posted":
            balances[row.debit_id] -= row.amount_minor
            balances[row.credit_id] += row.amount_minor
    rows = [_decision(row, status) for row in pending]
    made: list[Transfer] = Transfer.objects.bulk_create(rows, batch_size=AT_ONCE)
    _move(balances, holds, _accounts(pending))
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


def _all(question: Asked, values: Iterable[Any]) -> list[Any]:
    """The same for a question that is asked often."""
    return [row for part in chunks(values, AT_ONCE) for row in question(values=part)]


_ACCOUNTS = Asked(lambda: Account.objects.unscoped("posting").filter(code__in=Given("values")))
_LOCKED = Asked(
    lambda: (
        Account.objects.unscoped("posting")
        .filter(pk__in=Given("values"))
        .select_for_update(no_key=True)
        .order_by("pk")
    )
)
_TRANSFERS = Asked(lambda: Transfer.objects.unscoped("posting").filter(key__in=Given("values")))


def _rank(account: Account) -> tuple[bool, int]:
    """The order in which accounts are locked and changed, so that two writers cannot wait for each other in a circle:
    distributors by number, the accounts of the house last, because everybody needs those."""
    return account.holder_id is None, account.pk


def _accounts(rows: Iterable[Any]) -> list[Account]:
    """The accounts of transfers in the order of locks."""
    found = {each.pk: each for row in rows for each in (row.debit, row.credit)}
    return sorted(found.values(), key=_rank)


def _lock(accounts: Iterable[Account]) -> dict[int, Account]:
    """Row locks on accounts that are looked at before they are changed. An account of the house without a floor is not:
    nothing about it is decided, and the change itself takes its turn."""
    wanted = {each.pk: each for each in accounts if each.holder_id is not None or each.floor_minor is not None}
    found: dict[int, Account] = {}
    for house in (False, True):
        ids = sorted(pk for pk, each in wanted.items() if (each.holder_id is None) is house)
        found |= {row.pk: row for row in _all(_LOCKED, ids)}
    return found


def _move(balances: Mapping[int, int], holds: Mapping[int, int], ranked: Sequence[Account]) -> None:
    """Add to the kept figures of accounts. The database adds, so that what somebody else has added meanwhile is never
    written over, and refuses what falls below a floor.
    """
    moved = [each.pk for each in ranked if balances.get(each.pk) or holds.get(each.pk)]
    rows = [(balances.get(pk, 0), holds.get(pk, 0), pk) for pk in moved]
    change(Account, "balance_minor = balance_minor + %s, held_minor = held_minor + %s", rows)


def _check_floor(account: Account, amount: int) -> None:
    if account.floor_minor is None:
        return
    if account.balance_minor - account.held_minor - amount < account.floor_minor:
        raise Refused(_("The balance of the account does not allow this."), code="floor")
