"""The journal of a month for the general ledger, and what is checked before a month is closed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from gongying.books.money import read as money
from gongying.core import calendar, soundness
from gongying.core.actor import Actor
from gongying.core.closing import gate
from gongying.core.documents.sheet import csv_text
from gongying.core.policies import read as policies
from gongying.core.refusal import Refused
from gongying.engines.money import exponent

from ..models import BankLine, Journal, Payment, Request
from ..rules import LEDGER_MAP, LedgerMap

HEAD = (
    "voucher",
    "date",
    "document",
    "account",
    "account_name",
    "party",
    "party_name",
    "currency",
    "debit",
    "credit",
)
ACCRUED = ("refund_liability", "contract_liability")  # decided elsewhere, with a point of their own on the list


@dataclass(frozen=True)
class JournalRow:
    """A line of a voucher: debit or credit in major units, the other is 0."""

    voucher: str
    on: date
    document: str
    code: str
    name: str
    party: str
    party_name: str
    currency: str
    debit: Decimal
    credit: Decimal


@dataclass(frozen=True)
class Journalled:
    """The journal of a month: its rows, whether the month is closed (otherwise more may come), and the mapping."""

    month: str
    rows: list[JournalRow]
    closed: bool
    policy: str


def mapping(on: date) -> tuple[LedgerMap, str]:
    """The mapping of account kinds on a day, and the version as text."""
    found = policies.candidates(LEDGER_MAP.code, LEDGER_MAP.key, on)
    if not found:
        return LedgerMap(), ""
    document = policies.parsed(found[0])
    assert isinstance(document, LedgerMap)
    return document, f"billing.ledger_map v{found[0].version} {found[0].hash[:12]}"


def journal(actor: Actor, month: str) -> Journalled:
    """The journal of a month: one voucher a document, day and currency, numbered in the order of posting; each balances.

    The mapping is the one that holds on the last day. Raises Refused where an account has none."""
    span = calendar.period(month)
    if len(span.code) != 7:
        raise Refused(_("A month is written as 2026-07."), code="month", field="month")
    document, version = mapping(span.last_day)
    vouchers: dict[tuple[date, str, str], list[money.Transfer]] = defaultdict(list)
    for row in money.transfers(actor, start=span.start, end=span.end):
        vouchers[row.business_date, row.document, row.debit.currency].append(row)
    rows = []
    for number, ((on, paper, currency), found) in enumerate(vouchers.items(), 1):
        rows += _voucher(
            f"{document.word}-{span.code.replace('-', '')}-{number:05d}", on, paper, currency, found, document
        )
    return Journalled(span.code, rows, span.code in gate.closed([span.code]), version)


def _voucher(
    voucher: str, on: date, paper: str, currency: str, found: Iterable[money.Transfer], document: LedgerMap
) -> list[JournalRow]:
    """The rows of a voucher: an account and party once on each side, debits first."""
    sides: dict[tuple[int, str, str, str], int] = defaultdict(int)
    names: dict[tuple[int, str, str, str], tuple[str, str]] = {}
    for row in found:
        for side, account in enumerate((row.debit, row.credit)):
            code, name = _account(account, document)
            party = account.holder.code if account.holder else ""
            key = (side, code, party, account.kind)
            sides[key] += row.amount_minor
            names[key] = (name, account.holder.name if account.holder else "")
    zero, rows = Decimal(0), []
    for key in sorted(sides):
        side, code, party, _kind = key
        amount = Decimal(sides[key]).scaleb(-exponent(currency))
        pair = (amount, zero) if side == 0 else (zero, amount)
        rows.append(JournalRow(voucher, on, paper, code, names[key][0], party, names[key][1], currency, *pair))
    return rows


def _account(account: money.Account, document: LedgerMap) -> tuple[str, str]:
    held = document.of(account.kind)
    if held is None:
        raise Refused(
            _("The account kind “%(kind)s” has no account of the general ledger.") % {"kind": account.kind},
            code="unmapped",
            remedy=_("Name it in the policy of the mapping."),
        )
    return held.code, held.name


def cells(row: JournalRow) -> list[Any]:
    """A row as it is written into a file."""
    places = exponent(row.currency)
    amounts = [f"{value:.{places}f}" if value else "" for value in (row.debit, row.credit)]
    return [
        row.voucher,
        row.on.isoformat(),
        row.document,
        row.code,
        row.name,
        row.party,
        row.party_name,
        row.currency,
        *amounts,
    ]


def journal_sums(found: Journalled) -> list[tuple[str, str, str, Decimal, Decimal]]:
    """What a journal comes to: (currency, account, its name, debit, credit), by account."""
    sums: dict[tuple[str, str, str], tuple[Decimal, Decimal]] = {}
    for row in found.rows:
        debit, credit = sums.get((row.currency, row.code, row.name), (Decimal(0), Decimal(0)))
        sums[row.currency, row.code, row.name] = (debit + row.debit, credit + row.credit)
    return [(*key, *sums[key]) for key in sorted(sums)]


def journal_csv(found: Journalled) -> str:
    """The journal as CSV: the same month under the same mapping is the same text, in every language."""
    return csv_text(HEAD, [cells(row) for row in found.rows])


def exported() -> QuerySet[Journal]:
    """Journals that were handed over, the newest first."""
    return Journal.objects.order_by("-id")


@dataclass(frozen=True)
class Check:
    """A point of the list before a month is closed: what it says, whether it is well, how many stand against it and where."""

    words: str
    well: bool
    count: int = 0
    url: str = ""
    must: bool = False


def check_list(actor: Actor, month: str, *, thorough: bool = False) -> list[Check]:
    """What to look at before a month is closed. Only what says `must` should keep it open; `thorough` asks every question of
    soundness too, which takes a while on a large house."""
    span = calendar.period(month)
    unused = (
        Payment.objects.for_actor(actor).filter(kind="payment", left_minor__gt=0, received_on__lt=span.end).count()
    )
    waiting = BankLine.objects.unscoped("period close").filter(state="waiting", received_on__lt=span.end).count()
    asked = Request.objects.for_actor(actor).filter(state="submitted", asked_at__date__lt=span.end).count()
    pending = money.pending(actor, start=span.start, end=span.end)
    held = (
        pending.exclude(debit__kind__in=("receivable", "prepaid", *ACCRUED))
        .exclude(credit__kind__in=ACCRUED)
        .count()
    )
    found = [
        Check(say("Receipts of the bank are taken"), not waiting, waiting, "/billing/bank/", must=True),
        Check(say("Write-offs and refunds are decided"), not asked, asked, "/billing/requests/?state=submitted"),
        Check(say("Payments are matched"), not unused, unused, "/billing/payments/?left=yes"),
        Check(say("Settlements of the month are decided"), not held, held, "/rewards/runs/", must=True),
    ]
    for each in gate.CHECKS:
        count = each.count(span.start, span.end)
        where = each.url.replace("{month}", span.code)
        found.append(Check(str(each.words), not count, count, where, must=each.must))
    if thorough:
        for asked_of, faults in soundness.faults():
            found.append(Check(str(asked_of.words), not faults, len(faults), must=True))
    return found
