"""Closed months."""

from django.db import models
from django.db.models import Q


class PeriodLock(models.Model):
    """One closing of one month (`2026-07`): who closed it and why, who asked to open it again and who agreed."""

    month = models.CharField(max_length=7)
    state = models.CharField(max_length=8, default="closed")  # closed | asked | reopened
    locked_by = models.CharField(max_length=120)
    locked_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=400, blank=True)
    asked_by = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField(null=True)
    asked_reason = models.CharField(max_length=400, blank=True)
    reopened_by = models.CharField(max_length=120, blank=True)
    reopened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month"], condition=~Q(state="reopened"), name="period_closed_once"),
            models.CheckConstraint(
                condition=~Q(state="reopened") | (~Q(asked_by="") & ~Q(reopened_by="")),
                name="period_reopened_by_two",
            ),
        ]
