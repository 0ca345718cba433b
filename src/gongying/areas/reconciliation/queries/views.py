"""Statements for the eye: both ledgers side by side, what a selection comes to, the timeline."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.soundness import sound

from ..models import Difference, Feed, LedgerLine, Note, Section, Statement
from ..rules import SIGNS
from . import pools
from .statements import figures, lines

FEED = 60  # lines of a timeline


@dataclass
class Pair:
    """One row of the two ledgers side by side: lines that belong together (or one alone), why, and what is between them."""

    ours: list[LedgerLine] = field(default_factory=list)
    theirs: list[LedgerLine] = field(default_factory=list)
    found: str = ""  # the reason of a match, the kind of a difference, "" when nobody answered yet
    state: str = ""  # matched | open | agreed | "" (not answered) | settled
    difference: Difference | None = None

    @property
    def between(self) -> int:
        """Ours less theirs, minor units."""
        return sum(e.amount_minor for e in self.ours) - sum(e.amount_minor for e in self.theirs)

    @property
    def first(self) -> LedgerLine:
        """The line it is sorted by."""
        return min((*self.ours, *self.theirs), key=lambda e: (e.day, e.pk))


def both(actor: Actor, row: Statement, account: str, currency: str) -> list[Pair]:
    """The lines of one account of a statement side by side, by day. Partners of other months stand beside them."""
    here = list(lines(actor, row).filter(account=account, currency=currency))
    held = {e.match_id for e in here if e.match_id}, {e.difference_id for e in here if e.difference_id}
    known = {e.pk for e in here}
    partners = _partners(actor, row, held)
    groups: dict[tuple[str, int], Pair] = defaultdict(Pair)
    for entry in (*here, *(e for e in partners if e.pk not in known)):
        live = entry.difference is not None and (entry.match_id is None)
        key = (
            ("m", entry.match_id)
            if entry.match_id
            else ("d", entry.difference_id or 0)
            if live
            else ("e", entry.pk)
        )
        pair = groups[key]
        (pair.ours if entry.side == "ours" else pair.theirs).append(entry)
        _judge(pair, entry, live=live)
    return sorted(groups.values(), key=lambda p: (p.first.day, p.first.pk))


def _judge(pair: Pair, entry: LedgerLine, *, live: bool) -> None:
    if entry.match is not None:
        pair.found, pair.state = entry.match.reason, "matched"
    elif live and entry.difference is not None and entry.difference.state != "closed":
        pair.found, pair.state, pair.difference = entry.difference.kind, entry.difference.state, entry.difference
    elif entry.settled:
        pair.state = "settled"


def _partners(actor: Actor, row: Statement, held: tuple[set[int], set[int]]) -> QuerySet[LedgerLine]:
    rows: QuerySet[LedgerLine] = LedgerLine.objects.for_actor(actor).filter(party_id=row.party_id, withdrawn=False)
    matched = rows.filter(match_id__in=held[0])
    apart = rows.filter(difference_id__in=held[1], match__isnull=True)
    return (matched | apart).select_related("match", "difference", "statement").order_by("day", "id")


def net(sections: Iterable[Section]) -> dict[str, int]:
    """What a distributor owes after what we hold for him, by currency, minor units: receivable less prepayment, deposit and
    rebate. Negative: we owe him."""
    sums: dict[str, int] = defaultdict(int)
    for each in sections:
        sums[each.currency] -= each.closing_minor * SIGNS[each.account]
    return dict(sorted(sums.items(), key=lambda pair: (pair[0] != "CNY", pair[0])))


def summed(rows: QuerySet[Difference]) -> dict[str, int]:
    """What open differences come to by currency, without regard to their sign, minor units."""
    sums: dict[str, int] = defaultdict(int)
    for currency, amount in rows.exclude(state="closed").order_by().values_list("currency", "amount_minor"):
        sums[currency] += abs(amount)
    return dict(sorted(sums.items(), key=lambda pair: (pair[0] != "CNY", pair[0])))


def timeline(actor: Actor, row: Statement) -> Sequence[Note]:
    """What happened to a statement and its differences, newest first."""
    rows = Note.objects.for_actor(actor).filter(statement=row).select_related("difference")
    return list(rows.order_by("-id")[:FEED])


@sound("reconciliation.lines", _("the lines of statements are what was posted on the accounts"))
def untold() -> Iterator[tuple[int, str, int, int]]:
    """Accounts whose lines are not what was posted up to the same transfer: (distributor, account, lines, posted)."""
    sums: dict[tuple[int, str, str], int] = defaultdict(int)
    rows = LedgerLine.objects.unscoped("reconciling").filter(side="ours").order_by()
    for party, account, currency, total in rows.values_list("party_id", "account", "currency").annotate(
        total=Sum("amount_minor")
    ):
        sums[party, account, currency] = total
    parties = set(Feed.objects.unscoped("reconciling").values_list("party_id", flat=True))
    for party_id in sorted(parties):
        waiting: dict[pools.Account, int] = defaultdict(int)
        for leg in pools.new_legs(party_id):
            waiting[leg.account] += leg.amount_minor
        for (account, currency), posted in pools.posted(party_id).items():
            feed = pools.feeds(party_id).get((account, currency))
            told = sums[party_id, account, currency] + (feed.before_minor if feed else 0)
            if told + waiting[account, currency] != posted:
                yield party_id, f"{account}:{currency}", told, posted


@sound("reconciliation.sealed", _("a confirmed statement says what was confirmed"))
def tampered() -> Iterator[tuple[str, str]]:
    """Confirmed statements that do not say any more what was confirmed: (number, what)."""
    rows = Statement.objects.unscoped("reconciling").filter(state="confirmed").select_related("party")
    for row in rows.order_by("id").iterator():
        if hashlib.sha256(row.sealed.encode()).hexdigest() != row.figures_hash:
            yield row.number, "hash"
        elif {name: value for name, value in json.loads(row.sealed).items() if name != "open"} != figures(row):
            yield row.number, "figures"
