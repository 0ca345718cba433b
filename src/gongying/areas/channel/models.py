"""Declarations and what follows from them. Quantities are whole base units of the product."""

from django.db import models
from django.db.models import Q

from gongying.core.scope import Scoped

STATES = ("draft", "submitted", "accepted", "returned")


class Declaration(Scoped):
    """What a distributor says he has on the evening of `counted_on`, for the period [start, end)."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    period = models.CharField(max_length=8)  # 2026-07 or 2026-W31
    start = models.DateField()
    end = models.DateField()
    counted_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, default="draft")  # draft | submitted | accepted | returned
    note = models.CharField(max_length=400, blank=True)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.CharField(max_length=120, blank=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_on = models.DateField(null=True)  # the day it was handed in first: lateness is judged by it
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=400, blank=True)  # why it was handed back

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "period"], name="channel_declaration_once"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "accepted", "returned"]),
                name="channel_declaration_state",
            ),
        ]
        indexes = [models.Index(fields=["period", "state"], name="channel_declaration_period")]


class DeclarationLine(Scoped):
    """One product and lot of a declaration. `since` is the evening of the count before (null: none was made)."""

    scope_path = "declaration__party_id"
    declaration = models.ForeignKey(Declaration, models.CASCADE, related_name="lines")
    product = models.ForeignKey("goods.Product", models.PROTECT)
    lot = models.CharField(max_length=40, blank=True)
    since = models.DateField(null=True)
    opening = models.BigIntegerField(default=0)
    received = models.BigIntegerField(default=0)
    moved = models.BigIntegerField(default=0)  # the part of `received` that the book of stock knows already
    sold = models.BigIntegerField(default=0)
    adjusted = models.BigIntegerField(default=0)  # the sum of its adjustments
    counted = models.BigIntegerField(null=True)
    unit_minor = models.BigIntegerField(default=0)  # what a unit cost him on average, to weigh differences
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["declaration", "product", "lot"], name="channel_declaration_line_once"),
            models.CheckConstraint(
                condition=Q(counted__isnull=True) | Q(counted__gte=0), name="channel_count_not_negative"
            ),
        ]


class Adjustment(Scoped):
    """A change of stock that is no purchase and no sale, signed, with its reason."""

    scope_path = "line__declaration__party_id"
    line = models.ForeignKey(DeclarationLine, models.CASCADE, related_name="adjustments")
    reason = models.CharField(max_length=20)
    quantity = models.BigIntegerField()
    text = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line", "reason"], name="channel_adjustment_once")]


class Difference(Scoped):
    """Counted less calculated, beyond what is tolerated: somebody has to say why."""

    party = models.ForeignKey("parties.Party", models.PROTECT)
    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="differences")
    product = models.ForeignKey("goods.Product", models.PROTECT)
    lot = models.CharField(max_length=40, blank=True)
    period = models.CharField(max_length=8)
    quantity = models.BigIntegerField()
    value_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    state = models.CharField(max_length=10, default="open")  # open | explained | closed
    owner = models.CharField(max_length=120, blank=True)  # the login of whoever looks after it
    reason = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=400, blank=True)
    file_id = models.BigIntegerField(null=True)
    opened_on = models.DateField()
    explained_by = models.CharField(max_length=120, blank=True)
    closed_by = models.CharField(max_length=120, blank=True)
    closed_on = models.DateField(null=True)
    excused = models.BooleanField(default=False)  # closed in his favour: it does not weigh on the grade

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["declaration", "product", "lot"], name="channel_difference_once"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "explained", "closed"]), name="channel_difference_state"
            ),
        ]
        indexes = [models.Index(fields=["state", "opened_on"], name="channel_difference_open")]


class Objection(Scoped):
    """One side says that a figure is wrong; head office rules with words. `about` names what: its kind and number."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    about = models.CharField(max_length=12)  # difference | declaration | sample | sales
    about_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=160)
    side = models.CharField(max_length=12)  # distributor | house
    state = models.CharField(max_length=10, default="open")  # open | upheld | rejected | withdrawn
    opened_by = models.CharField(max_length=120)
    opened_on = models.DateField()
    due_on = models.DateField()
    ruling = models.CharField(max_length=1000, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["about", "about_id"],
                condition=Q(state="open") & Q(about_id__isnull=False),
                name="channel_objection_one_open",
            )
        ]


class Message(Scoped):
    """What one side said in an objection, with a file as evidence."""

    scope_path = "objection__party_id"
    objection = models.ForeignKey(Objection, models.CASCADE, related_name="messages")
    side = models.CharField(max_length=12)
    text = models.CharField(max_length=1000)
    file_id = models.BigIntegerField(null=True)
    said_by = models.CharField(max_length=120)
    said_at = models.DateTimeField(auto_now_add=True)


class Sample(Scoped):
    """A spot count: products of a declaration drawn by a seed, to be counted again. `duty` is the login of the field person
    who counts; empty: the distributor does, with photographs."""

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    declaration = models.ForeignKey(Declaration, models.PROTECT, related_name="samples")
    seed = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default="unchecked")  # unchecked | checked | annulled
    duty = models.CharField(max_length=120, blank=True)
    drawn_by = models.CharField(max_length=120)
    drawn_on = models.DateField()
    due_on = models.DateField()
    counted_by = models.CharField(max_length=120, blank=True)
    counted_on = models.DateField(null=True)
    note = models.CharField(max_length=400, blank=True)


class SampleLine(Scoped):
    """One product and lot to count: what was declared, what came and went since, what is there."""

    scope_path = "sample__party_id"
    sample = models.ForeignKey(Sample, models.CASCADE, related_name="lines")
    product = models.ForeignKey("goods.Product", models.PROTECT)
    lot = models.CharField(max_length=40, blank=True)
    weight_minor = models.BigIntegerField()
    unit_minor = models.BigIntegerField(default=0)
    declared = models.BigIntegerField()
    since = models.BigIntegerField(default=0)  # received less sold between the declaration and this count
    counted = models.BigIntegerField(null=True)
    file_id = models.BigIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sample", "product", "lot"], name="channel_sample_line_once"),
            models.CheckConstraint(
                condition=Q(counted__isnull=True) | Q(counted__gte=0), name="channel_spot_not_negative"
            ),
        ]


class TrustGrade(Scoped):
    """How far the figures a distributor reported for a month may be believed, of one feed or ("") of all; kept with its
    parts as text, so that it explains itself."""

    party = models.ForeignKey("parties.Party", models.PROTECT)
    month = models.CharField(max_length=7)
    feed = models.CharField(max_length=8, blank=True)  # stock | sales | "" for both
    grade = models.CharField(max_length=1, blank=True)
    score = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    covered = models.DecimalField(max_digits=3, decimal_places=2)
    hint = models.DecimalField(max_digits=4, decimal_places=1, default=0)
    parts = models.TextField()
    policy_hash = models.CharField(max_length=64, blank=True)
    graded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "month", "feed"], name="channel_trust_once")]
        indexes = [models.Index(fields=["month", "feed"], name="channel_trust_month")]


class Reminder(Scoped):
    """A distributor was reminded of a declaration: so nobody is told twice of one thing."""

    party = models.ForeignKey("parties.Party", models.PROTECT)
    period = models.CharField(max_length=8)
    step = models.CharField(max_length=8)  # soon | late
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "period", "step"], name="channel_reminder_once")]
