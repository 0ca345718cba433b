"""Returns: asked for, decided, sent back, inspected, credited."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Return(Scoped):
    """A return authorisation (RMA). requested | approved | refused | sent back | inspected | credited | cancelled."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    order = models.CharField(max_length=40, blank=True)
    delivery = models.ForeignKey("supply.Delivery", models.PROTECT, null=True, related_name="returns")
    state = models.CharField(max_length=10, default="requested", db_index=True)
    note = models.CharField(max_length=1000, blank=True)
    asked_by = models.CharField(max_length=120)
    asked_on = models.DateField()
    asked_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField()  # the answer of head office
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=1000, blank=True)
    send_by = models.DateField(null=True)  # the authorisation is good until then
    carrier = models.CharField(max_length=60, blank=True)
    tracking = models.CharField(max_length=60, blank=True)
    sent_on = models.DateField(null=True)
    sent_by = models.CharField(max_length=120, blank=True)
    sent_at = models.DateTimeField(null=True)
    inspected_on = models.DateField(null=True)
    inspected_at = models.DateTimeField(null=True)
    inspected_by = models.CharField(max_length=120, blank=True)
    site = models.ForeignKey("places.Site", models.PROTECT, null=True, related_name="+")
    quarantine = models.ForeignKey("places.Site", models.PROTECT, null=True, related_name="+")
    credit = models.CharField(max_length=40, blank=True)  # the credit note that answers it
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=120, blank=True)


class ReturnLine(Scoped):
    """Base units of a product and lot that come back: asked, approved, and what the inspection found."""

    scope_path = "of__party_id"
    of = models.ForeignKey(Return, models.PROTECT, related_name="lines")
    product = models.ForeignKey("goods.Product", models.PROTECT)
    lot = models.CharField(max_length=40, blank=True)
    shipped = models.ForeignKey("supply.ShipmentLine", models.PROTECT, null=True, related_name="returned")
    order_line = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=12)
    asked = models.BigIntegerField()
    approved = models.BigIntegerField(null=True)
    good = models.BigIntegerField(default=0)
    damaged = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    note = models.CharField(max_length=400, blank=True)
    finding = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(asked__gt=0), name="return_line_of_something"),
            models.CheckConstraint(
                condition=Q(approved__isnull=True) | Q(approved__gte=0, approved__lte=F("asked")),
                name="return_line_approved_within",
            ),
            models.CheckConstraint(
                condition=Q(good__gte=0, damaged__gte=0, rejected__gte=0), name="return_line_not_negative"
            ),
        ]


class ReturnFile(Scoped):
    """A photograph or paper that belongs to a return."""

    scope_path = "of__party_id"
    of = models.ForeignKey(Return, models.PROTECT, related_name="files")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
