"""Invoices and reminders on paper."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as say

from gongying.core.documents.paper import Paper
from gongying.core.ui.templatetags.ui import label, money, num, percent
from gongying.core.words import pick
from gongying.engines.capitals import capitals

MOST_PRINTED = 1000


def capitals_of(minor: int, currency: str) -> str:
    """An amount of yuan in capitals; other currencies have none."""
    return capitals(minor) if currency == "CNY" else ""


def invoice_pdf(row: Any, lines: Sequence[Any], rates: Sequence[tuple[Decimal, int, int]]) -> bytes:
    """An invoice or credit note on paper."""
    title = say("Invoice") if row.kind == "invoice" else say("Credit note")
    paper = Paper(title, f"{row.number} · {row.party.code} {label(row.party)}", f"{row.number} · {row.party.code}")
    pairs = [
        (say("Date"), f"{row.business_date:%Y-%m-%d}"),
        (say("Due day"), f"{row.due_on:%Y-%m-%d}"),
        (say("Order number"), row.order or "–"),
        (say("Delivery"), row.delivery or "–"),
    ]
    if row.corrects is not None:
        pairs.append((say("Corrects"), row.corrects.number))
    if row.bill_to is not None:
        pairs.append((say("Made out to"), f"{row.bill_to.code} {row.addressee}"))
    tax_number = row.addressee_tax if row.addressee else row.party.uscc
    if tax_number:
        pairs.append((say("Tax number of the buyer"), tax_number))
    paper.pairs(pairs)
    body = [
        [
            str(line.number),
            f"{line.product.code} {label(line.product)}",
            num(line.quantity),
            money(line.gross_minor, row.currency),
            money(-line.discount_minor, row.currency),
            money(line.net_minor, row.currency),
            percent(line.tax_rate, 0),
            money(line.tax_minor, row.currency),
        ]
        for line in lines[:MOST_PRINTED]
    ]
    head = [
        "#",
        say("Product"),
        say("Quantity"),
        say("Gross"),
        say("Discount"),
        say("Net"),
        say("Rate"),
        say("Tax"),
    ]
    paper.grid(head, body, (8, 52, 16, 26, 24, 26, 12, 24))
    paper.heading(say("Tax by rate"))
    by_rate = [[percent(rate, 0), money(net, row.currency), money(tax, row.currency)] for rate, net, tax in rates]
    paper.grid([say("Rate"), say("Net"), say("Tax")], by_rate, (30, 60, 60))
    total = [(say("Net"), money(row.net_minor, row.currency)), (say("Tax"), money(row.tax_minor, row.currency))]
    total.append((say("Total with tax"), money(row.total_minor, row.currency)))
    words = capitals_of(row.total_minor, row.currency)
    paper.pairs([*total, *([(say("Total in capitals"), words)] if words else [])])
    return paper.data()


def letter_pdf(row: Any) -> bytes:
    """A reminder on paper: the words, the documents, the sum in capitals."""
    paper = Paper(
        pick(row.title, row.title_en),
        f"{row.number} · {row.party.code} {label(row.party)}",
        f"{row.number} · {row.party.code}",
    )
    paper.set_font("zh", size=10)
    paper.multi_cell(0, 6.5, pick(row.body, row.body_en), new_x="LMARGIN", new_y="NEXT")
    paper.ln(3)
    body = [
        [item["document"], item["date"], item["due"], str(item["days"]), money(item["open_minor"], row.currency)]
        for item in json.loads(row.items)[:MOST_PRINTED]
    ]
    head = [say("Document"), say("Date"), say("Due day"), say("Days late"), say("Open amount")]
    paper.grid(head, body, (52, 34, 34, 24, 44))
    pairs = [(say("Overdue"), money(row.overdue_minor, row.currency))]
    words = capitals_of(row.overdue_minor, row.currency)
    paper.pairs(
        [*pairs, *([(say("In capitals"), words)] if words else []), (say("Date"), f"{row.run.on:%Y-%m-%d}")]
    )
    return paper.data()
