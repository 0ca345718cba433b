"""Shipments, what the carrier tells of them, deliveries, and claims about what did not arrive well."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Shipment(Scoped):
    """Goods of one order that left a site of the house for a distributor; the advance shipping notice is its list of lines.

    `state` follows the newest event of the carrier: shipped | in transit | exception | arrived, and delivered once received.
    """

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    site = models.ForeignKey("places.Site", models.PROTECT, related_name="+")
    ship_to = models.ForeignKey("places.Site", models.PROTECT, null=True, related_name="+")
    order = models.CharField(max_length=40, blank=True, db_index=True)
    state = models.CharField(max_length=12, default="shipped", db_index=True)
    carrier = models.CharField(max_length=60, blank=True)
    tracking = models.CharField(max_length=60, blank=True, db_index=True)
    shipped_on = models.DateField()
    eta = models.DateField(null=True)
    wanted_on = models.DateField(null=True)  # the day the distributor asked for; a delivery is on time up to it
    ordered = models.BigIntegerField(default=0)  # base units asked of this delivery; 0 is what was shipped
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)


class ShipmentLine(Scoped):
    """Base units of one order line and lot in a shipment, and how many of them were received in good order."""

    scope_path = "shipment__party_id"
    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="lines")
    order_line = models.CharField(max_length=60)
    product = models.ForeignKey("goods.Product", models.PROTECT)
    lot = models.CharField(max_length=40, blank=True)
    quantity = models.BigIntegerField()
    received = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shipment", "order_line", "lot"], name="shipment_line_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="shipment_line_of_something"),
            models.CheckConstraint(
                condition=Q(received__isnull=True) | Q(received__gte=0, received__lte=F("quantity")),
                name="shipment_line_received_within",
            ),
        ]


class CarrierEvent(Scoped):
    """What a carrier told of a shipment: picked_up | in_transit | arrived | exception | note. Its own number makes it once."""

    scope_path = "shipment__party_id"
    shipment = models.ForeignKey(Shipment, models.PROTECT, related_name="events")
    event_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    place = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=300, blank=True)
    recorded_by = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shipment", "event_id"], name="carrier_event_once")]


class Delivery(Scoped):
    """The proof that a shipment was received: by whom, when, with which paper, and whether on time and in full."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    shipment = models.OneToOneField(Shipment, models.PROTECT, related_name="delivery")
    delivered_on = models.DateField(db_index=True)
    delivered_at = models.DateTimeField()
    signed_by = models.CharField(max_length=80)
    proof = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=400, blank=True)
    shipped = models.BigIntegerField()
    received = models.BigIntegerField()
    on_time = models.BooleanField(null=True)  # none when no day was asked for or announced
    in_full = models.BooleanField()
    confirmed_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)


class Claim(Scoped):
    """Base units of a delivered line that are missing or spoilt (short | damaged | wrong | late_life | refused); head office settles
    it with the carrier or the warehouse and says what came of it."""

    scope_path = "delivery__party_id"
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="claims")
    line = models.ForeignKey(ShipmentLine, models.PROTECT, related_name="claims")
    reason = models.CharField(max_length=12)
    quantity = models.BigIntegerField()
    note = models.CharField(max_length=400, blank=True)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, default="open")  # open | closed
    fault = models.CharField(max_length=12, blank=True)  # carrier | warehouse | distributor | nobody
    answer = models.CharField(max_length=400, blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="claim_of_something")]
