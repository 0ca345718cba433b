"""Parties, regions, the effective-dated hierarchy, levels and roles."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped

ROLES = ("bill_to", "payer", "ship_to")


class Region(models.Model):
    """A node of the sales geography: country, region, province, city."""

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    level = models.CharField(max_length=10)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")


class Party(Scoped):
    """A distributor (or another organisation). `code` is the brand owner's number for it."""

    scope_path = "id"
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=160)
    name_en = models.CharField(max_length=160, blank=True)
    uscc = models.CharField(max_length=18, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    region = models.ForeignKey(Region, models.PROTECT, null=True)
    contact = models.CharField(max_length=80, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    initials = models.CharField(max_length=60, blank=True, db_index=True)
    opened_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)


class PartyLink(Scoped):
    """`parent` supplies `child` on [valid_from, valid_to)."""

    scope_path = ("parent_id", "child_id")
    parent = models.ForeignKey(Party, models.PROTECT, related_name="supplies")
    child = models.ForeignKey(Party, models.PROTECT, related_name="supplied_by")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("child")), name="party_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="party_link_forward"
            ),
            models.UniqueConstraint(
                fields=["child"], condition=Q(valid_to__isnull=True), name="party_one_supplier"
            ),
        ]


class PartyLevel(Scoped):
    """The level of a party from a day on, until the next one; no level is an empty code. `document` says who gave it."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="levels")
    level = models.CharField(max_length=20, blank=True)
    since = models.DateField()
    document = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party", "since"], name="party_level_once")]


class PartyRole(Scoped):
    """`other` plays a role for `party` on [valid_from, valid_to): who gets the invoice, who pays, where goods go."""

    scope_path = ("party_id", "other_id")
    party = models.ForeignKey(Party, models.PROTECT, related_name="roles")
    role = models.CharField(max_length=8)
    other = models.ForeignKey(Party, models.PROTECT, related_name="plays")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=("bill_to", "payer", "ship_to")), name="party_role_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="party_role_forward"
            ),
            models.UniqueConstraint(fields=["party", "role", "valid_from"], name="party_role_once"),
            models.UniqueConstraint(
                fields=["party", "role"], condition=Q(valid_to__isnull=True), name="party_role_one_open"
            ),
        ]
