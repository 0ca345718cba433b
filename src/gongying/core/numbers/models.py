"""Counters of document numbers."""

from django.db import models


class Series(models.Model):
    """The last number given in one series and period."""

    code = models.CharField(max_length=20)
    period = models.CharField(max_length=8)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "period"], name="series_once")]
