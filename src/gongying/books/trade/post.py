"""The only writer of sales lines: idempotent by business key, corrections as new postings."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from gongying.core.actor import Actor
from gongying.core.journal import book
from gongying.core.posting import Posted, digest_of, insert, select_by_keys, stamp

from . import facts
from .models import Line

__all__ = ["LineIn", "Posted", "lines", "reverse_batch"]


class LineIn(NamedTuple):
    """A line to post. Amounts are minor units; a return carries negative quantity and amounts."""

    level: str
    business_date: date
    party_id: int | None
    product_id: int
    quantity: int
    currency: str
    gross_minor: int
    discount_minor: int
    document: str
    line_no: str = "1"
    tax_minor: int = 0
    freight_minor: int = 0
    kind: str = "sale"
    counterparty: str = ""
    place: str = ""

    @property
    def key(self) -> str:
        """The business key: whose, which document, which line."""
        return f"{self.party_id or 0}/{self.document}/{self.line_no}"

    def digest(self) -> str:
        """What the line says, as a short hash: the same line twice is the same digest."""
        return digest_of(self)


COLUMNS = (*LineIn._fields, "net_minor", "business_key", "revision", "content_hash", "corrects_id")
TAIL = ("source", "batch_id", "posted_at")
READ = ("id", *COLUMNS)
_KEY = READ.index("business_key")
_REVISION, _HASH, _KIND = READ.index("revision"), READ.index("content_hash"), READ.index("kind")
_TURNED = {"quantity", "gross_minor", "discount_minor", "net_minor", "tax_minor", "freight_minor"}
Row = tuple[Any, ...]


def lines(
    actor: Actor,
    rows: Sequence[LineIn],
    *,
    source: str,
    batch_id: int | None = None,
    digests: Sequence[str] | None = None,
) -> Posted:
    """Post lines. A known key with the same content is left alone; with other content it is reversed and
    posted anew, so a later settlement trues up by itself. Within one call the last line of a key counts.
    `digests` are those of the rows, from a caller who worked them out beforehand (in another process).
    """
    marked = zip(rows, map(digest_of, rows) if digests is None else digests, strict=True)
    wanted = {(row[0], f"{row[2] or 0}/{row[8]}/{row[9]}"): (row, digest) for row, digest in marked}
    standing: dict[tuple[str, str], Row] = {}
    for level in {level for level, _key in wanted}:
        keys = [key for of, key in wanted if of == level]
        where = {"level": level, "source": source}
        for held in select_by_keys(Line, READ, where, keys, key="business_key"):
            standing[level, held[_KEY]] = held  # a reversal comes after what it reverses
    fresh: list[Row] = []
    unchanged = corrected = 0
    for name, (row, digest) in wanted.items():
        revision = 1
        old = standing.get(name) if standing else None
        if old is not None:
            revision = old[_REVISION] + 1
            if old[_KIND] != "reversal":
                if old[_HASH] == digest:
                    unchanged += 1
                    continue
                fresh.append(_reversal(old))
                corrected += 1
        fresh.append((row[0], row[1].isoformat(), *row[2:], row[6] - row[7], name[1], revision, digest, None))
    _write(actor, fresh, source, batch_id)
    created = len(fresh) - 2 * corrected
    return Posted(created, unchanged + len(rows) - len(wanted), corrected)


def reverse_batch(actor: Actor, *, batch_id: int) -> int:
    """Undo a batch by reversing every line of it that still stands. Returns how many."""
    held = Line.objects.unscoped("posting").filter(batch_id=batch_id, line__isnull=True).exclude(kind="reversal")
    found = list(held.order_by("id").values_list(*READ, "source"))
    for source in {row[-1] for row in found}:
        _write(actor, [_reversal(row[:-1]) for row in found if row[-1] == source], source, batch_id)
    return len(found)


def _reversal(old: Row) -> Row:
    """The same line with every amount turned round. It keeps the business date of what it reverses."""
    turned = dict(zip(READ, old, strict=True))
    for name in _TURNED:
        turned[name] = -turned[name]
    turned |= {"kind": "reversal", "corrects_id": turned["id"], "business_date": str(turned["business_date"])}
    return tuple(turned[name] for name in COLUMNS)


def _write(actor: Actor, fresh: list[Row], source: str, batch_id: int | None) -> None:
    """One insert for all, and one fact that covers every line in order."""
    if not fresh:
        return
    tail = (source, batch_id, stamp())
    insert(Line, (*COLUMNS, *TAIL), [row + tail for row in fresh])
    money, net, kind = COLUMNS.index("currency"), COLUMNS.index("net_minor"), COLUMNS.index("kind")
    revision, mark = COLUMNS.index("revision"), COLUMNS.index("content_hash")
    sums: dict[str, int] = {}
    for row in fresh:
        sums[row[money]] = sums.get(row[money], 0) + row[net]
    text = "".join([f"{row[kind]}|{source}|{row[revision]}|{row[mark]}\n" for row in fresh])
    digest = hashlib.sha256(text.encode()).hexdigest()
    book.record(actor, facts.LinesPosted(batch_id, len(fresh), sums, digest))
