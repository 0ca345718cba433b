"""Standing agreements of supply: so much of a product over so many months, month by month."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Agreement(Scoped):
    """draft | running | ended. What is short of a month's plan by more than `tolerance` costs `penalty` of its value at `unit_value`
    (major units a base unit, excluding tax)."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    product = models.ForeignKey("goods.Product", models.PROTECT)
    quantity = models.BigIntegerField()
    start = models.DateField()  # the first of a month; [start, end)
    end = models.DateField()
    currency = models.CharField(max_length=3)
    unit_value = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    tolerance = models.DecimalField(max_digits=6, decimal_places=4, default=0)
    penalty = models.DecimalField(max_digits=6, decimal_places=4, default=0)
    note = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=8, default="draft", db_index=True)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0, end__gt=F("start")), name="agreement_of_something")
        ]


class AgreementMonth(Scoped):
    """Base units to be delivered in a month."""

    scope_path = "agreement__party_id"
    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="months")
    month = models.DateField()  # its first day
    planned = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "month"], name="agreement_month_once"),
            models.CheckConstraint(condition=Q(planned__gte=0), name="agreement_month_not_negative"),
        ]
