"""Orders, their lines, earlier versions, the timeline, and favourites."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped

STATES = (
    "draft", "submitted", "held", "approved", "allocated", "shipped", "delivered", "invoiced", "paid", "closed",
    "cancelled", "rejected",
)  # fmt: skip
OPEN = (
    "submitted",
    "held",
    "approved",
    "allocated",
    "shipped",
    "delivered",
    "invoiced",
)  # something is still to come


SHOWN = {
    "held": "on hold",
    "paid": "paid in full",
}  # other documents are held and paid too, and mean something else


class Order(Scoped):
    """An order of a distributor. Amounts are minor units of `currency` at its present version; a draft has none yet.

    `client_id` is the name a phone gave it while it was offline: the same name twice is the same order. `hold_key` names the
    amount held on the account ("" when none is).
    """

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    state = models.CharField(max_length=10, default="draft")
    version = models.PositiveIntegerField(default=1)
    currency = models.CharField(max_length=3, blank=True)
    gross_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    net_minor = models.BigIntegerField(default=0)
    tax_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    invoiced_minor = models.BigIntegerField(default=0)
    lines_count = models.PositiveIntegerField(default=0)
    quote_hash = models.CharField(max_length=64, blank=True)
    hold_key = models.CharField(max_length=80, blank=True)
    prepaid = models.BooleanField(default=False)
    site_id = models.BigIntegerField(null=True)  # the house's warehouse it is served from
    ship_to_id = models.BigIntegerField(null=True)  # the distributor's place it goes to
    requested_on = models.DateField(null=True)
    placed_on = models.DateField(null=True)
    purpose = models.CharField(max_length=12, blank=True)  # "" sold; otherwise why its goods cost nothing
    reference = models.CharField(max_length=60, blank=True)  # the distributor's own number
    note = models.CharField(max_length=500, blank=True)
    client_id = models.CharField(max_length=64, blank=True)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    placed_by = models.CharField(max_length=120, blank=True)
    placed_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_under = models.CharField(max_length=200, blank=True)  # the rule that let it pass
    waits_for = models.CharField(max_length=200, blank=True)  # codes of what a held or submitted order waits for

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "client_id"], condition=~Q(client_id=""), name="order_client_once"
            ),
            models.CheckConstraint(
                condition=Q(total_minor=F("net_minor") + F("tax_minor"))
                & Q(net_minor=F("gross_minor") - F("discount_minor")),
                name="order_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="order_state"),
            models.Index(fields=["party", "-id"], name="order_party"),
            models.Index(fields=["party", "placed_on"], condition=~Q(purpose=""), name="order_free"),
        ]

    @property
    def shown(self) -> str:
        """Its state as people call it."""
        return SHOWN.get(self.state, self.state)


class OrderLine(Scoped):
    """A product of an order. Quantities are base units, counted by what has happened; `steps` is the derivation of its price.

    Open is `quantity - cancelled - (shipped - short)`: what was lost on the way is owed again.
    """

    scope_path = "order__party_id"
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    line = models.CharField(max_length=60)
    place = models.PositiveIntegerField()
    product = models.ForeignKey("goods.Product", models.PROTECT)
    pack = models.CharField(max_length=10, blank=True)
    packs = models.PositiveIntegerField()
    factor = models.PositiveIntegerField(default=1)
    quantity = models.BigIntegerField()
    price = models.DecimalField(max_digits=20, decimal_places=6, default=0)
    per = models.PositiveIntegerField(default=1)
    gross_minor = models.BigIntegerField(default=0)
    discount_minor = models.BigIntegerField(default=0)
    net_minor = models.BigIntegerField(default=0)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=6, default=0)
    tax_minor = models.BigIntegerField(default=0)
    total_minor = models.BigIntegerField(default=0)
    gift_of = models.CharField(max_length=60, blank=True)
    replaces = models.CharField(max_length=60, blank=True)  # the line this one stands in for
    note = models.CharField(max_length=200, blank=True)
    steps = models.TextField(default="[]")
    reserved = models.BigIntegerField(default=0)
    shipped = models.BigIntegerField(default=0)
    short = models.BigIntegerField(default=0)
    delivered = models.BigIntegerField(default=0)
    invoiced = models.BigIntegerField(default=0)
    cancelled = models.BigIntegerField(default=0)
    returned = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "line"], name="order_line_once"),
            models.UniqueConstraint(fields=["order", "place"], name="order_line_place"),
            models.CheckConstraint(
                condition=Q(reserved__gte=0) & Q(cancelled__gte=0) & Q(short__gte=0) & Q(returned__gte=0)
                & Q(invoiced__gte=0) & Q(quantity__gt=0),
                name="order_line_counts",
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=F("reserved") + F("cancelled") + F("shipped") - F("short")),
                name="order_line_never_over",
            ),
            models.CheckConstraint(condition=Q(shipped__gte=F("delivered") + F("short")), name="order_line_received"),
            models.CheckConstraint(
                condition=Q(delivered__gte=F("invoiced")) & Q(delivered__gte=F("returned")), name="order_line_invoiced"
            ),
        ]  # fmt: skip

    @property
    def why(self) -> str:
        """Why it costs nothing: a promotion, or what its order is for; "" when it is sold."""
        return self.order.purpose or ("promotion" if self.gift_of else "")

    @property
    def open(self) -> int:
        """Base units that are still to be shipped, reserved or not."""
        return self.quantity - self.cancelled - self.shipped + self.short

    @property
    def unreserved(self) -> int:
        """Base units that are owed and not set aside: the back-order."""
        return self.open - self.reserved

    @property
    def on_the_way(self) -> int:
        """Base units that left and have not arrived."""
        return self.shipped - self.short - self.delivered


class OrderVersion(Scoped):
    """What an order said before an amendment: the whole of it as text, with the reason for the change. Append-only."""

    scope_path = "order__party_id"
    order = models.ForeignKey(Order, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    document = models.TextField()
    digest = models.CharField(max_length=64)
    total_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "version"], name="order_version_once")]


class OrderEvent(Scoped):
    """One thing that happened. `data` is what the sentence of its kind needs, as text; `internal` ones stay in the house."""

    scope_path = "order__party_id"
    order = models.ForeignKey(Order, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=16)
    at = models.DateTimeField()
    by = models.CharField(max_length=120)
    ref_kind = models.CharField(max_length=16, blank=True)
    ref_id = models.BigIntegerField(null=True)
    ref = models.CharField(max_length=40, blank=True)
    data = models.TextField(default="{}")
    internal = models.BooleanField(default=False)


class Favourite(Scoped):
    """A product a distributor keeps at hand."""

    party = models.ForeignKey("parties.Party", models.CASCADE)
    product = models.ForeignKey("goods.Product", models.CASCADE)
    created_by = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "product"], name="favourite_once")]
