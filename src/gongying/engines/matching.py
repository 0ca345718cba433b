"""Which open documents a payment settles: a proposal that says why, document by document. Amounts are minor units.

In this order: documents that the payer's text names; one document (or all, or the oldest so many) of exactly the amount; the
oldest first. What is over stays with the payer. `sure` is what needs no second look: named, or exact.

Source: the practice of the field (docs/algorithms/credit.md).

>>> open_ = [Due("FP-1", 1, 300), Due("FP-2", 2, 500), Due("FP-3", 3, 200)]
>>> [(use.document, use.amount, use.why) for use in propose(500, open_).uses]
[('FP-2', 500, 'exact')]
>>> [(use.document, use.amount, use.why) for use in propose(900, open_, "货款 fp－3").uses]
[('FP-3', 200, 'named'), ('FP-1', 300, 'oldest'), ('FP-2', 400, 'oldest')]
>>> propose(1200, open_).left
200
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

SHORTEST = 4  # signs of a number before a text can name it


@dataclass(frozen=True, slots=True)
class Due:
    """An open document: its number, its place by age (smaller is older), what is open; `also` are other numbers that people
    write instead (its order, its delivery)."""

    document: str
    rank: int
    open: int
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """So much of the payment for a document, and why: named, exact, oldest."""

    document: str
    amount: int
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a payment settles, and what is left of it. `sure` says that every use is named or exact."""

    uses: list[Use] = field(default_factory=list)
    left: int = 0

    @property
    def sure(self) -> bool:
        """Whether nothing rests on age alone."""
        return all(use.why != "oldest" for use in self.uses)


def plain(text: str) -> str:
    """A text with what people write differently made alike: full-width signs, case, spaces, dashes, underscores.

    >>> plain("ＦＰ－2026 07"), plain("fp_202607")
    ('FP202607', 'FP202607')
    """
    return re.sub(r"[\s\-–—_/·.]+", "", unicodedata.normalize("NFKC", text)).upper()


def named(text: str, open_documents: Iterable[Due]) -> list[Due]:
    """The documents that a text names, oldest first. A number names nothing where a longer one stands (FP-1 in FP-12)."""
    written = plain(text)
    found = []
    for due in sorted(open_documents, key=lambda each: each.rank):
        names = [plain(name) for name in (due.document, *due.also) if name]
        if any(_stands(name, written) for name in names):
            found.append(due)
    return found


def _stands(name: str, written: str) -> bool:
    """Whether a name stands in a text by itself, not as a part of a longer number."""
    if len(name) < SHORTEST - 1:
        return False
    for hit in re.finditer(re.escape(name), written):
        before, after = written[hit.start() - 1 : hit.start()], written[hit.end() : hit.end() + 1]
        if not (name[-1].isdigit() and after.isdigit()) and not (name[0].isdigit() and before.isdigit()):
            return True
    return False


def propose(amount: int, open_documents: Sequence[Due], text: str = "") -> Proposal:
    """What a payment of an amount settles."""
    rows = sorted((due for due in open_documents if due.open > 0), key=lambda each: each.rank)
    left, uses = amount, list[Use]()
    for due in named(text, rows):
        if left > 0:
            uses.append(Use(due.document, min(left, due.open), "named"))
            left -= uses[-1].amount
    taken = {use.document for use in uses}
    rest = [due for due in rows if due.document not in taken]
    fitting = [] if uses and not left else _exact(left, rest)
    for due in fitting or rest:
        if left > 0:
            uses.append(Use(due.document, min(left, due.open), "exact" if fitting else "oldest"))
            left -= uses[-1].amount
    return Proposal(uses, left)


def _exact(amount: int, rows: Sequence[Due]) -> list[Due]:
    """The one document of this amount (the oldest of several), or the oldest so many that add up to it."""
    for due in rows:
        if due.open == amount:
            return [due]
    for count, total in enumerate(accumulate(due.open for due in rows), 1):
        if total == amount:
            return list(rows[:count])
    return []
