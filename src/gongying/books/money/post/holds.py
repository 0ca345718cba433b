"""Holds by key: what an accepted order will owe. A hold that is turned into an invoice goes on under the next number."""

from collections.abc import Sequence
from datetime import date

from gongying.core import moment
from gongying.core.actor import Actor
from gongying.core.asked import Asked, Given

from ..models import Account, Transfer
from .transfers import Wanted, open_accounts, pay, reserve, several, void_pending

AT_ONCE = 50  # holds of one key that are looked up in one statement


def turn(actor: Actor, *, party_id: int, currency: str) -> Account:
    """Wait for the turn to decide on a distributor's credit: until this transaction ends nobody else holds anything on
    his receivable account (which is opened when it is new). Whoever judges first and holds afterwards begins here. The row that is
    returned says who it is, not what it holds now: a verb has its turn once."""
    code = f"receivable:{party_id}:{currency}"
    return moment.kept("money.turn", code, lambda: _turn(actor, code, party_id, currency))


def _turn(actor: Actor, code: str, party_id: int, currency: str) -> Account:
    rows: list[Account] = _TURN(code=code)
    if not rows:
        open_accounts(actor, kind="receivable", currency=currency, holders=[party_id])
        rows = _TURN(code=code)
    return rows[0]


_TURN = Asked(lambda: Account.objects.unscoped("posting").filter(code=Given("code")).select_for_update(no_key=True))


def hold(
    actor: Actor,
    *,
    party_id: int,
    currency: str,
    amount_minor: int,
    key: str,
    document: str,
    on: date,
    prepaid: bool = False,
) -> int:
    """Hold what an order will owe (incl. tax, minor units) on the distributor's receivable account, or with `prepaid` on
    the money he has paid in advance: then it must be there (Refused, code floor). Returns the transfer's number; the
    same key again is the same hold. Nothing is held for an amount of 0 (returns 0)."""
    if not amount_minor:
        return 0
    theirs, sales = ("prepaid", party_id), ("sales", None)
    if prepaid:
        found = several(actor, [theirs, sales], currency=currency)
        wanted = Wanted(key, found[theirs], found[sales], amount_minor)
        return reserve(actor, [wanted], document=document, on=on)[key]
    mine = turn(actor, party_id=party_id, currency=currency)
    wanted = Wanted(key, mine, several(actor, [sales], currency=currency)[sales], amount_minor)
    return reserve(actor, [wanted], document=document, on=on, turned=frozenset({mine.pk}))[key]


def lift(actor: Actor, *, key: str) -> int:
    """Let a hold lapse, whichever number it goes on under. Returns what was held, 0 when nothing was."""
    row, _last = standing(key)
    if row is None:
        return 0
    void_pending(actor, [row.pk])
    return row.amount_minor


def turn_hold(
    actor: Actor, *, key: str, posted: Sequence[Wanted], rest_minor: int, document: str, on: date
) -> list[int]:
    """Let the hold of a key lapse, post the legs of an invoice instead, and go on holding the rest. Goods that were
    shipped are invoiced in any case: nothing is judged here. Returns the numbers of the posted transfers."""
    row, last = standing(key)
    if row is not None:
        void_pending(actor, [row.pk])
    done = pay(actor, posted, document=document, on=on)
    if row is not None and rest_minor > 0:
        again = Wanted(f"{key}#{last + 1}", row.debit, row.credit, rest_minor)
        reserve(actor, [again], document=row.document, on=on)
    return done


def held_on(key: str) -> int:
    """What a key holds at the moment, in minor units."""
    row, _last = standing(key)
    return row.amount_minor if row is not None else 0


def standing(key: str) -> tuple[Transfer | None, int]:
    """The hold of a key that still stands, and the number the key has reached. Holds are `key`, `key#2`, `key#3` …"""
    found, last = None, 0
    while last % AT_ONCE == 0:
        names = [f"{key}#{number}" for number in range(last + 1, last + AT_ONCE + 1)]
        wanted = [key, *names[1:]] if last == 0 else names
        rows = list(
            Transfer.objects.unscoped("posting")
            .filter(key__in=wanted, status="pending")
            .select_related("debit", "credit", "resolution")
        )
        if not rows:
            break
        last += len(rows)
        found = next((row for row in rows if not hasattr(row, "resolution")), found)
    return found, last
