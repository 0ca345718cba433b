"""Slips, counts and recalls. Quantities are whole base units."""

from django.db import models
from django.db.models import Q

from gongying.core.scope import Scoped

SLIP_KINDS = ("receipt", "move", "adjust", "count")
SLIP_STATES = ("pending", "posted", "rejected")
TALLY_STATES = ("open", "submitted", "posted", "cancelled")
NOTICE_STATES = ("sent", "acknowledged", "answered")


class Slip(Scoped):
    """A document of the warehouse: what came in, moved between sites or was adjusted. Posted once, never edited."""

    scope_path = "site__party_id"
    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=10)
    site = models.ForeignKey("places.Site", models.PROTECT)
    to_site = models.ForeignKey("places.Site", models.PROTECT, null=True, related_name="+")
    business_date = models.DateField()
    reference = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=400, blank=True)
    units = models.BigIntegerField()
    state = models.CharField(max_length=10)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=SLIP_KINDS), name="slip_kind"),
            models.CheckConstraint(condition=Q(state__in=SLIP_STATES), name="slip_state"),
        ]
        indexes = [models.Index(fields=["kind", "state"], name="slip_kind_state")]


class SlipLine(Scoped):
    """So many base units of a product and lot; signed on an adjustment."""

    scope_path = "slip__site__party_id"
    slip = models.ForeignKey(Slip, models.CASCADE, related_name="lines")
    product = models.ForeignKey("goods.Product", models.PROTECT)
    lot = models.CharField(max_length=40, blank=True)
    quantity = models.BigIntegerField()


class Tally(Scoped):
    """A count of a site: every lot on its shelves, of one product group or of all."""

    scope_path = "site__party_id"
    number = models.CharField(max_length=24, unique=True)
    site = models.ForeignKey("places.Site", models.PROTECT)
    category = models.CharField(max_length=40, blank=True)
    business_date = models.DateField()
    state = models.CharField(max_length=10, default="open")
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.CharField(max_length=120, blank=True)
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=TALLY_STATES), name="tally_state"),
            models.UniqueConstraint(
                fields=["site"], condition=Q(state__in=("open", "submitted")), name="tally_one_open_a_site"
            ),
        ]


class TallyLine(Scoped):
    """One lot: what the book said at the moment it was counted, and what was counted (null: not yet)."""

    scope_path = "tally__site__party_id"
    tally = models.ForeignKey(Tally, models.CASCADE, related_name="lines")
    product = models.ForeignKey("goods.Product", models.PROTECT)
    lot = models.CharField(max_length=40, blank=True)
    expected = models.BigIntegerField()
    counted = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    counted_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tally", "product", "lot"], name="tally_line_once"),
            models.CheckConstraint(
                condition=Q(counted__isnull=True) | Q(counted__gte=0), name="tally_counted_not_negative"
            ),
        ]


class Recall(models.Model):
    """Lots of a product that are called back, wherever they are."""

    number = models.CharField(max_length=24, unique=True)
    product = models.ForeignKey("goods.Product", models.PROTECT)
    title = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160, blank=True)
    severity = models.CharField(max_length=10)  # safety | quality | label
    instruction = models.TextField(blank=True)
    business_date = models.DateField()
    state = models.CharField(max_length=10, default="open")  # open | closed
    opened_by = models.CharField(max_length=120)
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_by = models.CharField(max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)
    closing_note = models.CharField(max_length=400, blank=True)
    freed = models.BooleanField(default=False)  # the lots were let go again when it was closed


class RecallLot(models.Model):
    """One lot that is called back."""

    recall = models.ForeignKey(Recall, models.CASCADE, related_name="lots")
    lot = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recall", "lot"], name="recall_lot_once")]


class RecallNotice(Scoped):
    """What a distributor was told, and what he answers: of what he received, so many are kept apart, come back, were
    destroyed or had been sold on."""

    recall = models.ForeignKey(Recall, models.PROTECT, related_name="notices")
    party = models.ForeignKey("parties.Party", models.PROTECT)
    received = models.BigIntegerField()
    held = models.BigIntegerField()
    state = models.CharField(max_length=14, default="sent")
    told_at = models.DateTimeField(auto_now_add=True)
    acknowledged_by = models.CharField(max_length=120, blank=True)
    acknowledged_at = models.DateTimeField(null=True)
    kept_apart = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)
    destroyed = models.BigIntegerField(default=0)
    sold_on = models.BigIntegerField(default=0)
    note = models.CharField(max_length=400, blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recall", "party"], name="recall_told_once"),
            models.CheckConstraint(condition=Q(state__in=NOTICE_STATES), name="recall_notice_state"),
            models.CheckConstraint(
                condition=Q(kept_apart__gte=0) & Q(returned__gte=0) & Q(destroyed__gte=0) & Q(sold_on__gte=0),
                name="recall_answer_not_negative",
            ),
        ]

    @property
    def accounted(self) -> int:
        """How much of what he received he has accounted for."""
        return self.kept_apart + self.returned + self.destroyed + self.sold_on

    @property
    def missing(self) -> int:
        """How much of it he has not."""
        return self.received - self.accounted
