"""The posted line, and the triggers that keep it as it was posted."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped

LEVELS = ("sell_in", "sell_through", "sell_out", "direct")


class Line(Scoped):
    """One posted sales line: of a level (what was sold by whom), or of an event of a sell-in that is kept beside it (ordered,
    paid). Returns and reversals are negative; a correction names what it corrects.

    `net_minor` is gross less discount; tax and freight are kept apart and are never in a base.
    `quantity` is whole base units of the product. `party` is the distributor whose sale or purchase it is;
    `counterparty` names the other side as the sender does and `place` is where the goods went (a region's code).
    """

    level = models.CharField(max_length=12)
    business_date = models.DateField()
    party = models.ForeignKey("parties.Party", models.PROTECT, null=True, db_index=False)
    product = models.ForeignKey("goods.Product", models.PROTECT, db_index=False)
    quantity = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    gross_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0)
    net_minor = models.BigIntegerField()
    tax_minor = models.BigIntegerField(default=0)
    freight_minor = models.BigIntegerField(default=0)
    document = models.CharField(max_length=40)
    line_no = models.CharField(max_length=12, default="1")
    kind = models.CharField(max_length=8, default="sale")  # sale | return | reversal
    corrects = models.ForeignKey("self", models.PROTECT, null=True, db_index=False)
    counterparty = models.CharField(max_length=80, blank=True)
    place = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=20)
    business_key = models.CharField(max_length=80)
    revision = models.PositiveIntegerField(default=1)
    content_hash = models.CharField(max_length=32)
    batch_id = models.BigIntegerField(null=True, db_index=True)
    posted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(net_minor=F("gross_minor") - F("discount_minor")), name="line_net"),
            models.CheckConstraint(condition=Q(level="direct") | Q(party__isnull=False), name="line_party"),
            models.UniqueConstraint(
                fields=["level", "source", "business_key", "revision", "kind"], name="line_once"
            ),
            models.UniqueConstraint(fields=["corrects"], condition=Q(kind="reversal"), name="line_reversed_once"),
        ]
        indexes = [
            models.Index(fields=["party", "level", "business_date"], name="line_party_day"),
            models.Index(fields=["corrects"], condition=Q(corrects__isnull=False), name="line_corrects"),
        ]


class Origin(Scoped):
    """The day of the sale that a returned line takes back, where it is known: a programme that restates counts the return in
    the period of the sale. Append-only."""

    scope_path = "line__party_id"
    line = models.OneToOneField(Line, models.PROTECT, related_name="origin")
    origin_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["origin_on"], name="origin_day")]
