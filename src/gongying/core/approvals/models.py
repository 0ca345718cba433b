"""Delegations: who decides in whose stead, and until when."""

from django.db import models
from django.db.models import F, Q


class Delegation(models.Model):
    """`giver` lets `receiver` decide in his stead from `since` to `until`, both days included. `verb` "" is everything he may
    decide; `limit_minor` narrows the amount in `currency`."""

    giver_id = models.BigIntegerField()  # users by number
    receiver_id = models.BigIntegerField()
    verb = models.CharField(max_length=60, blank=True)
    limit_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="CNY")
    since = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=200)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    ended_by = models.CharField(max_length=120, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(giver_id=F("receiver_id")), name="delegation_two_people"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="delegation_forward"),
        ]
        indexes = [models.Index(fields=["receiver_id", "until"], name="delegation_of")]
