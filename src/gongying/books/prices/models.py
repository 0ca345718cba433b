"""Prices as revisions."""

from django.db import models
from django.db.models import F, Q

from gongying.core.posting import Keyed

KINDS = ("dealer", "list", "retail")


class Price(Keyed):
    """A price per base unit in major units from `min_quantity` on, on [valid_from, valid_to).

    Six decimals, because a price is a rate: money is what comes of it after rounding once.
    """

    list_code = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    product = models.ForeignKey("goods.Product", models.PROTECT, related_name="prices")
    currency = models.CharField(max_length=3)
    price = models.DecimalField(max_digits=20, decimal_places=6)
    min_quantity = models.PositiveIntegerField(default=1)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    scope_kind = models.CharField(max_length=10, default="network")
    scope_key = models.CharField(max_length=40, blank=True)

    class Meta(Keyed.Meta):
        constraints = [
            *Keyed.Meta.constraints,
            models.CheckConstraint(condition=Q(price__gte=0), name="price_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="price_forward"
            ),
        ]
