"""Invoices, payments, and what settles what."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from gongying.books.money import read as money
from gongying.books.parties import read as parties
from gongying.core.actor import Actor
from gongying.core.doors import EVERYONE, query
from gongying.core.policies import read as policies
from gongying.core.scope import one
from gongying.engines.matching import Due, Proposal, propose

from ..models import Invoice, InvoiceLine, Payment
from ..rules import RULES, BillingRules


def rules_on(on: date) -> tuple[BillingRules, str]:
    """The rules of ageing and matching on a day, and the version as text."""
    found = policies.candidates(RULES.code, RULES.key, on)
    if not found:
        return BillingRules(), ""
    document = policies.parsed(found[0])
    assert isinstance(document, BillingRules)
    return document, f"billing.rules v{found[0].version} {found[0].hash[:12]}"


def invoices(actor: Actor) -> QuerySet[Invoice]:
    """Invoices and credit notes in scope with what is open on them (`open_minor`), the newest first."""
    rows: QuerySet[Invoice] = Invoice.objects.for_actor(actor).select_related("party__region", "bill_to")
    items = money.items(actor).filter(pk=OuterRef("item_id")).order_by()
    return rows.annotate(open_minor=Coalesce(Subquery(items.values("open_minor")[:1]), 0)).order_by("-id")


def invoice_row(actor: Actor, invoice_id: int) -> Invoice:
    """One invoice in scope, or Missing."""
    return one(invoices(actor).select_related("corrects"), pk=invoice_id)


def invoice_of_item(actor: Actor, item_ids: list[int]) -> dict[int, Invoice]:
    """The invoices in scope by the number of their open item."""
    return {row.item_id or 0: row for row in Invoice.objects.for_actor(actor).filter(item_id__in=item_ids)}


def corrections(actor: Actor, row: Invoice) -> QuerySet[Invoice]:
    """The credit notes in scope that correct an invoice."""
    found: QuerySet[Invoice] = Invoice.objects.for_actor(actor).filter(corrects=row)
    return found.order_by("id")


def sums(actor: Actor, on: date) -> list[tuple[str, int, int, int]]:
    """What is owed in scope by currency: (currency, open, overdue, to the distributors' credit), the largest first."""
    rows = money.items(actor).exclude(open_minor=0).order_by()
    owed, late = Q(open_minor__gt=0), Q(open_minor__gt=0, due_on__lt=on)
    found = rows.values_list("currency").annotate(
        owed=Coalesce(Sum("open_minor", filter=owed), 0),
        late=Coalesce(Sum("open_minor", filter=late), 0),
        credit=Coalesce(Sum("open_minor", filter=~owed), 0),
    )
    return sorted(found, key=lambda row: -row[1])


def lines(actor: Actor, row: Invoice) -> QuerySet[InvoiceLine]:
    """The lines of an invoice in scope."""
    found: QuerySet[InvoiceLine] = InvoiceLine.objects.for_actor(actor).filter(invoice=row)
    return found.select_related("product").order_by("number")


def tax_by_rate(found: list[InvoiceLine]) -> list[tuple[Decimal, int, int]]:
    """(rate, net, tax) of lines, the highest rate first, in minor units."""
    net: dict[Decimal, int] = defaultdict(int)
    tax: dict[Decimal, int] = defaultdict(int)
    for line in found:
        net[line.tax_rate] += line.net_minor
        tax[line.tax_rate] += line.tax_minor
    return [(rate, net[rate], tax[rate]) for rate in sorted(net, reverse=True)]


def settled_by(actor: Actor, item_id: int | None) -> list[money.Match]:
    """What an open item in scope was settled with, oldest first."""
    return list(money.matches(actor, item_id)) if item_id else []


def payments(actor: Actor) -> QuerySet[Payment]:
    """Payments, deposits and refunds in scope, the newest first."""
    rows: QuerySet[Payment] = Payment.objects.for_actor(actor).select_related("party")
    return rows.order_by("-received_on", "-id")


def payment(actor: Actor, payment_id: int) -> Payment:
    """One payment in scope, or Missing."""
    return one(payments(actor), pk=payment_id)


def documents_of(actor: Actor, row: Payment) -> list[money.Match]:
    """What a payment settled, oldest first; what was taken back is not shown any more."""
    return money.uses(actor, row.number)


def owing(row: Payment) -> list[int]:
    """Whose documents a payment may settle: those of who sent it, and of the distributors he paid for on that day."""
    return [row.party_id, *parties.played(row.party_id, "payer", row.received_on)]


def open_documents(actor: Actor, party_id: int, currency: str, on: date) -> list[money.OpenItem]:
    """What a distributor owes on a day, oldest due first, without what is to his credit."""
    rows = money.open_items(actor, on=on, holder_id=party_id, currency=currency)
    return [row for row in rows if row.open_minor > 0]


def proposal(actor: Actor, row: Payment) -> tuple[Proposal, dict[str, int]]:
    """What the rest of a payment might settle and why, and the numbers of the open items by document."""
    found = list(
        money.items(actor)
        .filter(holder_id__in=owing(row), currency=row.currency, open_minor__gt=0)
        .order_by("due_on", "id")[:500]
    )
    papers = invoice_of_item(actor, [item.pk for item in found])
    dues = [_due(place, item, papers.get(item.pk)) for place, item in enumerate(found)]
    text = f"{row.text} {row.reference}"
    return propose(row.left_minor, dues, text), {item.document: item.pk for item in found}


def _due(place: int, item: money.Item, paper: Invoice | None) -> Due:
    also = (paper.order, paper.delivery) if paper is not None else ()
    return Due(item.document, place, item.open_minor, also)


@dataclass(frozen=True)
class InvoiceView:
    """An invoice or credit note for programs; minor units."""

    id: int
    number: str
    kind: str
    party_id: int
    currency: str
    order: str
    delivery: str
    business_date: date
    due_on: date
    net_minor: int
    tax_minor: int
    total_minor: int
    open_minor: int


@query(needs="billing.view", roles=EVERYONE, name="billing.paper")
def paper(actor: Actor, *, invoice_id: int) -> InvoiceView:
    """An invoice or credit note in scope with what is open on it."""
    return _view(invoice_row(actor, invoice_id))


def _view(row: Invoice) -> InvoiceView:
    return InvoiceView(*(getattr(row, "pk" if name == "id" else name) for name in InvoiceView.__dataclass_fields__))


@dataclass(frozen=True)
class DocumentView:
    """An open document for programs; negative amounts are to the distributor's credit."""

    item_id: int
    kind: str
    document: str
    business_date: date
    due_on: date
    amount_minor: int
    open_minor: int
    days_late: int


@query(needs="billing.view", roles=EVERYONE, name="billing.open_items")
def open_view(actor: Actor, *, party_id: int, currency: str, on: date) -> list[DocumentView]:
    """What is open on the account of a distributor in scope on a day, oldest due first; at most 2000."""
    parties.party(actor, party_id)
    rows = money.open_items(actor, on=on, holder_id=party_id, currency=currency)[:2000]
    return [
        DocumentView(
            row.id,
            row.kind,
            row.document,
            row.business_date,
            row.due_on,
            row.amount_minor,
            row.open_minor,
            row.days,
        )
        for row in rows
    ]
