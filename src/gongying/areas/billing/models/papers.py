"""Invoices, their lines, payments."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Invoice(Scoped):
    """An invoice of goods that were delivered, or a credit note (`kind` credit, amounts below zero) that names what it
    corrects in `corrects`. Its open amount lies in the book of money under the item `item_id`, owed by the distributor who bought
    (`party`). It is made out to `bill_to` (none: to the distributor himself), under the name and the tax number of that day."""

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=8)  # invoice | credit
    party = models.ForeignKey("parties.Party", models.PROTECT)
    bill_to = models.ForeignKey("parties.Party", models.PROTECT, null=True, related_name="+")
    addressee = models.CharField(max_length=160, blank=True)
    addressee_tax = models.CharField(max_length=18, blank=True)
    currency = models.CharField(max_length=3)
    order = models.CharField(max_length=40, blank=True, db_index=True)
    delivery = models.CharField(max_length=40, blank=True, db_index=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    business_date = models.DateField()
    due_on = models.DateField()
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    item_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    issued_by = models.CharField(max_length=120)
    issued_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(total_minor=F("net_minor") + F("tax_minor")), name="invoice_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", total_minor__gte=0) | Q(kind="credit", total_minor__lte=0),
                name="invoice_sign",
            ),
        ]
        indexes = [models.Index(fields=["party", "business_date"], name="invoice_of")]


class InvoiceLine(Scoped):
    """A line of an invoice: base units, amounts in minor units, tax by its rate."""

    scope_path = "invoice__party_id"
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField()
    product = models.ForeignKey("goods.Product", models.PROTECT)
    quantity = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    tax_rate = models.DecimalField(max_digits=6, decimal_places=4)
    tax_minor = models.BigIntegerField()
    order_line = models.CharField(max_length=40, blank=True)
    delivery_line = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "number"], name="invoice_line_once"),
            models.CheckConstraint(
                condition=Q(net_minor=F("gross_minor") - F("discount_minor")), name="invoice_line_adds_up"
            ),
        ]


class Payment(Scoped):
    """Money that came in from a distributor (or went back, amount below zero): a `payment` lands on his prepaid account and
    settles documents from there, a `deposit` stays on the deposit account. `left_minor` is what no document has used.
    `reference` is the bank's own number: the same one twice is one payment."""

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=8)  # payment | deposit | refund
    party = models.ForeignKey("parties.Party", models.PROTECT)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    left_minor = models.BigIntegerField()
    received_on = models.DateField()
    method = models.CharField(max_length=20, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    text = models.CharField(max_length=400, blank=True)
    advance = models.BooleanField(default=False)
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="payment_amount"),
            models.CheckConstraint(
                condition=Q(left_minor__gte=0) & (Q(left_minor=0) | Q(left_minor__lte=F("amount_minor"))),
                name="payment_left",
            ),
            models.UniqueConstraint(
                fields=["currency", "reference"], condition=~Q(reference=""), name="payment_reference_once"
            ),
        ]
        indexes = [models.Index(fields=["party", "currency"], condition=Q(left_minor__gt=0), name="payment_unused")]
