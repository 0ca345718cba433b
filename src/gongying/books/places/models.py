"""Territories, and the sites where goods are."""

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


KINDS = ("warehouse", "quarantine", "transit", "ship_to", "store")


class Site(Scoped):
    """A place where goods are or go to; of the house itself when it belongs to no party.

    `capacity_units` and `capacity_minor` are what it can hold, in base units and in minor units of `currency`: a limit that
    is shown beside the stock, never a goal.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    party = models.ForeignKey("parties.Party", models.PROTECT, null=True, related_name="sites")
    kind = models.CharField(max_length=10, default="warehouse")
    region = models.ForeignKey("parties.Region", models.PROTECT, null=True)
    address = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)
    main = models.BooleanField(default=False)
    capacity_units = models.BigIntegerField(null=True)
    capacity_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="CNY")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="site_kind"),
            models.CheckConstraint(
                condition=Q(main=False) | Q(party__isnull=True, kind="warehouse"), name="site_main_is_a_warehouse"
            ),
            models.UniqueConstraint(fields=["main"], condition=Q(main=True), name="site_one_main"),
        ]
