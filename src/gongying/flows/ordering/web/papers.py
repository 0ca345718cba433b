"""The confirmation of an order as PDF."""

from typing import Any

from django.utils.translation import gettext as say

from gongying.areas.orders import queries as orders
from gongying.core.actor import Actor
from gongying.core.documents.paper import Paper
from gongying.core.ui.templatetags.ui import label, money, num
from gongying.core.words import is_chinese
from gongying.engines.capitals import capitals


def confirmation(actor: Actor, row: Any) -> bytes:
    """Who ordered what at which price, with the sums, and in Chinese the total in capitals."""
    paper = Paper(
        say("Order confirmation"),
        f"{row.number} · {row.placed_on}",
        f"{row.number} v{row.version} · {row.quote_hash[:12]}",
    )
    facts = [
        (say("Distributor"), f"{row.party.code} {label(row.party)}"),
        (say("State"), orders.state_word(row.state)),
        (say("Version"), str(row.version)),
    ]
    facts += [(say("Reference"), row.reference)] if row.reference else []
    facts += [(say("Asked for"), str(row.requested_on))] if row.requested_on else []
    paper.pairs(facts)
    head = [
        say("No."),
        say("Product"),
        say("Quantity"),
        say("Price"),
        say("Net"),
        say("Tax"),
        say("Total incl. tax"),
    ]
    rows = []
    for line in orders.lines(actor, row):
        left = line.quantity - line.cancelled
        unit = f"{line.packs} {line.pack or line.product.base_unit}" if left == line.quantity else num(left)
        name = f"{line.product.code} {label(line.product)}" + (f" ({say('free')})" if line.gift_of else "")
        price = f"{line.price.normalize():f}" + (f" / {line.per}" if line.per != 1 else "")
        rows.append(
            [
                str(line.place),
                name,
                unit,
                price,
                *(money(v, row.currency) for v in (line.net_minor, line.tax_minor, line.total_minor)),
            ]
        )
    paper.grid(head, rows, (10, 62, 22, 24, 26, 22, 26))
    paper.pairs(
        [
            (say("Net"), money(row.net_minor, row.currency)),
            (say("Tax"), money(row.tax_minor, row.currency)),
            (say("Total incl. tax"), money(row.total_minor, row.currency)),
        ]
    )
    if is_chinese() and row.currency == "CNY":
        paper.pairs([(say("In words"), capitals(row.total_minor))])
    return paper.data()
