"""Open items of the receivable accounts, and what settles what."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.closing import gate
from gongying.core.posting import change, chunks
from gongying.core.refusal import Missing, Refused

from ..models import Item, Match

AT_ONCE = 500  # rows in one statement of the database


class ItemIn(NamedTuple):
    """A document on a distributor's receivable account; `amount_minor` is what he owes on it, negative what he has to his
    credit. The same key again is the same item."""

    key: str
    holder_id: int
    currency: str
    kind: str  # invoice | credit | payment | opening
    document: str
    business_date: date
    due_on: date
    amount_minor: int


class Pair(NamedTuple):
    """A debit item and a credit item (by number) and how much of both settles each other, in minor units."""

    debit: int
    credit: int
    amount_minor: int


def items(actor: Actor, rows: Sequence[ItemIn]) -> dict[str, int]:
    """Write items, open in full. Returns their numbers by key. Raises Refused when a key stands for another item."""
    gate.guard(*{row.business_date for row in rows})
    found = {item.key: item for item in _by_key(rows)}
    for row in rows:
        old = found.get(row.key)
        if old is not None and tuple(getattr(old, name) for name in ItemIn._fields) != row:
            raise Refused(_("This key already stands for another item."), code="key_reused")
    fresh = [row for row in rows if row.key not in found]
    made = Item.objects.bulk_create(
        [Item(**row._asdict(), open_minor=row.amount_minor) for row in fresh], batch_size=AT_ONCE
    )
    return {item.key: item.pk for item in (*found.values(), *made)}


def _by_key(rows: Sequence[ItemIn]) -> list[Item]:
    held = Item.objects.unscoped("posting")
    return [item for part in chunks([row.key for row in rows], AT_ONCE) for item in held.filter(key__in=part)]


def match(actor: Actor, pairs: Sequence[Pair | tuple[int, int, int]], on: date) -> int:
    """Settle items with each other, all or none; both sides of a pair are one distributor's in one currency. Returns how
    many. Raises Missing for an item that is not there, Refused for more than is open."""
    wanted = [Pair(*pair) for pair in pairs]
    if any(pair.amount_minor <= 0 for pair in wanted):
        raise Refused(_("Match an amount above zero."), code="amount", field="amount_minor")
    _apply(actor, wanted, on)
    return len(wanted)


def unmatch(actor: Actor, pairs: Sequence[Pair | tuple[int, int, int]], on: date) -> int:
    """Take matches back: the amounts are open again. Raises Refused for more than is matched between the two."""
    wanted = [Pair(*pair) for pair in pairs]
    for pair in wanted:
        rows = Match.objects.unscoped("posting").filter(debit=pair.debit, credit=pair.credit)
        if not 0 < pair.amount_minor <= sum(rows.values_list("amount_minor", flat=True)):
            raise Refused(_("So much is not matched between these two."), code="amount", field="amount_minor")
    _apply(actor, [pair._replace(amount_minor=-pair.amount_minor) for pair in wanted], on)
    return len(wanted)


def _apply(actor: Actor, pairs: Sequence[Pair], on: date) -> None:
    """Write the matches and bring the open amounts to them; rows are locked in order of their numbers."""
    gate.guard(on)
    ids = sorted({pk for pair in pairs for pk in (pair.debit, pair.credit)})
    rows = Item.objects.unscoped("posting").select_for_update(no_key=True).order_by("pk")
    held = {item.pk: item for part in chunks(ids, AT_ONCE) for item in rows.filter(pk__in=part)}
    if len(held) != len(ids):
        raise Missing("no such item")
    moved: Counter[int] = Counter()
    for pair in pairs:
        debit, credit = held[pair.debit], held[pair.credit]
        if (debit.holder_id, debit.currency) != (credit.holder_id, credit.currency):
            raise Refused(_("These two are not of one distributor and currency."), code="apart")
        moved[debit.pk] -= pair.amount_minor
        moved[credit.pk] += pair.amount_minor
        if debit.amount_minor < 0 or credit.amount_minor > 0:
            raise Refused(_("Match what is owed with what is paid or credited."), code="sides")
    for pk, amount in moved.items():
        after, whole = held[pk].open_minor + amount, held[pk].amount_minor
        if not min(0, whole) <= after <= max(0, whole):
            raise Refused(
                _("More than is open on %(document)s.") % {"document": held[pk].document},
                code="over",
                field="amount_minor",
            )
    Match.objects.bulk_create(
        [
            Match(
                debit_id=pair.debit,
                credit_id=pair.credit,
                amount_minor=pair.amount_minor,
                business_date=on,
                by=actor.name,
            )
            for pair in pairs
        ],
        batch_size=AT_ONCE,
    )
    change(Item, "open_minor = open_minor + %s", [(amount, pk) for pk, amount in sorted(moved.items())])
