"""A distributor with an account: invoices, payments and rebates are posted as billing posts them; his ledger is a file."""

import csv
import io
from datetime import date
from types import SimpleNamespace

import pytest
from october import FINANCE, OCT, day

from gongying.areas.reconciliation import actions, queries
from gongying.areas.reconciliation.models import Difference, LedgerLine, Statement
from gongying.books.money import post as money
from gongying.core.actor import SYSTEM, Actor
from gongying.core.doors import action
from gongying.core.doors.registry import ACTIONS
from gongying.core.files import shelf

LEGS = {
    "invoice": ("receivable", "sales", 1),
    "tax": ("receivable", "tax", 1),
    "payment": ("receivable", "bank", -1),
    "credit": ("receivable", "sales", -1),
    "prepaid": ("prepaid", "bank", 1),
    "rebate": ("rebate", "rebate_expense", 1),
}


@action(needs="tests.book", roles=("admin",), name="tests.book", exposed=False)
def _book(actor: Actor, *, party_id: int, kind: str, document: str, amount: int, on: date, currency: str) -> None:
    """Post a document on a distributor's account; `amount` counts like the statement, minor units."""
    account, other, sign = LEGS[kind]
    held = money.open_accounts(actor, kind=account, currency=currency, holders=[party_id])
    house = money.open_accounts(actor, kind=other, currency=currency, holders=[None])
    owes = account == "receivable"
    debit, credit = (held[party_id], house[None]) if (sign > 0) == owes else (house[None], held[party_id])
    money.pay(actor, [money.Wanted(f"test/{document}/{kind}", debit, credit, amount)], document=document, on=on)


ACTIONS.pop("tests.book", None)


@pytest.fixture
def books(network, settings, tmp_path):
    """The network, and what may be done with the accounts of its first distributor."""
    settings.DATA_DIR = tmp_path
    here = network
    here.party = here.ids["D1"]
    here.owner = Actor("owner", role="owner", may=frozenset({"*"}), parties=frozenset({here.party}), user_id=1)
    here.stranger = Actor(
        "other", role="owner", may=frozenset({"*"}), parties=frozenset({here.ids["D2"]}), user_id=2
    )

    def book(kind, document, yuan, on=None, currency="CNY", party="D1"):
        _book(
            SYSTEM,
            party_id=here.ids[party],
            kind=kind,
            document=document,
            amount=round(yuan * 100),
            on=on or day(5),
            currency=currency,
        )

    def draw(month=OCT, send=True):
        made = actions.draw(FINANCE, month=month, party_ids=[here.party])
        if send:
            actions.send(FINANCE, soa_ids=made.soa_ids)
        return made.soa_ids[0]

    def file(rows, header=("日期", "单据编号", "借方", "贷方", "摘要"), name="应付账款.csv", actor=None):
        out = io.StringIO()
        csv.writer(out).writerows([header, *rows])
        return shelf.store(
            actor or here.owner,
            name=name,
            chunks=[out.getvalue().encode()],
            purpose="ledger",
            party_id=here.party,
        ).pk

    def take(soa_id, rows, **more):
        header = {"header": more.pop("header")} if "header" in more else {}
        return actions.take_ledger(here.owner, soa_id=soa_id, file_id=file(rows, **header), **more)

    def open_ones():
        rows = Difference.objects.unscoped("test").exclude(state="closed").order_by("id")
        return [(row.kind, row.reason, row.number, row.amount_minor) for row in rows]

    def section(soa_id, account="receivable", currency="CNY"):
        row = Statement.objects.unscoped("test").get(pk=soa_id)
        return next(s for s in queries.sheet(row) if (s.account, s.currency) == (account, currency))

    def lines(side="ours"):
        return list(LedgerLine.objects.unscoped("test").filter(side=side).order_by("id"))

    for name, thing in {
        "book": book, "draw": draw, "file": file, "take": take, "open_ones": open_ones, "section": section, "lines": lines,
    }.items():  # fmt: skip
        setattr(here, name, thing)
    return SimpleNamespace(**vars(here))
