"""Runs of a year and their lines, excuses of gaps, rights of first renewal."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Run(models.Model):
    """The stars of one year under one version of the rules; they hold, and the bonus is posted, once it is approved."""

    number = models.CharField(max_length=24, unique=True)
    year = models.PositiveIntegerField()
    version_id = models.BigIntegerField()
    policy_hash = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    business_date = models.DateField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, default="pending")  # pending | posted | void
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="pending"), name="star_run_one_pending")
        ]


class Line(Scoped):
    """What a run says of one distributor: its chain of years, its star, and the bonus with its parts. Append-only."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="lines")
    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    count = models.PositiveIntegerField()  # good years of the chain
    star = models.CharField(max_length=20, blank=True)
    chain = (
        models.TextField()
    )  # [[2024, "good", "123.45", "gold"], …]: year, state, figure in words of the engine, level
    base_minor = models.BigIntegerField()
    rate = models.DecimalField(max_digits=9, decimal_places=6)
    entitled_minor = models.BigIntegerField()
    before_minor = models.BigIntegerField()
    due_minor = models.BigIntegerField()
    transfer_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "party"], name="star_line_once"),
            models.CheckConstraint(
                condition=Q(due_minor=F("entitled_minor") - F("before_minor")), name="star_line_adds_up"
            ),
        ]


class Excuse(Scoped):
    """A gap that shall not break a chain, for a reason of the policy; a second person decides."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    year = models.PositiveIntegerField()
    reason = models.CharField(max_length=20)
    note = models.TextField()
    state = models.CharField(max_length=10, default="pending")  # pending | approved | rejected
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField(blank=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["party", "year"], condition=Q(state__in=("pending", "approved")), name="star_excuse_once"
            )
        ]


class Right(Scoped):
    """The right of first renewal of a distributor on [valid_from, valid_to), by a run: its contract and its territory are
    offered to it before anybody else. Append-only; a later run gives a later one."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+")
    run = models.ForeignKey(Run, models.PROTECT, related_name="rights")
    star = models.CharField(max_length=20)
    count = models.PositiveIntegerField()
    base_minor = models.BigIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "party"], name="star_renewal_once"),
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="star_renewal_forward"),
        ]
