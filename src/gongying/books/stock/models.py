"""Movements, declarations and balances. A holder of nobody is the maker himself."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from gongying.core.posting import Keyed
from gongying.core.scope import Scoped

KINDS = ("opening", "receipt", "issue", "count", "adjust", "reversal")


class Movement(Scoped):
    """A change of stock in base units, signed. Append-only; a reversal names what it reverses."""

    scope_path = "holder_id"
    holder = models.ForeignKey("parties.Party", models.PROTECT, null=True)
    product = models.ForeignKey("goods.Product", models.PROTECT, db_index=False)
    lot = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=10)
    business_date = models.DateField()
    quantity = models.BigIntegerField()
    value_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    source = models.CharField(max_length=20)
    business_key = models.CharField(max_length=120)
    content_hash = models.CharField(max_length=32)
    corrects = models.ForeignKey("self", models.PROTECT, null=True)
    batch_id = models.BigIntegerField(null=True, db_index=True)
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "source", "business_key", "kind", Coalesce("corrects", 0), name="movement_once"
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(kind="reversal"), name="movement_reversed_once"
            ),
        ]


class Count(Keyed, Scoped):
    """A declaration: so many base units were on hand on the evening of a day."""

    scope_path = "holder_id"
    holder = models.ForeignKey("parties.Party", models.PROTECT, null=True, db_index=False)
    product = models.ForeignKey("goods.Product", models.PROTECT, db_index=False)
    lot = models.CharField(max_length=40, blank=True)
    counted_on = models.DateField()
    quantity = models.BigIntegerField()
    unit_cost = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    currency = models.CharField(max_length=3, default="CNY")

    class Meta(Keyed.Meta):
        constraints = [
            *Keyed.Meta.constraints,
            models.CheckConstraint(condition=Q(quantity__gte=0), name="count_not_negative"),
        ]
        indexes = [models.Index(fields=["holder", "counted_on"], name="count_holder_day")]


class Balance(Scoped):
    """What a holder has of a product and lot: the sum of the movements, kept with them."""

    scope_path = "holder_id"
    holder = models.ForeignKey("parties.Party", models.PROTECT, null=True)
    product = models.ForeignKey("goods.Product", models.PROTECT)
    lot = models.CharField(max_length=40, blank=True)
    quantity = models.BigIntegerField(default=0)
    counted_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(Coalesce("holder", 0), "product", "lot", name="balance_once")]
