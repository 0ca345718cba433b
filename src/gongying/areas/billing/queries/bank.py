"""Receipts in a file of the bank: what its rows say, and who paid."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from gongying.books.parties import read as parties
from gongying.core import calendar
from gongying.core.actor import Actor
from gongying.core.refusal import Refused
from gongying.core.scope import one
from gongying.engines.matching import plain
from gongying.engines.money import exponent

from ..models import BankFile, BankLine, Invoice, Payment

MOST_ROWS = 5000
# The columns as banks name them; the first that fits counts.
COLUMNS = {
    "on": ("交易日期", "入账日期", "记账日期", "日期", "date", "booking date", "value date"),
    "amount": ("贷方金额", "收入金额", "贷方发生额", "收入", "金额", "credit", "amount"),
    "payer": ("对方户名", "付款人名称", "付款方", "对方名称", "payer", "counterparty", "name"),
    "text": ("摘要", "用途", "附言", "备注", "text", "purpose", "remark"),
    "reference": ("交易流水号", "流水号", "凭证号", "reference", "transaction id", "id"),
}
NEEDED = ("on", "amount")


@dataclass(frozen=True)
class Receipt:
    """Money that came in by a row of the file (rows are counted as a spreadsheet does); minor units."""

    row: int
    on: date
    amount_minor: int
    payer: str
    text: str
    reference: str


def receipts(text: str, currency: str) -> list[Receipt]:
    """The receipts of a bank file; rows without money coming in are left out. Raises Refused naming the row at fault."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    place, columns = _header(rows)
    found = []
    for number, row in enumerate(rows[place + 1 :], place + 2):
        held = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        if not any(held.values()) or not held["amount"]:
            continue
        amount = _amount(held["amount"], currency, number)
        if amount <= 0:
            continue
        on = calendar.typed(held["on"].replace("/", "-").replace(".", "-")) or _compact(held["on"])
        if on is None:
            raise Refused(_("Row %(row)s: the date cannot be read.") % {"row": number}, code="date", field="file")
        said = [held.get(name, "") for name in ("payer", "text", "reference")]
        found.append(Receipt(number, on, amount, said[0][:200], said[1][:400], said[2][:80]))
    if not found or len(found) > MOST_ROWS:
        raise Refused(_("The file has no receipts, or more than 5000."), code="rows", field="file")
    return found


def _header(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    for place, row in enumerate(rows[:20]):
        names = [cell.strip().lower() for cell in row]
        columns = {}
        for name, spellings in COLUMNS.items():
            at = next((names.index(each) for each in spellings if each in names), None)
            if at is not None:
                columns[name] = at
        if all(name in columns for name in NEEDED):
            return place, columns
    raise Refused(
        _("The file has no header with a date and an amount."),
        code="header",
        field="file",
        remedy=_("Name the columns 交易日期, 贷方金额, 对方户名, 摘要, 交易流水号."),
    )


def _amount(text: str, currency: str, row: int) -> int:
    try:
        value = Decimal(text.replace(",", "").replace("，", "").replace("¥", "").strip()).scaleb(exponent(currency))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value % 1 or abs(value) > 10**15:
        raise Refused(_("Row %(row)s: the amount cannot be read.") % {"row": row}, code="amount", field="file")
    return int(value)


def _compact(text: str) -> date | None:
    digits = text[:8]
    return (
        calendar.typed(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
        if digits.isdigit() and len(digits) == 8
        else None
    )


def guess(actor: Actor, found: Sequence[Receipt]) -> list[tuple[int | None, str]]:
    """Who paid each receipt, and by what: `name` (the payer is a distributor), `code` or `document` (the text names one), or
    nobody."""
    rows = list(parties.parties(actor).values_list("pk", "code", "name", "name_en"))
    by_name = {plain(name): pk for pk, _code, *names in rows for name in names if name}
    by_code = {plain(code): pk for pk, code, *_names in rows}
    known = Invoice.objects.for_actor(actor).order_by("-id").values_list("number", "party_id")[:20000]
    by_paper = {plain(number): pk for number, pk in known}
    answers: list[tuple[int | None, str]] = []
    for receipt in found:
        words = {
            plain(word) for word in (*receipt.text.replace("，", " ").replace(",", " ").split(), receipt.payer)
        }
        name = by_name.get(plain(receipt.payer)) if receipt.payer else None
        code = next((by_code[word] for word in words if word in by_code), None)
        paper = next((by_paper[word] for word in words if word in by_paper), None)
        hits = ((name, "name"), (code, "code"), (paper, "document"))
        answers.append(next(((pk, why) for pk, why in hits if pk is not None), (None, "")))
    return answers


def known_reference(reference: str, currency: str) -> bool:
    """Whether a payment with this bank reference is on record."""
    rows = Payment.objects.unscoped("one reference is one payment")
    return bool(rows.filter(reference=reference[:80], currency=currency).exists())


def bank_files(actor: Actor) -> QuerySet[BankFile]:
    """Bank files with how many receipts they have and how many wait, the newest first."""
    waiting = Count("lines", filter=Q(lines__state="waiting"))
    return BankFile.objects.annotate(count=Count("lines"), waiting=waiting).order_by("-id")


def waiting_receipts() -> int:
    """How many receipts of all bank files wait."""
    return int(BankLine.objects.unscoped("receipts of nobody yet").filter(state="waiting").count())


def bank_file(bank_id: int) -> BankFile:
    """One bank file, or Missing."""
    return one(BankFile.objects.all(), pk=bank_id)


def bank_lines(actor: Actor, row: BankFile) -> list[BankLine]:
    """The receipts of a bank file, those that wait first."""
    rows = BankLine.objects.unscoped("receipts of nobody yet").filter(file=row).select_related("party", "payment")
    return sorted(rows, key=lambda line: (line.state != "waiting", line.row))
