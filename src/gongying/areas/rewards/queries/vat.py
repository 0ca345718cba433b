"""The tax in a settled statement: on which invoices a red-letter invoice is asked for, and by how much input tax goes down."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Min, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from gongying.books.trade import read as trade
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.refusal import Refused
from gongying.engines.vat import Invoiced, Share, shares

from ..models import Statement
from ..rules import LEVEL_OF
from . import document_of, evidence, span_of, statement_row, statements
from .measuring import resolved
from .restating import in_scope
from .terms import vat

INVOICES = LEVEL_OF["invoiced"]
MOST_INVOICES = 20_000  # of one statement
LONGEST = 500


@dataclass(frozen=True)
class TaxLine:
    """What of a statement belongs to one original invoice at one rate, minor units: gross = net + tax."""

    document: str
    day: date
    rate: Decimal
    invoiced_minor: int
    net_minor: int
    tax_minor: int
    gross_minor: int


@dataclass(frozen=True)
class TaxView:
    """The tax of a statement: `kind` is red (a rebate) or blue (what was taken back is invoiced again); the sums, and how it was
    reckoned."""

    statement_id: int
    number: str
    party_id: int
    currency: str
    kind: str
    gross_minor: int
    net_minor: int
    tax_minor: int
    invoices: int
    inclusive: bool
    rounding: str
    policy: str
    rows: list[TaxLine]

    @property
    def rates(self) -> list[tuple[Decimal, int, int, int]]:
        """(rate, gross, net, tax) of each rate, the highest first."""
        found: dict[Decimal, tuple[int, int, int]] = {}
        for row in self.rows:
            gross, net, tax = found.get(row.rate, (0, 0, 0))
            found[row.rate] = (gross + row.gross_minor, net + row.net_minor, tax + row.tax_minor)
        return [(rate, *found[rate]) for rate in sorted(found, reverse=True)]


def settled(actor: Actor) -> QuerySet[Statement]:
    """Statements in scope that are credited and came to something: each has a tax effect."""
    return statements(actor).filter(run__state="posted").exclude(due_minor=0)


def tax_of(actor: Actor, row: Statement) -> TaxView:
    """The tax of a statement, split over the invoices behind it by their net amounts. Raises Refused without an invoice (what is
    settled by fixed amount or taken back in full may have none left) and for more than 20,000 of them."""
    document, version = vat(row.run.business_date)
    held = _invoiced(actor, row, document.rate)
    if not held:
        raise Refused(
            _("No invoice with an amount is behind this statement."),
            code="no_invoice",
            remedy=_("Name the original invoices by hand: nothing can be derived."),
        )
    found = shares(
        row.due_minor,
        [each for each, _day in held],
        inclusive=document.inclusive,
        rounding=document.rounded(),
    )
    rows = [_line(each, day) for each, (_invoice, day) in zip(found, held, strict=True) if each.gross]
    return TaxView(
        row.pk, row.run.number, row.party_id, row.currency, "red" if row.due_minor > 0 else "blue",
        sum(each.gross_minor for each in rows), sum(each.net_minor for each in rows), sum(each.tax_minor for each in rows),
        len({each.document for each in rows}), document.inclusive, document.rounding, version, rows,
    )  # fmt: skip


def _line(share: Share, day: date) -> TaxLine:
    return TaxLine(share.document, day, share.rate, share.invoiced, share.net, share.tax, share.gross)


def _lines(actor: Actor, row: Statement) -> QuerySet[Any]:
    """The invoice lines behind a statement: those it counts or, where it counts something else (orders, payments, what was sold
    on), those of the same products in its period."""
    document, span = document_of(row), span_of(row.run)
    if LEVEL_OF[document.event] == INVOICES:
        return evidence(actor, row)
    rows = trade.lines(
        actor,
        level=INVOICES,
        start=span.start,
        end=span.end,
        currency=row.currency,
        party_id=row.party_id,
        up_to=row.run.watermark,
    )
    return rows.filter(in_scope(resolved(document, span)))


def _invoiced(actor: Actor, row: Statement, rate: Decimal | None) -> list[tuple[Invoiced, date]]:
    """The invoices behind a statement with what they hold at each rate, returns and corrections deducted; an invoice that was
    given back in full bears nothing. At the rate of each product, or all at one."""
    grouped = _lines(actor, row).order_by().values("document", "product__tax_rate")
    sums = grouped.annotate(net=Sum("net_minor"), day=Min("business_date")).order_by("day", "document")
    rows: Sequence[dict[str, Any]] = list(sums[: MOST_INVOICES + 1])
    if len(rows) > MOST_INVOICES:
        raise Refused(
            _("More than %(count)s invoices are behind this statement.") % {"count": MOST_INVOICES}, code="too_many"
        )
    held: dict[tuple[str, Decimal], int] = defaultdict(int)
    days: dict[str, date] = {}
    for each in rows:
        held[each["document"], each["product__tax_rate"] if rate is None else rate] += each["net"]
        days[each["document"]] = min(each["day"], days.get(each["document"], each["day"]))
    found = [
        (Invoiced(document, of.normalize() + 0, net), days[document])
        for (document, of), net in held.items()
        if net > 0
    ]
    return sorted(found, key=lambda each: (each[1], each[0].document, each[0].rate))


@query(needs="rewards.view", roles=EVERYONE)
def statement_tax(actor: Actor, *, statement_id: int, limit: int = 100) -> TaxView:
    """The tax of a statement in scope: sums, and at most 500 of its invoices (the largest first)."""
    found = tax_of(actor, statement_row(actor, statement_id))
    rows = sorted(found.rows, key=lambda each: (-abs(each.gross_minor), each.document))
    return TaxView(
        **{name: getattr(found, name) for name in TaxView.__dataclass_fields__ if name != "rows"},
        rows=rows[: min(max(1, limit), LONGEST)],
    )
