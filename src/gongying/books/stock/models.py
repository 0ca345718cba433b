"""Movements, declarations, balances and promises. A holder of nobody is the house itself."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from gongying.core.posting import Keyed
from gongying.core.scope import Scoped

KINDS = ("opening", "receipt", "issue", "sale", "count", "adjust", "out", "in", "reversal")


class Movement(Scoped):
    """A change of stock in base units, signed. Append-only; a reversal names what it reverses.

    A transfer is two movements of one key, `out` and `in`, that sum to zero. Of a product with serial numbers, `lot` is the
    number of the piece. `reason` is a code, `document` the number of what moved the goods.
    """

    scope_path = "holder_id"
    holder = models.ForeignKey("parties.Party", models.PROTECT, null=True)
    site = models.ForeignKey("places.Site", models.PROTECT, null=True)
    product = models.ForeignKey("goods.Product", models.PROTECT, db_index=False)
    lot = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=10)
    business_date = models.DateField()
    quantity = models.BigIntegerField()
    value_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    source = models.CharField(max_length=20)
    business_key = models.CharField(max_length=120)
    reason = models.CharField(max_length=20, blank=True)
    document = models.CharField(max_length=60, blank=True)
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
        indexes = [
            models.Index(fields=["product", "holder", "lot", "business_date"], name="movement_of_product_day")
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
    """What a holder has of a product and lot at a site (or wherever he keeps it): the sum of the movements, kept with them.

    The database refuses a site of the house below zero. A distributor's figure may fall below: then his reports disagree
    with what he received.
    """

    scope_path = "holder_id"
    holder = models.ForeignKey("parties.Party", models.PROTECT, null=True)
    site = models.ForeignKey("places.Site", models.PROTECT, null=True)
    product = models.ForeignKey("goods.Product", models.PROTECT)
    lot = models.CharField(max_length=40, blank=True)
    quantity = models.BigIntegerField(default=0)
    counted_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Coalesce("holder", 0), Coalesce("site", 0), "product", "lot", name="balance_once"
            ),
            models.CheckConstraint(
                condition=Q(holder__isnull=False) | Q(site__isnull=True) | Q(quantity__gte=0),
                name="balance_house_floor",
            ),
        ]


class Shelf(Scoped):
    """What a site of the house has of a product in all lots, what of it is blocked, and what is promised.

    The database refuses to promise a unit twice: promised and blocked together never exceed what is there.
    """

    scope_path = "site__party_id"
    site = models.ForeignKey("places.Site", models.PROTECT)
    product = models.ForeignKey("goods.Product", models.PROTECT)
    on_hand = models.BigIntegerField(default=0)
    blocked = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "product"], name="shelf_once"),
            models.CheckConstraint(condition=Q(reserved__gte=0) & Q(blocked__gte=0), name="shelf_not_negative"),
            models.CheckConstraint(
                condition=Q(on_hand__gte=F("reserved") + F("blocked")), name="shelf_promised_once"
            ),
        ]


class Reservation(Scoped):
    """A promise of base units of a product at a site: granted, of which some were given back and some taken."""

    scope_path = "site__party_id"
    key = models.CharField(max_length=120, unique=True)
    site = models.ForeignKey("places.Site", models.PROTECT)
    product = models.ForeignKey("goods.Product", models.PROTECT)
    granted = models.BigIntegerField()
    released = models.BigIntegerField(default=0)
    taken = models.BigIntegerField(default=0)
    document = models.CharField(max_length=60, db_index=True)
    business_date = models.DateField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(released__gte=0) & Q(taken__gte=0) & Q(granted__gte=F("released") + F("taken")),
                name="reservation_open",
            )
        ]
        indexes = [
            models.Index(
                fields=["site", "product"],
                condition=Q(granted__gt=F("released") + F("taken")),
                name="reservation_still_open",
            )
        ]

    @property
    def open(self) -> int:
        """What is promised still, in base units."""
        return self.granted - self.released - self.taken


class Block(models.Model):
    """A lot that may not be promised or taken, wherever it lies, from when to when and why. One open block a lot."""

    product = models.ForeignKey("goods.Product", models.PROTECT)
    lot = models.CharField(max_length=40)
    reason = models.CharField(max_length=20)
    document = models.CharField(max_length=60, blank=True)
    since = models.DateField()
    until = models.DateField(null=True)
    blocked_by = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "lot"], condition=Q(until__isnull=True), name="block_once_at_a_time"
            )
        ]
