"""Plans of targets and their lines."""

from django.db import models
from django.db.models import Q

from gongying.core.scope import Scoped


class Plan(models.Model):
    """The targets of a year in one currency. `season` holds twelve weights by product group, as text."""

    number = models.CharField(max_length=24, unique=True)
    year = models.CharField(max_length=4)
    title = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    growth = models.DecimalField(max_digits=7, decimal_places=4)
    since = models.DateField()  # the twelve months of history it was drawn from: [since, until)
    until = models.DateField()
    season = models.TextField()
    state = models.CharField(max_length=10, default="draft")  # draft | submitted | approved | rejected
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    submitted_by = models.CharField(max_length=120, blank=True)
    decided_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year", "currency"], condition=Q(state__in=["draft", "submitted"]), name="plan_one_open"
            )
        ]


class PlanLine(Scoped):
    """What a plan asks of a distributor in a product group for the year, beside what it bought before (minor units)."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="lines")
    party = models.ForeignKey("parties.Party", models.PROTECT)
    category = models.CharField(max_length=40)
    previous_minor = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=200, blank=True)
    adjusted_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "party", "category"], name="plan_line_once"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="plan_line_not_negative"),
        ]
