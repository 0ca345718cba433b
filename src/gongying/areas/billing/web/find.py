"""Papers of billing in the search for everything."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from gongying.core.actor import Actor
from gongying.core.ui import links, search
from gongying.core.ui.templatetags.ui import label

from .. import queries

SHORTEST = 3  # signs of a number before papers are looked for


def papers(actor: Actor, text: str) -> Iterator[search.Hit]:
    """Invoices and payments in scope by number."""
    if len(text) < SHORTEST or not actor.can("billing.view"):
        return
    for row in queries.invoices(actor).filter(number__icontains=text)[: search.MOST]:
        yield search.Hit(_("Invoices"), row.number, links.to("invoice", row.pk), "bill", label(row.party))
    for paid in queries.payments(actor).filter(number__icontains=text)[: search.MOST]:
        yield search.Hit(_("Payments"), paid.number, links.to("payment", paid.pk), "calc", label(paid.party))
