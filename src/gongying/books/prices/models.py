"""Prices as revisions, and what was used of promotions and special prices."""

from django.db import models
from django.db.models import F, Q

from gongying.core.posting import Keyed
from gongying.core.scope import Scoped

KINDS = ("dealer", "list", "retail", "special")
SCOPE_KINDS = ("network", "region", "level", "party")


class Price(Keyed):
    """A price in major units for every `per` base units (one `pack`; "" is a base unit) from `min_quantity` base units on, on
    [valid_from, valid_to).

    Six decimals, because a price is a rate: money is what comes of it after rounding once. `per` is what the pack held when
    the price was posted. A special price is for one party and at most `max_quantity` base units in all.
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
    pack = models.CharField(max_length=10, blank=True)
    per = models.PositiveIntegerField(default=1)
    tax_included = models.BooleanField(default=False)
    max_quantity = models.PositiveIntegerField(null=True)

    class Meta(Keyed.Meta):
        constraints = [
            *Keyed.Meta.constraints,
            models.CheckConstraint(condition=Q(price__gte=0), name="price_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="price_forward"
            ),
            models.CheckConstraint(condition=Q(per__gt=0), name="price_per_positive"),
        ]


class Use(Scoped):
    """What one document used of a promotion or a special price: append-only, taken back by a row that names it.

    `counted` is in the promotion's own measure (units or minor units), amounts are minor units without tax, `units` free (or
    specially priced) base units.
    """

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    code = models.CharField(max_length=160)
    scope = models.CharField(max_length=60)
    version_id = models.BigIntegerField(default=0)
    document = models.CharField(max_length=60, db_index=True)
    on = models.DateField()
    currency = models.CharField(max_length=3)
    counted = models.BigIntegerField()
    base_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField()
    units = models.BigIntegerField()
    gift_value_minor = models.BigIntegerField()
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversed_by")
    posted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["code", "scope", "on"], name="prices_use_lookup")]


class Tally(Scoped):
    """The sum of the uses of a promotion since a day: of one party, or (`party` empty) of everybody. Kept by the database, a
    check of limits reads one row instead of all uses."""

    party = models.ForeignKey("parties.Party", models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=160)
    scope = models.CharField(max_length=60)
    since = models.DateField()
    counted = models.BigIntegerField(default=0)
    units = models.BigIntegerField(default=0)
    value_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "scope", "since", "party"],
                condition=Q(party__isnull=False),
                name="tally_of_party_once",
            ),
            models.UniqueConstraint(
                fields=["code", "scope", "since"], condition=Q(party__isnull=True), name="tally_of_all_once"
            ),
        ]
