"""Blocked lots: wherever they lie, they are neither promised nor taken."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from gongying.books.goods import read as goods
from gongying.core import posting
from gongying.core.actor import Actor
from gongying.core.journal import book

from .. import facts
from ..models import Balance, Block, Movement
from . import promising, writing
from .writing import PLACE, Shift


def block(
    actor: Actor, *, product_id: int, lots: Sequence[str], reason: str, document: str, on: date
) -> dict[str, int]:
    """Block lots, with the serial numbers made in them; one that is blocked already is left alone. Promises that lose their
    goods by it are taken back. Returns those, in base units by key."""
    posting.turn(Movement)
    codes = {code for lot in lots for code in (lot, *goods.serials_of(product_id, lot))}
    codes -= {lot for _product, lot in writing.blocked_lots((product_id, code) for code in codes)}
    stopping = _on_shelves(product_id, codes)
    cut = promising.cut(actor, stopping, reason=reason)
    Block.objects.bulk_create(
        Block(product_id=product_id, lot=code, reason=reason, document=document, since=on, blocked_by=actor.name)
        for code in sorted(codes)
    )
    writing.shelves({place: Shift(blocked=n) for place, n in stopping.items()})
    told = [facts.LotBlocked(product_id, lot, reason, document) for lot in lots if lot in codes]
    if told:
        book.record_all(actor, told)
    return cut


def unblock(actor: Actor, *, product_id: int, lots: Sequence[str], document: str, on: date) -> int:
    """Let lots be promised and taken again. Returns how many were blocked by this document."""
    posting.turn(Movement)
    codes = {code for lot in lots for code in (lot, *goods.serials_of(product_id, lot))}
    rows = Block.objects.filter(product=product_id, lot__in=codes, document=document, until__isnull=True)
    freed = set(rows.values_list("lot", flat=True))
    rows.update(until=on)
    writing.shelves({place: Shift(blocked=-n) for place, n in _on_shelves(product_id, freed).items()})
    told = [facts.LotFreed(product_id, lot, document) for lot in lots if lot in freed]
    if told:
        book.record_all(actor, told)
    return len(freed)


def _on_shelves(product_id: int, codes: set[str]) -> dict[PLACE, int]:
    """What lies of these lots at every site of the house, in base units."""
    found: dict[PLACE, int] = defaultdict(int)
    rows = Balance.objects.unscoped("posting").filter(holder__isnull=True, site__isnull=False, product=product_id)
    for row in rows.filter(lot__in=codes):
        assert row.site_id is not None
        found[row.site_id, product_id] += row.quantity
    return found
