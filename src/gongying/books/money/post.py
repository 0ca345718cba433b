"""The only writers of accounts and transfers: pending, then posted or void."""

from datetime import date

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.journal import book
from gongying.core.refusal import Missing, Refused

from . import facts
from .models import Account, Transfer


def open_account(
    actor: Actor, *, kind: str, currency: str, holder_id: int | None = None, floor_minor: int | None = None
) -> Account:
    """The account of a holder, kind and currency; opened the first time it is asked for."""
    code = f"{kind}:{holder_id or 'house'}:{currency}"
    values = {"kind": kind, "currency": currency, "holder_id": holder_id, "floor_minor": floor_minor}
    found: tuple[Account, bool] = Account.objects.unscoped("posting").get_or_create(code=code, defaults=values)
    return found[0]


def reserve(
    actor: Actor, *, debit: Account, credit: Account, amount_minor: int, key: str, document: str, on: date
) -> Transfer:
    """A pending transfer: holds the amount on the debit side. The same key again gives the same transfer."""
    known = Transfer.objects.filter(key=key).first()
    if known is not None:
        return known
    if debit.currency != credit.currency:
        raise Refused(_("The accounts have different currencies."), code="currency")
    accounts = _lock(debit.pk, credit.pk)
    row = Transfer.objects.create(
        key=key,
        debit=debit,
        credit=credit,
        amount_minor=amount_minor,
        status="pending",
        document=document,
        business_date=on,
    )
    _check_floor(accounts[debit.pk], amount_minor)
    Account.objects.unscoped("posting").filter(pk=debit.pk).update(held_minor=F("held_minor") + amount_minor)
    return row


def post_pending(actor: Actor, transfer_id: int) -> Transfer:
    """Let a pending transfer take effect."""
    row = _resolve(transfer_id, "posted")
    held = Account.objects.unscoped("posting")
    held.filter(pk=row.debit_id).update(
        held_minor=F("held_minor") - row.amount_minor, balance_minor=F("balance_minor") - row.amount_minor
    )
    held.filter(pk=row.credit_id).update(balance_minor=F("balance_minor") + row.amount_minor)
    book.record(actor, facts.TransferPosted(row.pk, row.debit_id, row.credit_id, row.amount_minor, row.document))
    return row


def void_pending(actor: Actor, transfer_id: int) -> Transfer:
    """Let a pending transfer lapse."""
    row = _resolve(transfer_id, "void")
    Account.objects.unscoped("posting").filter(pk=row.debit_id).update(
        held_minor=F("held_minor") - row.amount_minor
    )
    return row


def _resolve(transfer_id: int, status: str) -> Transfer:
    pending = Transfer.objects.filter(pk=transfer_id, status="pending").first()
    if pending is None:
        raise Missing("no pending transfer")
    _lock(pending.debit_id, pending.credit_id)
    if Transfer.objects.filter(resolves=pending).exists():
        raise Refused(_("This transfer was already decided."), code="resolved")
    return Transfer.objects.create(
        key=f"{pending.key}/{status}",
        debit_id=pending.debit_id,
        credit_id=pending.credit_id,
        amount_minor=pending.amount_minor,
        status=status,
        resolves=pending,
        document=pending.document,
        business_date=pending.business_date,
    )


def _lock(*ids: int) -> dict[int, Account]:
    """Row locks in ascending order, so that two writers cannot wait for each other in a circle."""
    rows = Account.objects.unscoped("posting").select_for_update().filter(pk__in=ids).order_by("pk")
    return {row.pk: row for row in rows}


def _check_floor(account: Account, amount: int) -> None:
    if account.floor_minor is None:
        return
    if account.balance_minor - account.held_minor - amount < account.floor_minor:
        raise Refused(_("The balance of the account does not allow this."), code="floor")
