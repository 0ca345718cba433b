"""Targets as revisions."""

from django.db import models
from django.db.models import Q

from gongying.core.posting import Keyed
from gongying.core.scope import Scoped


class Target(Keyed, Scoped):
    """`amount_minor` (or `quantity`, base units) asked for in a period; no category means all goods.

    Either a party or a seller (the brand's salesperson, by code) is asked.
    """

    period = models.CharField(max_length=7)
    starts_on = models.DateField()
    ends_on = models.DateField()  # exclusive
    party = models.ForeignKey("parties.Party", models.PROTECT, null=True)
    seller = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=40, blank=True)
    metric = models.CharField(max_length=20, default="sell_in")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    quantity = models.BigIntegerField(null=True)

    class Meta(Keyed.Meta):
        constraints = [
            *Keyed.Meta.constraints,
            models.CheckConstraint(condition=Q(party__isnull=False) ^ ~Q(seller=""), name="target_of_one"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="target_not_negative"),
        ]
        indexes = [models.Index(fields=["starts_on", "party"], name="target_period")]
