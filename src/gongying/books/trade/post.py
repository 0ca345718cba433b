"""The only writer of sales lines: idempotent by business key, corrections as new postings."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from itertools import compress
from operator import sub
from typing import Any, NamedTuple

from gongying.core.actor import Actor
from gongying.core.closing import gate
from gongying.core.journal import book
from gongying.core.posting import DIGITS, Posted, digest_of, insert, select_by_keys, stamp, turn

from . import facts
from .models import Line, Origin

__all__ = ["LineIn", "Posted", "columns", "came_from", "lines", "ready", "reverse_batch"]


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
KEY = ("party_id", "document", "line_no")
OFTEN_ALIKE = (
    "level",
    "currency",
    "discount_minor",
    "line_no",
    "tax_minor",
    "freight_minor",
    "kind",
    "counterparty",
    "place",
)
TAIL = ("source", "batch_id", "posted_at")
READ = ("id", *COLUMNS)
_KEY = READ.index("business_key")
_DAY = COLUMNS.index("business_date")
_CORRECTS = COLUMNS.index("corrects_id")
_REVISION, _HASH, _KIND = READ.index("revision"), READ.index("content_hash"), READ.index("kind")
_TURNED = {"quantity", "gross_minor", "discount_minor", "net_minor", "tax_minor", "freight_minor"}
Row = tuple[Any, ...]


def lines(actor: Actor, rows: Sequence[LineIn], *, source: str, batch_id: int | None = None) -> Posted:
    """Post lines. A known key with the same content is left alone; with other content it is reversed and
    posted anew, so a later settlement trues up by itself. Within one call the last line of a key counts.
    """
    turn(Line)
    wanted = {(row[0], f"{row[2] or 0}/{row[8]}/{row[9]}"): row for row in rows}
    standing: dict[tuple[str, str], Row] = {}
    for level in {level for level, _key in wanted}:
        keys = [key for of, key in wanted if of == level]
        where = {"level": level, "source": source}
        for held in select_by_keys(Line, READ, where, keys, key="business_key"):
            standing[level, held[_KEY]] = held  # a reversal comes after what it reverses
    fresh: list[Row] = []
    unchanged = corrected = 0
    for name, row in wanted.items():
        digest, revision = digest_of(row), 1
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


def ready(held: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """The columns of lines (the fields of `LineIn`) with those of their first revision: net amount, business key, content hash.

    It is the part of posting that can be done where the lines are read. The values are those of `LineIn.key` and `digest_of`.
    """
    count = len(held["level"])
    days = {day: day.isoformat() for day in set(held["business_date"])}
    columns = {name: held[name] for name in LineIn._fields}
    columns["business_date"] = list(map(days.__getitem__, held["business_date"]))
    net = list(map(sub, held["gross_minor"], held["discount_minor"]))
    keys = [f"{party or 0}/{paper}/{line}" for party, paper, line in zip(*map(held.__getitem__, KEY), strict=True)]
    alike = {name for name in OFTEN_ALIKE if count and held[name].count(held[name][0]) == count}
    form = "|".join(str(held[name][0]).replace("%", "%%") if name in alike else "%s" for name in LineIn._fields)
    texts = map(form.__mod__, zip(*(columns[name] for name in LineIn._fields if name not in alike), strict=True))
    digests = [sha256(text.encode()).hexdigest()[:DIGITS] for text in texts]
    return columns | {"net_minor": net, "business_key": keys, "content_hash": digests}


def columns(actor: Actor, held: Mapping[str, list[Any]], *, source: str, batch_id: int | None = None) -> Posted:
    """Post what `ready` made ready, of one level. Lines that are all new go straight in; others go the way of `lines`."""
    keys = held["business_key"]
    if not keys:
        return Posted(0, 0, 0)
    gate.months({day[:7] for day in set(held["business_date"])})
    turn(Line)
    where = {"level": held["level"][0], "source": source}
    known = next(select_by_keys(Line, ("id",), where, keys, key="business_key"), None)
    if known is not None or len(set(keys)) < len(keys) or len(set(held["level"])) > 1:
        days = list(map(date.fromisoformat, held["business_date"]))
        fields = [days if name == "business_date" else held[name] for name in LineIn._fields]
        return lines(actor, list(map(LineIn._make, zip(*fields, strict=True))), source=source, batch_id=batch_id)
    same = {"revision": 1, "source": source, "batch_id": batch_id, "posted_at": stamp()}
    same |= {name: held[name][0] for name in OFTEN_ALIKE if held[name].count(held[name][0]) == len(keys)}
    names = [name for name in (*LineIn._fields, "net_minor", "business_key", "content_hash") if name not in same]
    insert(Line, names, zip(*(held[name] for name in names), strict=True), same)
    sums: dict[str, int] = {}
    for currency in set(held["currency"]):
        mine = map(currency.__eq__, held["currency"])
        sums[currency] = sum(compress(held["net_minor"], mine))
    told = zip(held["kind"], held["content_hash"], strict=True)
    _tell(actor, batch_id, len(keys), sums, "".join([f"{kind}|{source}|1|{mark}\n" for kind, mark in told]))
    return Posted(len(keys), 0, 0)


def reverse_batch(actor: Actor, *, batch_id: int) -> int:
    """Undo a batch by reversing every line of it that still stands; what they had corrected stands again. Returns how many."""
    turn(Line)
    held = Line.objects.unscoped("posting").filter(batch_id=batch_id, line__isnull=True).exclude(kind="reversal")
    found = list(held.order_by("id").values_list(*READ, "source"))
    for source in {row[-1] for row in found}:
        _write(actor, [_reversal(row[:-1]) for row in found if row[-1] == source], source, batch_id)
    _restore(actor, batch_id, {(row[1], row[-1], row[_KEY]): row[_REVISION] for row in found})
    return len(found)


def _restore(actor: Actor, batch_id: int, gone: Mapping[tuple[str, str, str], int]) -> None:
    """Post anew the lines a batch had corrected, as lines of the batches they came with. `gone` are its last revisions."""
    held = Line.objects.unscoped("posting").filter(line__kind="reversal", line__batch_id=batch_id)
    again: dict[tuple[str, int | None], list[Row]] = {}
    for *row, source, batch in (
        held.exclude(batch_id=batch_id).order_by("id").values_list(*READ, "source", "batch_id")
    ):
        revision = gone.get((row[1], source, row[_KEY]))
        if revision is not None:
            fresh = dict(zip(READ, row, strict=True)) | {"revision": revision + 1, "corrects_id": None}
            fresh["business_date"] = str(fresh["business_date"])
            again.setdefault((source, batch), []).append(tuple(fresh[name] for name in COLUMNS))
    for (source, batch), rows in again.items():
        _write(actor, rows, source, batch)


def came_from(actor: Actor, days: Mapping[str, date], *, level: str, source: str) -> int:
    """Say of returned lines, by business key, on which day the goods were sold. What was said stays. Returns how many were
    new."""
    held = Line.objects.unscoped("posting").filter(
        level=level, source=source, business_key__in=list(days), origin__isnull=True
    )
    made = [Origin(line_id=pk, origin_on=days[key]) for pk, key in held.values_list("id", "business_key")]
    return len(Origin.objects.unscoped("posting").bulk_create(made))


def _carry_origins(reversed_ids: list[int]) -> None:
    """A reversal counts where what it reverses counts."""
    known = Origin.objects.unscoped("posting").filter(line_id__in=reversed_ids)
    days = dict(known.values_list("line_id", "origin_on"))
    if days:
        rows = Line.objects.unscoped("posting").filter(corrects_id__in=list(days)).values_list("id", "corrects_id")
        Origin.objects.unscoped("posting").bulk_create([Origin(line_id=pk, origin_on=days[of]) for pk, of in rows])


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
    gate.months({day[:7] for day in {row[_DAY] for row in fresh}})
    tail = (source, batch_id, stamp())
    insert(Line, (*COLUMNS, *TAIL), [row + tail for row in fresh])
    undone = [row[_CORRECTS] for row in fresh if row[_CORRECTS] is not None]
    if undone:
        _carry_origins(undone)
    money, net, kind = COLUMNS.index("currency"), COLUMNS.index("net_minor"), COLUMNS.index("kind")
    revision, mark = COLUMNS.index("revision"), COLUMNS.index("content_hash")
    sums: dict[str, int] = {}
    for row in fresh:
        sums[row[money]] = sums.get(row[money], 0) + row[net]
    text = "".join([f"{row[kind]}|{source}|{row[revision]}|{row[mark]}\n" for row in fresh])
    _tell(actor, batch_id, len(fresh), sums, text)


def _tell(actor: Actor, batch_id: int | None, count: int, sums: dict[str, int], text: str) -> None:
    """One fact for all lines; its digest covers every one in order."""
    digest = sha256(text.encode()).hexdigest()
    book.record(actor, facts.LinesPosted(batch_id, count, sums, digest))
