"""Transfers between distributors: a sale from one legal person to another, to which the house consents."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Transfer(Scoped):
    """on offer (no taker yet, or somebody has not agreed) | agreed (both) | consented (the house too) | done | declined | withdrawn."""

    scope_path = ("giver_id", "taker_id")
    number = models.CharField(max_length=24, unique=True)
    giver = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    taker = models.ForeignKey("parties.Party", models.PROTECT, null=True, related_name="+")
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, default="on offer", db_index=True)
    reason = models.CharField(max_length=400, blank=True)
    tax_note = models.CharField(max_length=400, blank=True)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    giver_by = models.CharField(max_length=120, blank=True)
    giver_at = models.DateTimeField(null=True)
    taker_by = models.CharField(max_length=120, blank=True)
    taker_at = models.DateTimeField(null=True)
    house_by = models.CharField(max_length=120, blank=True)
    house_at = models.DateTimeField(null=True)
    done_on = models.DateField(null=True)
    done_by = models.CharField(max_length=120, blank=True)
    done_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taker__isnull=True) | ~Q(taker=F("giver")), name="transfer_to_somebody_else"
            )
        ]


class TransferLine(Scoped):
    """Base units of a product and lot that pass, at a price (major units, excluding tax) for every `per` of them."""

    scope_path = ("transfer__giver_id", "transfer__taker_id")
    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="lines")
    product = models.ForeignKey("goods.Product", models.PROTECT)
    lot = models.CharField(max_length=40, blank=True)
    quantity = models.BigIntegerField()
    price = models.DecimalField(max_digits=20, decimal_places=6)
    per = models.PositiveIntegerField(default=1)
    net_minor = models.BigIntegerField()
    tax_rate = models.DecimalField(max_digits=6, decimal_places=4)
    tax_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer", "product", "lot"], name="transfer_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0, net_minor__gte=0), name="transfer_line_positive"),
        ]
