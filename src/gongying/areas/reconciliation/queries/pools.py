"""What the verbs read before they write: the policy, what is new on the accounts, and the lines that are still free."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet, Sum

from gongying.books.money import read as money
from gongying.core.actor import SYSTEM
from gongying.core.policies import read as policies
from gongying.core.refusal import Missing
from gongying.engines.reconcile import Outcome
from gongying.engines.reconcile_keys import Line

from ..models import Difference, Feed, Ledger, LedgerLine, Leg, Section, Statement
from ..rules import RULES, SIGNS, Rules, made_by

Account = tuple[str, str]  # kind and currency


@dataclass(frozen=True)
class Held:
    """The rules that hold for a distributor on a day, and the version they stand in (None: no policy says otherwise)."""

    rules: Rules
    version_id: int | None
    hash: str


def rules_of(party_id: int | None, on: date) -> Held:
    """How statements of a distributor are drawn and answered on a day (`reconciliation.rules`)."""
    try:
        found = policies.value(RULES.code, RULES.key, on, party_id)
    except Missing:
        return Held(Rules(), None, "")
    document = found.document
    return Held(document if isinstance(document, Rules) else Rules(), found.version_id, found.hash)


@dataclass(frozen=True)
class Posted:
    """One posted transfer as one account of the distributor feels it; `amount_minor` counts like the statement."""

    transfer_id: int
    account: Account
    day: date
    number: str
    kind: str
    amount_minor: int
    at: datetime


def new_legs(party_id: int) -> list[Posted]:
    """Posted transfers of a distributor's accounts that were not taken up yet, oldest first.

    What was not taken up is asked for by name, not by number: of two that post at once the lower number may be seen later.
    Only far behind the newest is it enough to know the number (`Feed.upto`).
    """
    known = feeds(party_id)
    rows = money.accounts(SYSTEM).filter(holder_id=party_id, kind__in=SIGNS)
    marks = {row.pk: known[key].upto if (key := (row.kind, row.currency)) in known else 0 for row in rows}
    if not marks:
        return []
    new = reduce(or_, (Q(id__gt=upto) & (Q(debit_id=pk) | Q(credit_id=pk)) for pk, upto in marks.items()))
    found = []
    taken = set(
        Leg.objects.unscoped("taking lines up")
        .filter(party_id=party_id, transfer_id__gt=min(marks.values()))
        .values_list("transfer_id", "account")
    )
    for row in money.transfers(SYSTEM, start=date.min, end=date.max).filter(new).order_by("id"):
        for own, other, sign in ((row.credit, row.debit, 1), (row.debit, row.credit, -1)):
            if own.pk in marks and row.pk > marks[own.pk] and (row.pk, own.kind) not in taken:
                amount = row.amount_minor * sign * SIGNS[own.kind]
                kind = made_by(own.kind, other.kind, amount)
                key = (own.kind, own.currency)
                found.append(Posted(row.pk, key, row.business_date, row.document, kind, amount, row.at))
    return found


def feeds(party_id: int) -> dict[Account, Feed]:
    """How far each account of a distributor was taken up."""
    rows = Feed.objects.unscoped("taking lines up").filter(party_id=party_id)
    return {(row.account, row.currency): row for row in rows}


def latest(party_id: int) -> Statement | None:
    """The newest statement of a distributor."""
    rows: QuerySet[Statement] = Statement.objects.unscoped("drawing").filter(party_id=party_id)
    return rows.order_by("-end").first()


def stated(party_id: int) -> dict[Account, int]:
    """What is on the statements of a distributor so far: before the first line and every line since, by account."""
    sums: dict[Account, int] = {key: feed.before_minor for key, feed in feeds(party_id).items()}
    rows = LedgerLine.objects.unscoped("drawing").filter(party_id=party_id, side="ours", statement__isnull=False)
    grouped = rows.order_by().values_list("account", "currency").annotate(total=Sum("amount_minor"))
    for account, currency, total in grouped:
        sums[account, currency] = sums.get((account, currency), 0) + total
    return sums


@dataclass(frozen=True)
class Cover:
    """What a ledger of the distributor speaks of: accounts and days [since, until)."""

    account: Account
    since: date
    until: date


def covers(party_id: int) -> list[Cover]:
    """What the ledgers that stand speak of."""
    rows = Ledger.objects.unscoped("matching").filter(party_id=party_id, replaced=False)
    return [
        Cover((code.partition(":")[0], code.partition(":")[2]), row.since, row.until)
        for row in rows
        for code in row.accounts
    ]


def free(party_id: int, side: str) -> list[LedgerLine]:
    """The lines of a side that no match holds and nobody has settled otherwise."""
    rows = LedgerLine.objects.unscoped("matching").filter(party_id=party_id, side=side, match__isnull=True)
    rows = rows.filter(settled=False, withdrawn=False).exclude(amount_minor=0)
    return list(rows.select_related("difference").order_by("id"))


def line_of(row: LedgerLine) -> Line:
    """An entry as the engine takes it."""
    return Line(str(row.pk), row.day, row.number, row.amount_minor, row.account, row.currency, row.text)


def ledger_of(statement: Statement) -> Ledger | None:
    """The ledger of the distributor that stands for a statement."""
    rows: QuerySet[Ledger] = Ledger.objects.unscoped("bridging").filter(statement=statement, replaced=False)
    return rows.order_by("-id").first()


def opening_difference(party_id: int, account: Account) -> Difference | None:
    """What is apart on an account without a line that says why."""
    rows: QuerySet[Difference] = Difference.objects.unscoped("bridging").filter(
        party_id=party_id, account=account[0], currency=account[1], kind="opening"
    )
    return rows.exclude(state="closed").order_by("id").first()


def explained(statement: Statement, account: Account) -> tuple[list[Outcome], int]:
    """Why both closings of a statement's account differ, by what either side had booked at its end: as outcomes of the
    engine, and as ours less theirs (minor units) of what runs before it and people let stand.

    Of lines that belong together, those beyond the end do not count: their partners were in transit. Lines that he agreed
    to without a line of his own, and lines nobody answered, differ by nothing.
    """
    known = set(
        Statement.objects.unscoped("bridging")
        .filter(party_id=statement.party_id, end__lte=statement.end)
        .values_list("pk", flat=True)
    )

    def inside(row: LedgerLine) -> bool:
        return row.statement_id in known if row.side == "ours" else row.day < statement.end

    every = LedgerLine.objects.unscoped("bridging").filter(
        party_id=statement.party_id, account=account[0], currency=account[1], withdrawn=False
    )
    beyond = Q(side="ours") & (Q(statement__isnull=True) | ~Q(statement_id__in=known))
    late = every.filter(beyond | Q(side="theirs", day__gte=statement.end), match__isnull=False)
    telling = Q(match_id__in=late.values("match_id")) | (Q(match__isnull=False) & ~Q(match__difference_minor=0))
    standing = Q(match__isnull=True, difference__isnull=False) & ~Q(difference__state="closed")
    groups: dict[tuple[str, int], list[LedgerLine]] = defaultdict(list)
    for row in every.filter(telling | standing).select_related("match", "difference").order_by("id"):
        groups[("match", row.match_id) if row.match_id else ("difference", row.difference_id or 0)].append(row)
    outcomes, let = [], _waived_openings(statement, account)
    for (what, _pk), rows in groups.items():
        here = [row for row in rows if inside(row)]
        ours = tuple(line_of(row) for row in here if row.side == "ours")
        theirs = tuple(line_of(row) for row in here if row.side == "theirs")
        match, difference = rows[0].match, rows[0].difference
        if what == "difference" and difference is not None:
            made = Outcome(difference.kind, difference.reason, ours, theirs)
        elif len(here) < len(rows):
            made = Outcome("ours" if ours else "theirs", "transit", ours, theirs)
        elif match is not None and match.statement_id != statement.pk:
            let += match.difference_minor
            continue
        else:
            made = Outcome("matched", match.reason if match else "", ours, theirs)
        outcomes += [made] if made.difference else []
    return outcomes, let


def _waived_openings(statement: Statement, account: Account) -> int:
    """Openings that both sides let stand."""
    rows = Difference.objects.unscoped("bridging").filter(
        party_id=statement.party_id, account=account[0], currency=account[1], kind="opening", how="waived"
    )
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


def sections_of(statements: Iterable[int]) -> dict[int, list[Section]]:
    """The sections of statements, receivables first."""
    found: dict[int, list[Section]] = defaultdict(list)
    order = list(SIGNS)
    rows = Section.objects.unscoped("of statements in scope").filter(statement_id__in=list(statements))
    for row in sorted(rows, key=lambda each: (each.currency != "CNY", each.currency, order.index(each.account))):
        found[row.statement_id].append(row)
    return found


def posted(party_id: int) -> dict[Account, int]:
    """The posted balances of a distributor's accounts, as the statement counts them."""
    rows = money.accounts(SYSTEM).filter(holder_id=party_id, kind__in=SIGNS)
    return {(row.kind, row.currency): row.balance_minor * SIGNS[row.kind] for row in rows}
