"""Territories."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Territory(Scoped):
    """A party may sell in a region on [valid_from, valid_to); empty channel or category means all of them."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="territories")
    region = models.ForeignKey("parties.Region", models.PROTECT)
    channel = models.CharField(max_length=20, blank=True)
    category = models.CharField(max_length=40, blank=True)
    exclusive = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="territory_forward"
            ),
            models.UniqueConstraint(
                fields=["party", "region", "channel", "category", "valid_from"], name="territory_once"
            ),
        ]
