"""Requests for special prices."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class SpecialRequest(Scoped):
    """A distributor asks, or is proposed, a price in major units for every `per` base units of a product (one `pack`), for at
    most `packs` packs on [valid_from, valid_to).

    `usual` is what a pack cost it on the day it was asked, `concession_minor` what the difference costs at most; both without
    tax. Once approved `price_key` names the price in the book.
    """

    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    product = models.ForeignKey("goods.Product", models.PROTECT, related_name="+")
    pack = models.CharField(max_length=10, blank=True)
    per = models.PositiveIntegerField(default=1)
    packs = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    usual = models.DecimalField(max_digits=20, decimal_places=6)
    price = models.DecimalField(max_digits=20, decimal_places=6)
    concession_minor = models.BigIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField()
    reason = models.CharField(max_length=400)
    competitor = models.CharField(max_length=120, blank=True)
    competitor_price = models.DecimalField(max_digits=20, decimal_places=6, null=True)
    file_id = models.BigIntegerField(null=True)
    state = models.CharField(
        max_length=10, default="submitted"
    )  # submitted | approved | rejected | withdrawn | ended
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_under = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=400, blank=True)
    price_key = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="special_forward"),
            models.CheckConstraint(condition=Q(price__gte=0) & Q(price__lt=F("usual")), name="special_is_lower"),
            models.CheckConstraint(condition=Q(packs__gt=0) & Q(per__gt=0), name="special_of_something"),
        ]
        indexes = [models.Index(fields=["state", "party"], name="special_open")]
