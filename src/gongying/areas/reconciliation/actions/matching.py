"""Match both ledgers of a distributor, and keep what came out: matches, differences, and the bridge of the statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.journal import book
from gongying.engines.reconcile import MATCHED, Outcome, bridge, reconcile

from .. import facts, queries
from ..models import Difference, LedgerLine, Match, Section, Statement
from ..queries import pools
from ..rules import turn_of
from . import collecting, notes


@dataclass(frozen=True)
class Ran:
    """What a run came to: matches made, differences that are new, that closed by themselves, and that are open now."""

    matched: int
    opened: int
    closed: int
    open: int


@action(needs="reconciliation.match", roles=("admin", "finance", "regional"))
def match(actor: Actor, *, soa_id: int) -> Ran:
    """Match both ledgers of a statement's distributor again, with everything that was posted since: what a correction makes
    up for closes by itself."""
    row = queries.locked(actor, soa_id)
    collecting.alone(row.party_id)
    collecting.collect(row.party_id, row.start)
    return run(actor, pools.latest(row.party_id) or row, timezone.localdate())


def run(actor: Actor, statement: Statement, today: date) -> Ran:
    """One run over everything of the distributor that is free; what is new is found on `statement`, his newest."""
    party_id = statement.party_id
    rules = pools.rules_of(party_id, today).rules
    ours, theirs = pools.free(party_id, "ours"), pools.free(party_id, "theirs")
    covers = pools.covers(party_id)
    cut_off = max([statement.end, *(cover.until for cover in covers)])
    apart = frozenset(str(each.pk) for each in (*ours, *theirs) if each.apart)
    lines = (map(pools.line_of, ours), map(pools.line_of, theirs))
    found = reconcile(*lines, rules.terms(cut_off), apart)
    rows = {str(each.pk): each for each in (*ours, *theirs)}
    work = _Run(actor, statement, today, rows, covers, today + timedelta(days=rules.difference_days))
    for each in found:
        work.keep(each)
    return work.end()


def bridges(actor: Actor, statement: Statement) -> None:
    """Write the bridges of a statement anew: something was answered without a run."""
    _Run(actor, statement, timezone.localdate(), {}, pools.covers(statement.party_id)).bridge()


class _Run:
    """What a run keeps of its outcomes."""

    def __init__(
        self,
        actor: Actor,
        statement: Statement,
        today: date,
        rows: dict[str, LedgerLine],
        covers: Sequence[pools.Cover],
        due: date | None = None,
    ) -> None:
        self.actor, self.statement, self.today = actor, statement, today
        self.rows, self.covers, self.due = rows, covers, due
        self.matched = self.opened = self.closed = 0

    def keep(self, outcome: Outcome) -> None:
        """A match closes what was open about its lines; anything else is a difference, unless nobody answered yet."""
        entries = [self.rows[line.key] for line in (*outcome.ours, *outcome.theirs)]
        held = {
            each.difference.pk: each.difference
            for each in entries
            if each.difference is not None and each.difference.state != "closed"
        }
        open_ones = [held[pk] for pk in sorted(held)]
        if outcome.kind == MATCHED:
            keep_match(self.actor, self.statement, outcome.account, outcome.reason, outcome.difference, entries)
            self.matched += 1
            for each in open_ones:
                self._close(each, "matched")
        elif open_ones or outcome.theirs or any(self._answered(each) for each in entries):
            self._differ(outcome, entries, open_ones)

    def _answered(self, entry: LedgerLine) -> bool:
        """Whether a ledger of his speaks of the account and day of our line."""
        here = (entry.account, entry.currency)
        return any(each.account == here and each.since <= entry.day < each.until for each in self.covers)

    def _differ(self, outcome: Outcome, entries: Sequence[LedgerLine], held: Sequence[Difference]) -> None:
        values = _values(outcome)
        if held:
            row = held[0]
            for other in held[1:]:
                self._close(other, "joined")
            _change(row, values)
        else:
            row = open_difference(self.actor, self.statement, outcome.account, values, self.today, self.due)
            self.opened += 1
        ids = [each.pk for each in entries]
        LedgerLine.objects.unscoped("matching").filter(pk__in=ids).update(difference=row)

    def _close(self, row: Difference, how: str) -> None:
        if row.state != "closed":
            close(self.actor, row, how, self.today)
            self.closed += 1

    def end(self) -> Ran:
        """Close what has no line left, write the bridges, and say what the run came to."""
        live = Difference.objects.unscoped("matching").filter(party_id=self.statement.party_id)
        live = live.exclude(state="closed")
        free = LedgerLine.objects.unscoped("matching").filter(match__isnull=True, withdrawn=False)
        free = free.filter(difference__isnull=False)
        for row in live.exclude(kind="opening").exclude(pk__in=free.values("difference_id")):
            self._close(row, "matched")
        self.bridge()
        return Ran(self.matched, self.opened, self.closed, live.count())

    def bridge(self) -> None:
        """Write the bridges of the statement, account by account."""
        for section in pools.sections_of([self.statement.pk]).get(self.statement.pk, []):
            self._bridge(section)

    def _bridge(self, section: Section) -> None:
        """From our closing to his, by what either side had booked when the month ended."""
        key = (section.account, section.currency)
        outcomes, let = pools.explained(self.statement, key)
        told = sum(each.difference for each in outcomes) + let
        opening = pools.opening_difference(self.statement.party_id, key)
        ledger = pools.ledger_of(self.statement)
        theirs = ledger.closings.get(":".join(key)) if ledger else None
        answered = theirs is not None or any(each.account == key for each in self.covers) or bool(outcomes)
        if theirs is None:
            theirs = section.closing_minor - told - (opening.amount_minor if opening else 0)
        self._opening(key, section.closing_minor - theirs - told, opening)
        made = bridge(outcomes, (section.opening_minor, section.closing_minor), (0, theirs), settled_before=let)
        section.their_closing_minor = theirs if answered else None
        section.bridge = [[step.kind, step.reason, step.count, step.amount] for step in made.steps]
        section.save(update_fields=["their_closing_minor", "bridge"])

    def _opening(self, key: pools.Account, rest: int, row: Difference | None) -> None:
        """What no line explains is a difference of its own, as long as there is some."""
        if row is not None and not rest:
            self._close(row, "matched")
        elif row is not None and row.amount_minor != rest:
            row.ours_minor, row.theirs_minor, row.amount_minor, row.state = rest, 0, rest, "open"
            row.save(update_fields=["ours_minor", "theirs_minor", "amount_minor", "state"])
        elif row is None and rest:
            values = {
                "kind": "opening", "reason": "opening", "number": "", "day": self.statement.start,
                "ours_minor": rest, "theirs_minor": 0, "amount_minor": rest,
            }  # fmt: skip
            open_difference(self.actor, self.statement, key, values, self.today, self.due)
            self.opened += 1


def _values(outcome: Outcome) -> dict[str, Any]:
    """An outcome as the columns of a difference."""
    first = min((*outcome.ours, *outcome.theirs), key=lambda line: (line.day, line.key))
    ours, theirs = (sum(line.amount for line in lines) for lines in (outcome.ours, outcome.theirs))
    return {
        "kind": outcome.kind,
        "reason": outcome.reason,
        "number": next((line.number for line in (*outcome.ours, *outcome.theirs) if line.number), "")[:60],
        "day": first.day,
        "ours_minor": ours,
        "theirs_minor": theirs,
        "amount_minor": ours - theirs,
    }


def _change(row: Difference, values: dict[str, Any]) -> None:
    """What a run knows better; another amount opens again what was agreed on, another kind is another's turn."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return
    if row.state == "agreed" and "amount_minor" in changed:
        changed["state"] = "open"
    if changed.keys() & {"kind", "reason"} and row.state == "open":
        changed["turn"] = turn_of(values["kind"], values["reason"])
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(update_fields=list(changed))


def keep_match(
    actor: Actor,
    statement: Statement,
    account: pools.Account,
    reason: str,
    difference: int,
    entries: Iterable[LedgerLine],
) -> Match:
    """Lines that belong together from now on; `difference` (ours less theirs) is what both let stand."""
    made: Match = Match.objects.create(
        party_id=statement.party_id,
        account=account[0],
        currency=account[1],
        reason=reason,
        difference_minor=difference,
        statement=statement,
        by=actor.name,
    )
    ids = [each.pk for each in entries]
    LedgerLine.objects.unscoped("matching").filter(pk__in=ids).update(match=made)
    return made


def open_difference(
    actor: Actor,
    statement: Statement,
    account: pools.Account,
    values: dict[str, Any],
    today: date,
    due: date | None = None,
) -> Difference:
    """A difference begins; it is found on `statement` and lives until it is closed. `due` is by when somebody should have
    settled it; what only time settles has no such day."""
    row: Difference = Difference.objects.create(
        party_id=statement.party_id,
        statement=statement,
        account=account[0],
        currency=account[1],
        turn=turn_of(values["kind"], values["reason"]),
        due_on=due if turn_of(values["kind"], values["reason"]) else None,
        opened_on=today,
        **values,
    )
    notes.keep(actor, statement, "opened", difference=row)
    told = (row.pk, row.party_id, row.account, row.currency, row.kind, row.amount_minor)
    book.record(actor, facts.DifferenceOpened(*told))
    return row


def close(actor: Actor, row: Difference, how: str, today: date) -> None:
    """A difference is none any more."""
    row.state, row.how, row.closed_on, row.closed_by, row.turn = "closed", how, today, actor.name, ""
    row.save(update_fields=["state", "how", "closed_on", "closed_by", "turn"])
    notes.keep(actor, row.statement, "closed", how, difference=row)
    book.record(actor, facts.DifferenceClosed(row.pk, row.party_id, how, row.amount_minor))
