"""Allocation of scarce goods: the run with its rule, what there was, and what everybody wished for and gets."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class AllocationRun(Scoped):
    """One sharing-out of the goods of a site. `rule` and `inside` name the rule and that within a class; `classes` are level codes, the
    first served first, apart by commas. draft | applied | dropped; an applied one is never changed."""

    scope_path = "site__party_id"  # a distributor sees his lines, not the run of the house
    number = models.CharField(max_length=24, unique=True)
    title = models.CharField(max_length=120)
    site = models.ForeignKey("places.Site", models.PROTECT, related_name="+")
    on = models.DateField()
    rule = models.CharField(max_length=12)
    inside = models.CharField(max_length=12, default="max_min")
    classes = models.CharField(max_length=400, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=8, default="draft", db_index=True)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)


class AllocationSupply(Scoped):
    """How many base units of a product a run shares out, in whole `step`s, and the smallest lot worth a delivery."""

    scope_path = "run__site__party_id"
    run = models.ForeignKey(AllocationRun, models.CASCADE, related_name="supplies")
    product = models.ForeignKey("goods.Product", models.PROTECT)
    available = models.BigIntegerField()
    step = models.PositiveIntegerField(default=1)
    smallest = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "product"], name="allocation_supply_once"),
            models.CheckConstraint(
                condition=Q(available__gte=0, step__gt=0, smallest__gte=0), name="allocation_supply_not_negative"
            ),
        ]


class AllocationLine(Scoped):
    """A wish of a distributor in a run and what he gets; `need` is the reservation it is for, `why` the codes and figures (base units) that explain it."""

    run = models.ForeignKey(AllocationRun, models.CASCADE, related_name="lines")
    party = models.ForeignKey("parties.Party", models.PROTECT)
    product = models.ForeignKey("goods.Product", models.PROTECT)
    need = models.CharField(max_length=120)
    order = models.CharField(max_length=40, blank=True)
    level = models.CharField(max_length=40, blank=True)
    weight = models.BigIntegerField(null=True)  # what proportional goes by where it is not the wish
    wish = models.BigIntegerField()
    given = models.BigIntegerField(default=0)
    why = models.TextField(default="{}")
    objection = models.CharField(max_length=1000, blank=True)
    objected_by = models.CharField(max_length=120, blank=True)
    objected_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=1000, blank=True)
    answered_by = models.CharField(max_length=120, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "need"], name="allocation_need_once"),
            models.CheckConstraint(
                condition=Q(wish__gt=0, given__gte=0, given__lte=F("wish")), name="allocation_within_wish"
            ),
        ]
