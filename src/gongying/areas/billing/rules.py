"""Policies of billing: buckets and matching, levels of reminders, the mapping of the general ledger. Pure."""

from string import Formatter
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, ConfigDict, Field, model_validator

from gongying.core.policies.kinds import BY_LEVEL, Finding, Kind, register

FILLED = {"amount", "days", "name", "count"}  # what a letter may name, and nothing of it


class BillingRules(BaseModel):
    """Buckets of the ageing (days late, rising) and what is matched without asking: `sure` when a document is named or an
    amount fits exactly, `oldest` also the oldest first, `none` nothing."""

    model_config = ConfigDict(extra="forbid")
    buckets: list[int] = Field(default=[30, 60, 90], min_length=1, max_length=6)
    matching: Literal["sure", "oldest", "none"] = "sure"

    @model_validator(mode="after")
    def _rising(self) -> "BillingRules":
        if self.buckets != sorted(set(self.buckets)) or self.buckets[0] <= 0:
            raise ValueError("buckets: days above zero, each more than the one before")
        return self


class Level(BaseModel):
    """A level of reminders: from how many days late, and what is written. {amount}, {days}, {name} and {count} are filled in.
    There is no fee."""

    model_config = ConfigDict(extra="forbid")
    days: int = Field(ge=1, le=3650)
    title: str = Field(max_length=120)
    title_en: str = Field(default="", max_length=120)
    body: str = Field(max_length=2000)
    body_en: str = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _fills(self) -> "Level":
        for text in (self.title, self.title_en, self.body, self.body_en):
            try:
                names = {name for _text, name, _form, _turn in Formatter().parse(text) if name is not None}
            except ValueError:
                names = {""}
            if names - FILLED:
                raise ValueError("text: only {amount}, {days}, {name} and {count} are filled in")
        return self


LEVELS = [
    Level(
        days=1,
        title="付款提醒",
        title_en="Payment reminder",
        body="{name}：截至今日，贵司有 {count} 张单据共 {amount} 已过付款日，最早逾期 {days} 天。如已付款，请忽略本提醒。",
        body_en="{name}: {count} documents with {amount} in all are past their due day, the oldest by {days} days. If you "
        "have paid meanwhile, disregard this reminder.",
    ),
    Level(
        days=15,
        title="逾期催款通知",
        title_en="Overdue notice",
        body="{name}：贵司逾期货款 {amount}，最早逾期 {days} 天。请在五个工作日内付清；逾期未付的，新订单将暂停放行。",
        body_en="{name}: {amount} is overdue, the oldest by {days} days. Pay within five working days; until then new "
        "orders wait.",
    ),
    Level(
        days=45,
        title="最后催款通知",
        title_en="Final notice",
        body="{name}：贵司逾期货款 {amount} 已达 {days} 天。请立即付清或与我司财务联系，否则将按合同约定处理。",
        body_en="{name}: {amount} has been overdue for {days} days. Pay at once or talk to our finance department; "
        "otherwise the terms of the contract apply.",
    ),
]


class Reminders(BaseModel):
    """The levels of reminders, mildest first; the same level is repeated after `repeat_days`; less than `least` major units
    is not asked for."""

    model_config = ConfigDict(extra="forbid")
    levels: list[Level] = Field(default=LEVELS, min_length=1, max_length=6)
    repeat_days: int = Field(default=14, ge=1, le=365)
    least: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _rising(self) -> "Reminders":
        days = [level.days for level in self.levels]
        if days != sorted(set(days)):
            raise ValueError("levels: each begins later than the one before")
        return self


class Ledger(BaseModel):
    """The account of the general ledger by account kind of this house: code and name."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(pattern=r"^[0-9A-Za-z.\-]{1,20}$")
    name: str = Field(max_length=60)


# 《企业会计准则——应用指南》 account codes; a company puts its own sub-accounts into the policy.
ACCOUNTS = {
    "receivable": Ledger(code="1122", name="应收账款"),
    "bank": Ledger(code="1002", name="银行存款"),
    "prepaid": Ledger(code="2203", name="预收账款"),
    "deposit": Ledger(code="2241.01", name="其他应付款—保证金"),
    "rebate": Ledger(code="2241.02", name="其他应付款—应付返利"),
    "rebate_expense": Ledger(code="6001.99", name="主营业务收入—销售返利"),
    "accrual_expense": Ledger(code="6001.98", name="主营业务收入—计提返利"),
    "refund_liability": Ledger(code="2801.01", name="预计负债—计提返利"),
    "contract_liability": Ledger(code="2205.01", name="合同负债—货返"),
    "fund_source": Ledger(code="6601.01", name="销售费用—市场费用"),
    "fund": Ledger(code="2241.03", name="其他应付款—市场费用预算"),
    "fund_committed": Ledger(code="2241.04", name="其他应付款—已承诺市场费用"),
    "sales": Ledger(code="6001", name="主营业务收入"),
    "tax": Ledger(code="2221.01.02", name="应交税费—应交增值税（销项税额）"),
    "writeoff": Ledger(code="1231", name="坏账准备"),
    "opening": Ledger(code="4104.99", name="期初余额"),
}


class LedgerMap(BaseModel):
    """Which account of the general ledger each kind of account is booked to; what is not named here keeps the house's own."""

    model_config = ConfigDict(extra="forbid")
    accounts: dict[str, Ledger] = Field(default={}, max_length=60)
    word: str = Field(default="记", max_length=4)  # 凭证字

    def of(self, kind: str) -> Ledger | None:
        """The account of a kind, None when nobody says."""
        return self.accounts.get(kind) or ACCOUNTS.get(kind)


def lint(document: LedgerMap) -> list[Finding]:
    """Notes of kinds that share an account: their amounts are told apart no more."""
    by_code: dict[str, list[str]] = {}
    for kind in {*ACCOUNTS, *document.accounts}:
        held = document.of(kind)
        if held is not None:
            by_code.setdefault(held.code, []).append(kind)
    said: list[Any] = [
        (code, ", ".join(sorted(kinds))) for code, kinds in sorted(by_code.items()) if len(kinds) > 1
    ]
    text = _("%(kinds)s share the account %(code)s.")
    return [Finding("note", "shared", text % {"kinds": kinds, "code": code}, code) for code, kinds in said]


RULES = register(
    Kind("billing.rules", _("Ageing and matching"), BillingRules, scopes=("network",), key="billing.rules")
)
REMINDERS = register(
    Kind("billing.reminders", _("Levels of reminders"), Reminders, scopes=BY_LEVEL, key="billing.reminders")
)
LEDGER_MAP = register(
    Kind(
        "billing.ledger_map",
        _("General ledger mapping"),
        LedgerMap,
        lint,
        scopes=("network",),
        key="billing.ledger_map",
    )
)
