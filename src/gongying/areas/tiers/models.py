"""Reviews, and the standings they grant."""

from django.db import models
from django.db.models import Q

from gongying.core.scope import Scoped


class Review(models.Model):
    """One look at all distributors under one version of the rules; its standings hold once it is approved."""

    number = models.CharField(max_length=24, unique=True)
    programme = models.CharField(max_length=80)
    version_id = models.BigIntegerField()
    policy_hash = models.CharField(max_length=64)
    period = models.CharField(max_length=8)
    as_of = models.DateField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="pending")  # pending | approved | rejected
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme"], condition=Q(state="pending"), name="review_one_pending")
        ]


class Standing(Scoped):
    """The level of a distributor by one review, with the figures it rests on; no level is an empty code. Append-only."""

    review = models.ForeignKey(Review, models.PROTECT, related_name="standings")
    party = models.ForeignKey("parties.Party", models.PROTECT)
    level = models.CharField(max_length=20, blank=True)
    previous = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=8)  # first | up | kept | open | grace | down | none
    short_since = models.DateField(null=True)
    figures = models.TextField()  # {"sell_in": "1234567.89", …} as the engine saw them, null for unknown

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "party"], name="standing_once")]
