"""A distributor's ledger as he sent it: which column is what, and every line as the statement counts it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.documents.sheet import csv_text, xlsx
from gongying.core.files import shelf
from gongying.core.intake import columns, fields, reading
from gongying.core.refusal import Refused
from gongying.core.words import is_chinese
from gongying.engines.reconcile_keys import spell

from ..models import LedgerLayout, LedgerLine, Statement
from ..rules import LEDGER, MOST_LINES, effect

SHOWN = 12  # lines of a preview
AMOUNTS = ("debit", "credit", "amount")


@dataclass(frozen=True)
class Theirs:
    """One line of his ledger; `amount_minor` counts like the statement."""

    row: int
    day: date
    number: str
    kind: str
    text: str
    account: str
    currency: str
    amount_minor: int

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two sent lines the same line."""
        return (self.account, self.currency, self.day, self.number, self.amount_minor, self.text)


@dataclass
class Sent:
    """A file as it is understood: its headers, the column of each field, what is lacking, its lines, and rows with faults.

    `sheets` are the sheet that is read and those after it; `turned` whether it is written from our side.
    """

    header: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    lacking: list[fields.Field] = field(default_factory=list)
    lines: list[Theirs] = field(default_factory=list)
    failures: list[columns.Failure] = field(default_factory=list)
    sheets: tuple[str, ...] = ()
    turned: bool = False

    def chosen(self) -> dict[str, str]:
        """Field by field the header it is read from."""
        return {
            each.name: self.header[self.places[each.name]] if each.name in self.places else "" for each in LEDGER
        }


def layout(party_id: int) -> tuple[dict[str, str], bool]:
    """The headers of the distributor's last ledger, and whether it was written from our side."""
    row = LedgerLayout.objects.unscoped("reading a ledger").filter(party_id=party_id).first()
    return (dict(row.columns), row.turned) if row else ({}, False)


def read(
    actor: Actor, statement: Statement, file_id: int, chosen: Mapping[str, str] | None, turned: bool | None
) -> Sent:
    """Read a stored ledger. Without `chosen` the columns of his last ledger are tried, then the usual names; without `turned`
    the side is the one on which more numbers agree with ours. Raises Refused for a file that cannot be read."""
    file = shelf.find(actor, file_id)
    kept, before = layout(statement.party_id)
    found, frames = Sent(), []
    for piece in reading.through(shelf.path_of(file), file.name, _begin(chosen, kept)):
        found.header, found.places, found.lacking, frame = piece.load
        found.sheets = piece.sheets
        if frame is None:
            break
        frames.append(frame)
        if sum(map(len, frames)) > MOST_LINES:
            raise Refused(
                _("A ledger has at most %(most)s lines.") % {"most": f"{MOST_LINES:,}"},
                code="too_many",
                field="file",
                remedy=_("Send the days of the statement only."),
            )
    found.failures = [each for frame in frames for each in frame.failures]
    found.turned = _is_turned(statement, frames, before) if turned is None else turned
    found.lines = [each for frame in frames for each in _lines(frame, statement, found.turned)]
    return found


def _begin(chosen: Mapping[str, str] | None, kept: Mapping[str, str]) -> reading.Begin:
    def begin(head: list[list[Any]]) -> tuple[int, reading.Work]:
        there = {fields.spelling(cell) for row in head for cell in row}
        usable = {name: title for name, title in kept.items() if fields.spelling(title) in there}
        skipped, titles, places = columns.find_header(head, LEDGER, chosen or usable or None)
        if chosen is None and usable:  # a field that the last ledger did not have is looked for by its usual names
            others = [each for each in LEDGER if each.name not in usable]
            places = columns.find_header(head, others)[2] | places
        lacking = [each for each in LEDGER if each.required and each.name not in places]
        if not any(name in places for name in AMOUNTS):
            lacking += [each for each in LEDGER if each.name in ("debit", "credit")]
        told = [fields.plain(title) for title in titles]

        def work(first: int, rows: list[list[Any]]) -> Any:
            frame = None if lacking else columns.frame_of(LEDGER, places, first, rows)
            return told, places, lacking, frame

        return skipped, work

    return begin


def _lines(frame: columns.Frame, statement: Statement, turned: bool) -> list[Theirs]:
    found = []
    for number, row in zip(frame.numbers, frame.each(), strict=True):
        account = row.get("account") or "receivable"
        amounts = [row.get(name) or 0 for name in AMOUNTS]
        amount = effect(account, *amounts, turned=turned)
        if amount:
            currency = row.get("currency") or statement.party.currency
            texts = {name: str(row.get(name) or "") for name in ("number", "kind", "text")}
            found.append(
                Theirs(row=number, day=row["day"], account=account, currency=currency, amount_minor=amount, **texts)
            )
    return found


def _is_turned(statement: Statement, frames: Sequence[columns.Frame], before: bool) -> bool:
    """Whether more numbers agree with ours when the sides are exchanged; where none speaks, as it was `before`."""
    rows = LedgerLine.objects.unscoped("reading a ledger").filter(party_id=statement.party_id, side="ours")
    ours = Counter((spell(number).tokens, amount) for number, amount in rows.values_list("number", "amount_minor"))
    votes = [0, 0]
    for frame in frames:
        for turned in (False, True):
            lines = _lines(frame, statement, turned)
            votes[turned] += sum(
                (spell(each.number).tokens, each.amount_minor) in ours for each in lines if each.number
            )
    return before if votes[True] == votes[False] else votes[True] > votes[False]


def template(*, as_csv: bool = False) -> bytes:
    """An empty ledger with one example row, headers in the reader's language."""
    head = [each.header if is_chinese() else each.english for each in LEDGER]
    example = [each.example for each in LEDGER]
    return csv_text(head, [example]).encode("utf-8-sig") if as_csv else xlsx("ledger", head, [example])
