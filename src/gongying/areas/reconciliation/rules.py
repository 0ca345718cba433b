"""How statements are drawn and judged: the policy, the words of kinds and reasons, whose turn it is. Pure."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field

from gongying.core.intake.fields import Field as Cell
from gongying.core.policies.kinds import Finding, Kind, register
from gongying.engines.reconcile import Terms

# Accounts of a distributor on a statement, and the sign that turns a balance of the books into the figure people read:
# what he owes is the receivable with its sign turned, what we hold for him is the others as they are.
SIGNS = {"receivable": -1, "prepaid": 1, "deposit": 1, "rebate": 1}
ACCOUNTS: dict[str, Any] = {
    "receivable": _("Receivable"),
    "prepaid": _("Prepayment"),
    "deposit": _("Deposit"),
    "rebate": _("Rebate account"),
}
CONFIRMABLE = ("sent", "received", "answered")
ANSWERABLE = CONFIRMABLE
STATES: dict[str, Any] = {
    "prepared": _("prepared"),
    "sent": _("sent"),
    "received": _("received"),
    "answered": _("answered"),
    "confirmed": _("confirmed"),
}
KIND_WORDS: dict[str, Any] = {
    "ours": _("Only in our books"),
    "theirs": _("Only in the distributor's books"),
    "amount": _("Amounts differ"),
    "proposed": _("May belong together"),
    "opening": _("Opening balance differs"),
}
REASON_WORDS: dict[str, Any] = {
    "missing": _("no counterpart"),
    "transit": _("in transit at the cut-off"),
    "currency": _("booked in another currency"),
    "account": _("booked on another account"),
    "amount": _("one number, two amounts"),
    "digits": _("digits exchanged"),
    "side": _("booked on the wrong side"),
    "far": _("same amount, days far apart or two numbers"),
    "near": _("amounts nearly equal"),
    "sums": _("several sums are possible"),
    "opposite": _("perhaps one takes the other back"),
    "opening": _("apart before the first line"),
    "settled": _("let stand in earlier months"),
    "number": _("same number"),
    "several": _("several lines of one number"),
    "named": _("named in the text"),
    "day": _("same amount, days close together"),
    "sum": _("sum of several lines"),
    "made_up": _("made up for by a correction"),
    "cancelled": _("taken back under the same number"),
    "accepted": _("accepted by a person"),
    "waived": _("let stand by a person"),
}
TURNS: dict[str, Any] = {"house": _("head office"), "party": _("distributor"), "": _("time")}
HOW: dict[str, Any] = {
    "matched": _("matched by a later line"),
    "accepted": _("accepted as belonging together"),
    "waived": _("let stand by agreement"),
    "withdrawn": _("withdrawn by the distributor"),
    "joined": _("joined with another difference"),
}
# What a line of our ledger is, by the account on the other side and whether it adds or takes away.
MADE_BY: dict[tuple[str, bool], str] = {
    ("sales", True): "invoice", ("tax", True): "invoice", ("sales", False): "credit note", ("tax", False): "credit note",
    ("bank", False): "payment", ("bank", True): "refund", ("writeoff", False): "write-off", ("writeoff", True): "write-off",
    ("rebate", False): "rebate used", ("prepaid", False): "prepayment used", ("deposit", False): "deposit used",
    ("rebate", True): "rebate given back", ("rebate_expense", True): "rebate", ("rebate_expense", False): "rebate taken back",
    ("opening", True): "opening", ("opening", False): "opening", ("fund_committed", True): "market fund", ("fund", True): "market fund",
}  # fmt: skip
HELD: dict[tuple[str, bool], str] = {("bank", True): "payment", ("bank", False): "refund"}
USED: dict[tuple[str, bool], str] = {
    ("prepaid", False): "prepayment used",
    ("deposit", False): "deposit used",
    ("rebate", False): "rebate used",
    ("rebate", True): "rebate given back",
}
LINE_WORDS: dict[str, Any] = {
    "invoice": _("Invoice"),
    "credit note": _("Credit note"),
    "market fund": _("Market fund"),
    "payment": _("Payment"),
    "refund": _("Refund"),
    "write-off": _("Write-off"),
    "rebate": _("Rebate"),
    "rebate used": _("Rebate used"),
    "rebate given back": _("Rebate given back"),
    "rebate taken back": _("Rebate taken back"),
    "prepayment used": _("Prepayment used"),
    "deposit used": _("Deposit used"),
    "opening": _("Opening"),
    "other": _("Other entry"),
}


class Rules(BaseModel):
    """How a statement of account is drawn, matched and answered; amounts in major units, days are calendar days."""

    model_config = ConfigDict(extra="forbid")
    draw_day: int = Field(default=3, ge=1, le=28)  # of the month after, on which statements are drawn and sent
    tolerance: Decimal = Field(default=Decimal(0), ge=0, le=1000)
    days: int = Field(default=3, ge=0, le=15)
    near_days: int = Field(default=30, ge=1, le=120)
    transit_days: int = Field(default=7, ge=0, le=31)
    answer_days: int = Field(default=10, ge=1, le=90)
    remind_every: int = Field(default=3, ge=1, le=30)
    escalate_days: int = Field(default=5, ge=1, le=60)
    difference_days: int = Field(default=30, ge=1, le=180)
    tacit: bool = False
    house: str = Field(default="", max_length=80)  # our company's name, as statements carry it
    house_en: str = Field(default="", max_length=120)
    prefixes: list[str] = Field(default=[], max_length=30)

    def terms(self, cut_off: date) -> Terms:
        """The terms of the engine for a period that ends before `cut_off`."""
        return Terms(
            cut_off, self.days, self.near_days, self.tolerance, self.transit_days, prefixes=tuple(self.prefixes)
        )


def lint(rules: Rules) -> list[Finding]:
    """Errors: days for proposals below those for matches. Warns of silence taken for consent, and of wide tolerances."""
    found = []
    if rules.near_days < rules.days:
        text = _("Proposals must look at least as far as matches: near_days is below days.")
        found.append(Finding("error", "near_days", text, "near_days"))
    if rules.tacit:
        text = _("Silence counts as consent: a contract must say so, or the confirmation is worth nothing.")
        found.append(Finding("warning", "tacit", text, "tacit"))
    if rules.tolerance > 1:
        text = _("Amounts that differ by more than one unit of money will match.")
        found.append(Finding("warning", "tolerance", text, "tolerance"))
    return found


RULES = register(Kind("reconciliation.rules", _("Statements of account"), Rules, lint, key="rules"))


def made_by(account: str, other: str, amount: int) -> str:
    """What a line on an account is, by the account on its other side.

    >>> made_by("receivable", "sales", 100), made_by("prepaid", "bank", 100), made_by("rebate", "receivable", -5)
    ('invoice', 'payment', 'rebate used')
    """
    if account == "receivable":
        return MADE_BY.get((other, amount > 0), "other")
    if other == "receivable":
        return USED.get((account, amount > 0), "other")
    return HELD.get((other, amount > 0)) or MADE_BY.get((other, amount > 0), "other")


def turn_of(kind: str, reason: str) -> str:
    """Whose turn it is after a difference was found: who lacks a document looks for it; what is in transit needs time.

    >>> turn_of("ours", "missing"), turn_of("theirs", "missing"), turn_of("ours", "transit")
    ('party', 'house', '')
    """
    if reason == "transit":
        return ""
    return "party" if kind == "ours" else "house"


NEXT: dict[tuple[str, str], Any] = {
    ("ours", "missing"): _("The distributor looks for the document: book it, or say why not."),
    ("theirs", "missing"): _("Head office looks for the document: post it, or ask for evidence."),
    ("ours", "transit"): _("Wait until it arrives in the distributor's books."),
    ("theirs", "transit"): _("Wait until it arrives in our books."),
    ("ours", "currency"): _("The distributor books it in the currency of the document."),
    ("theirs", "currency"): _("Compare the currencies of the document."),
    ("ours", "account"): _("The distributor books it on the account of the document."),
    ("theirs", "account"): _("Compare the accounts of the document."),
    ("amount", "amount"): _("Compare both documents: whoever erred posts a correction."),
    ("opening", "opening"): _("Reconcile the month before, or ask for its ledger."),
}


def next_step(kind: str, reason: str) -> Any:
    """What is to be done about a difference, as long as nobody said something else."""
    fallback = _("Decide whether these lines belong together.")
    return NEXT.get((kind, reason), fallback)


# A distributor's ledger: what its columns are called. Either debit and credit, or one signed amount.
LEDGER = (
    Cell("day", "date", ("日期", "记账日期", "业务日期", "date", "posting date"), required=True, example="2026-10-08"),
    Cell("number", "text", ("单据编号", "单号", "凭证号", "发票号", "document", "number", "reference"), longest=60, example="INV-202610-0007"),
    Cell("kind", "text", ("单据类型", "类型", "业务类型", "kind", "type"), longest=40, example="发票"),
    Cell("debit", "amount", ("借方", "借方金额", "debit"), example="0.00"),
    Cell("credit", "amount", ("贷方", "贷方金额", "credit"), example="12800.00"),
    Cell("amount", "amount", ("金额", "发生额", "amount"), example=""),
    Cell("account", "choice", ("科目", "账户", "account"), choices=(
        ("receivable", ("应付账款", "应收账款", "应付", "payable", "receivable")),
        ("prepaid", ("预付账款", "预收账款", "预付", "prepaid", "prepayment")),
        ("deposit", ("保证金", "押金", "deposit")),
        ("rebate", ("返利", "应收返利", "rebate")),
    ), example="应付账款"),
    Cell("currency", "currency", ("币种", "currency"), example="CNY"),
    Cell("text", "text", ("摘要", "备注", "text", "description"), longest=200, example="十月货款"),
)  # fmt: skip
MOST_LINES = 20_000


def effect(account: str, debit: int, credit: int, amount: int, *, turned: bool) -> int:
    """What a line of the distributor's ledger does to the figure of the statement, in minor units.

    In his books a debt is on the credit side and what he has with us on the debit side; `turned` when his file is written from
    our side. A single amount counts as written: plus is more.

    >>> effect("receivable", 0, 100, 0, turned=False), effect("rebate", 50, 0, 0, turned=False)
    (100, 50)
    >>> effect("receivable", 100, 0, 0, turned=True), effect("receivable", 0, 0, -30, turned=False)
    (100, -30)
    """
    booked = credit - debit if account == "receivable" else debit - credit
    return (-booked if turned else booked) + (-amount if turned and not (debit or credit) else amount)
