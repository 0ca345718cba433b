"""The only writer of sales lines: idempotent by business key, corrections as new postings."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gongying.core.actor import Actor
from gongying.core.journal import book

from . import facts
from .models import Line

CHUNK = 2000


@dataclass(frozen=True, slots=True)
class LineIn:
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
        text = "|".join(str(getattr(self, name)) for name in LineIn.__dataclass_fields__)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of the lines."""

    created: int
    unchanged: int
    corrected: int


def lines(actor: Actor, rows: Sequence[LineIn], *, source: str, batch_id: int | None = None) -> Posted:
    """Post lines. A known key with the same content is left alone; with other content it is reversed and
    posted anew, so a later settlement trues up by itself. Within one call the last line of a key counts.
    """
    wanted = {(row.level, row.key): (row, row.digest()) for row in rows}
    standing = _standing(source, [key for _level, key in wanted])
    fresh: list[Line] = []
    unchanged = corrected = 0
    for (level, key), (row, digest) in wanted.items():
        old = standing.get((level, key))
        if old is not None and old.kind != "reversal" and old.content_hash == digest:
            unchanged += 1
            continue
        if old is not None and old.kind != "reversal":
            fresh.append(_reversal(old, batch_id))
            corrected += 1
        revision = old.revision + 1 if old is not None else 1
        fresh.append(_line(row, digest, source, revision, batch_id))
    _write(actor, fresh, batch_id)
    created = len(fresh) - 2 * corrected
    return Posted(created, unchanged + len(rows) - len(wanted), corrected)


def reverse_batch(actor: Actor, *, batch_id: int) -> int:
    """Undo a batch by reversing every line of it that still stands. Returns how many."""
    held = Line.objects.unscoped("posting").filter(batch_id=batch_id, line__isnull=True).exclude(kind="reversal")
    reversals = [_reversal(old, None) for old in held]
    _write(actor, reversals, batch_id)
    return len(reversals)


def _standing(source: str, keys: list[str]) -> dict[tuple[str, str], Line]:
    """The newest line of each key (a reversal comes after what it reverses)."""
    found: dict[tuple[str, str], Line] = {}
    for start in range(0, len(keys), CHUNK):
        held = Line.objects.unscoped("posting").filter(source=source, business_key__in=keys[start : start + CHUNK])
        for line in held.order_by("id"):
            found[line.level, line.business_key] = line
    return found


def _line(row: LineIn, digest: str, source: str, revision: int, batch_id: int | None) -> Line:
    values = {name: getattr(row, name) for name in LineIn.__dataclass_fields__}
    net = row.gross_minor - row.discount_minor
    keys = {"business_key": row.key, "revision": revision, "content_hash": digest}
    return Line(**values, **keys, net_minor=net, source=source, batch_id=batch_id)


def _reversal(old: Line, batch_id: int | None) -> Line:
    """The same line with every amount turned round. It keeps the business date of what it reverses."""
    kept = ("level", "business_date", "party_id", "product_id", "currency", "document", "line_no", "source")
    values = {name: getattr(old, name) for name in (*kept, "business_key", "revision", "content_hash")}
    values |= {"counterparty": old.counterparty, "place": old.place}
    turned = ("quantity", "gross_minor", "discount_minor", "net_minor", "tax_minor", "freight_minor")
    values |= {name: -getattr(old, name) for name in turned}
    return Line(**values, kind="reversal", corrects_id=old.pk, batch_id=batch_id)


def _write(actor: Actor, fresh: list[Line], batch_id: int | None) -> None:
    if not fresh:
        return
    Line.objects.bulk_create(fresh, batch_size=1000)
    sums: dict[str, int] = {}
    digest = hashlib.sha256()
    for line in fresh:
        sums[line.currency] = sums.get(line.currency, 0) + line.net_minor
        digest.update(f"{line.kind}|{line.source}|{line.revision}|{line.content_hash}\n".encode())
    book.record(actor, facts.LinesPosted(batch_id, len(fresh), sums, digest.hexdigest()))
