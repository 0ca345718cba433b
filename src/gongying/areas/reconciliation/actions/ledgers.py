"""Take a distributor's ledger: what he sends again replaces what he sent before, line by line."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.doors import action
from gongying.core.files import shelf
from gongying.core.refusal import Refused

from .. import queries
from ..models import Ledger, LedgerLayout, LedgerLine, Match, Statement
from ..queries import ledgers, pools
from ..queries.ledgers import Theirs
from ..rules import ACCOUNTS, ANSWERABLE
from . import collecting, matching, notes

SENDERS = ("owner", "clerk", "finance", "admin")
LARGEST = 10**15


@dataclass(frozen=True)
class Taken:
    """What became of a ledger: lines taken, lines of before our first day or known already, and what the run came to."""

    ledger_id: int
    lines: int
    skipped: int
    ran: matching.Ran


@action(needs="reconciliation.ledger", roles=SENDERS)
def take_ledger(
    actor: Actor,
    *,
    soa_id: int,
    file_id: int,
    columns: dict[str, str] | None = None,
    turned: bool | None = None,
    closings: dict[str, int] | None = None,
) -> Taken:
    """Take a stored file as the distributor's ledger for a statement, and match it.

    `columns` says which header a field is read from, `turned` that the file is written from our side; both are remembered.
    `closings` are his closing balances by account (``{"receivable:CNY": 1250000}``, minor units), where he says them.
    Raises Refused when columns are lacking or a row has a fault: half a ledger would be no ledger.
    """
    row = _answerable(actor, soa_id)
    said = _closings(closings or {})
    sent = ledgers.read(actor, row, file_id, columns, turned)
    if sent.lacking:
        names = ", ".join(each.header for each in sent.lacking)
        raise Refused(_("Columns are missing: %(names)s.") % {"names": names}, code="columns", field="file")
    if sent.failures:
        first = sent.failures[0]
        where = _("%(count)s rows have faults, the first is row %(row)s.")
        raise Refused(where % {"count": len(sent.failures), "row": first.row}, code="rows", field="file")
    if not sent.lines:
        raise Refused(_("The file has no line with an amount."), code="empty", field="file")
    collecting.alone(row.party_id)
    collecting.collect(row.party_id, row.start)
    file = shelf.find(actor, file_id)
    lines, skipped = _fresh(row, sent.lines)
    made = Ledger.objects.create(
        party_id=row.party_id,
        statement=row,
        file_id=file.pk,
        file_name=file.name,
        since=min([row.start, *(each.day for each in lines)]),
        until=row.end,
        accounts=sorted({f"{each.account}:{each.currency}" for each in sent.lines} | set(said)),
        closings=said,
        lines=len(lines),
        turned=sent.turned,
        sent_by=actor.name,
    )
    _replace(row, made, lines)
    _remember(row, sent)
    received(row)
    notes.keep(actor, row, "ledger", file.name, file_id=file.pk)
    newest = pools.latest(row.party_id) or row
    return Taken(made.pk, len(lines), skipped, matching.run(actor, newest, timezone.localdate()))


def _answerable(actor: Actor, soa_id: int) -> Statement:
    row = queries.locked(actor, soa_id)
    if row.state not in ANSWERABLE:
        raise Refused(_("This statement does not wait for an answer."), code="state")
    return row


def _closings(given: dict[str, int]) -> dict[str, int]:
    for code, amount in given.items():
        account, colon, currency = code.partition(":")
        if account not in ACCOUNTS or not colon or len(currency) != 3 or abs(amount) > LARGEST:
            raise Refused(_("There is no account %(code)s.") % {"code": code[:40]}, field="closings")
    return dict(given)


def received(row: Statement) -> None:
    """Whoever answers has read it."""
    if row.state in ("sent", "received"):
        row.state = "answered"
        row.save(update_fields=["state"])


def _fresh(row: Statement, lines: list[Theirs]) -> tuple[list[Theirs], int]:
    """The lines that are to be taken: not those of before our first day, nor of earlier ledgers."""
    first = min((feed.since for feed in pools.feeds(row.party_id).values()), default=row.start)
    held = LedgerLine.objects.unscoped("taking a ledger").filter(
        party_id=row.party_id, side="theirs", withdrawn=False
    )
    earlier: dict[tuple[Any, ...], int] = defaultdict(int)
    for entry in held.exclude(ledger__statement=row).exclude(ledger__isnull=True):
        earlier[_key(entry)] += 1
    kept = []
    for each in lines:
        if each.day < first:
            continue
        if earlier[each.key] > 0:
            earlier[each.key] -= 1
            continue
        kept.append(each)
    return kept, len(lines) - len(kept)


def _key(entry: LedgerLine) -> tuple[Any, ...]:
    return (entry.account, entry.currency, entry.day, entry.number, entry.amount_minor, entry.text)


def _replace(row: Statement, made: Ledger, lines: list[Theirs]) -> None:
    """Lines that were sent before keep what was found about them; the others of earlier files are withdrawn."""
    old: dict[tuple[Any, ...], list[LedgerLine]] = defaultdict(list)
    mine = LedgerLine.objects.unscoped("taking a ledger").filter(ledger__statement=row, withdrawn=False)
    for entry in mine.order_by("id"):
        old[_key(entry)].append(entry)
    fresh = []
    for each in lines:
        if old[each.key]:
            entry = old[each.key].pop(0)
            LedgerLine.objects.unscoped("taking a ledger").filter(pk=entry.pk).update(ledger=made, row=each.row)
        else:
            fresh.append(
                LedgerLine(
                    party_id=row.party_id,
                    side="theirs",
                    account=each.account,
                    currency=each.currency,
                    day=each.day,
                    number=each.number,
                    kind=each.kind,
                    text=each.text,
                    amount_minor=each.amount_minor,
                    ledger=made,
                    row=each.row,
                )
            )
    withdraw([entry for held in old.values() for entry in held])
    LedgerLine.objects.bulk_create(fresh, batch_size=500)
    Ledger.objects.unscoped("taking a ledger").filter(statement=row).exclude(pk=made.pk).update(replaced=True)


def withdraw(entries: list[LedgerLine]) -> None:
    """Lines of his that are none any more: what was matched with them is free again."""
    ids = [each.pk for each in entries]
    gone = {each.match_id for each in entries if each.match_id}
    rows = LedgerLine.objects.unscoped("withdrawing lines")
    rows.filter(pk__in=ids).update(withdrawn=True, match=None)
    rows.filter(match_id__in=gone).update(match=None)
    Match.objects.unscoped("withdrawing lines").filter(pk__in=gone).delete()


def _remember(row: Statement, sent: ledgers.Sent) -> None:
    values = {"columns": {k: v for k, v in sent.chosen().items() if v}, "turned": sent.turned}
    LedgerLayout.objects.unscoped("remembering a layout").update_or_create(party_id=row.party_id, defaults=values)
