"""Movements of one side, and transfers between two."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from gongying.core import posting
from gongying.core.actor import Actor
from gongying.core.refusal import Refused

from ..models import Movement
from . import promising, writing
from .writing import MOVE, Row


class MoveIn(NamedTuple):
    """A movement in base units, signed; `key` is its business key within the source. No holder is the house itself, whose
    goods lie at a site; no site is wherever the holder keeps his goods. `reason` is a code."""

    key: str
    holder_id: int | None
    product_id: int
    business_date: date
    quantity: int
    kind: str = "receipt"
    lot: str = ""
    value_minor: int = 0
    currency: str = "CNY"
    site_id: int | None = None
    reason: str = ""
    document: str = ""

    def digest(self) -> str:
        """What it says; a movement that names no site, reason or document says what it said before there were any."""
        return posting.digest_of(self if any(self[9:]) else self[:9])

    def row(self) -> Row:
        """As it is written."""
        values: dict[str, Any] = self._asdict()
        values["business_key"] = values.pop("key")
        values["business_date"] = self.business_date.isoformat()
        return Row(**values, content_hash=self.digest())


class Leg(NamedTuple):
    """Base units of a product and lot that go from one place to another; they neither appear nor vanish."""

    key: str
    product_id: int
    lot: str
    quantity: int
    from_holder: int | None
    from_site: int | None
    to_holder: int | None
    to_site: int | None
    reason: str = ""


def moves(
    actor: Actor, rows: Sequence[MoveIn], *, source: str, batch_id: int | None = None, cut_promises: bool = False
) -> posting.Posted:
    """Post movements. A known key with the same content is left alone; another content reverses and posts anew.

    Raises Refused when a site of the house would give what it has not or has promised, when goods come into one without
    the lot they must name, or when the site is somebody else's. With `cut_promises` what was promised and is not there any
    more is taken back, the youngest promise first.
    """
    posting.turn(Movement)
    wanted = {row.key: row for row in rows}
    picked = ("id", *MOVE, "content_hash")
    known: dict[str, tuple[Any, ...]] = {}
    for held in posting.select_by_keys(Movement, picked, {"source": source}, list(wanted), key="business_key"):
        known[held[1]] = held
    fresh: list[Row] = []
    created = corrected = 0
    for key, row in wanted.items():
        old = known.get(key)
        if old is not None and old[6] != "reversal":
            if old[-1] == row.digest():
                continue
            fresh.append(reversal(old))
            corrected += 1
        else:
            created += 1
        # A replacement names what it replaces, so that a key can be corrected more than once.
        fresh.append(row.row()._replace(corrects_id=old[0] if old else None))
    _guard(actor, fresh, cut_promises)
    writing.write(actor, fresh, source, batch_id)
    return posting.Posted(created, len(rows) - created - corrected, corrected)


def _guard(actor: Actor, fresh: Sequence[Row], cut_promises: bool = False) -> None:
    """What must hold before it is written, in words; the database holds it too."""
    if not any(row.site_id for row in fresh):
        return
    writing.check_places(fresh)
    writing.check_lots(fresh)
    writing.check_there(fresh, cut=cut_promises)
    if cut_promises:
        promising.make_room(actor, fresh)


def transfer(actor: Actor, *, legs: Sequence[Leg], source: str, document: str, on: date) -> posting.Posted:
    """Move goods between places: for every leg one movement out and one in, which sum to zero.

    A known key with the same content is left alone. Raises Refused when the key stands for another transfer, when a site
    of the house would give what it has not or has promised, or when a site is somebody else's.
    """
    posting.turn(Movement)
    wanted = {leg.key: leg for leg in legs}
    pairs = {key: pair(leg, document, on) for key, leg in wanted.items()}
    held = posting.select_by_keys(
        Movement,
        ("business_key", "content_hash"),
        {"source": source, "kind": "out"},
        list(wanted),
        key="business_key",
    )
    known = dict(held)
    for key, mark in known.items():
        if pairs[key][0].content_hash != mark:
            raise Refused(_("This key already stands for another movement."), code="key_reused")
    fresh = [row for key, pair in pairs.items() if key not in known for row in pair]
    _guard(actor, fresh)
    writing.write(actor, fresh, source)
    return posting.Posted(len(pairs) - len(known), len(legs) - len(pairs) + len(known), 0)


def pair(leg: Leg, document: str, on: date) -> tuple[Row, Row]:
    """The two movements of a leg. Raises Refused when nothing would move, or nowhere."""
    if leg.quantity <= 0:
        raise Refused(_("A transfer moves a positive quantity."), code="quantity", field="quantity")
    if (leg.from_holder, leg.from_site) == (leg.to_holder, leg.to_site):
        raise Refused(_("Goods are moved from one place to another."), code="place", field="to_site")
    mark = posting.digest_of((*leg, document, on))
    both: dict[str, Any] = {
        "business_key": leg.key, "product_id": leg.product_id, "business_date": on.isoformat(), "lot": leg.lot,
        "value_minor": 0, "currency": "CNY", "reason": leg.reason, "document": document, "content_hash": mark,
    }  # fmt: skip
    out = Row(**both, holder_id=leg.from_holder, site_id=leg.from_site, quantity=-leg.quantity, kind="out")
    into = Row(**both, holder_id=leg.to_holder, site_id=leg.to_site, quantity=leg.quantity, kind="in")
    return out, into


def reverse_moves(actor: Actor, batch_id: int) -> int:
    """Reverse the movements of a batch that stand. Returns how many."""
    posting.turn(Movement)
    held = (
        Movement.objects.unscoped("posting")
        .filter(batch_id=batch_id, movement__isnull=True)
        .exclude(kind="reversal")
    )
    found = list(held.order_by("id").values_list("id", *MOVE, "content_hash", "source"))
    for source in {row[-1] for row in found}:
        fresh = [reversal(row[:-1]) for row in found if row[-1] == source]
        _guard(actor, fresh)
        writing.write(actor, fresh, source, batch_id)
    return len(found)


def reversal(old: tuple[Any, ...]) -> Row:
    """The same movement turned round, on the day of what it reverses; `old` is its id, its columns and its digest."""
    was = Row(*old[1:])  # the columns of a movement and its digest
    return was._replace(
        business_date=str(was.business_date),
        quantity=-was.quantity,
        value_minor=-was.value_minor,
        kind="reversal",
        corrects_id=old[0],
    )
