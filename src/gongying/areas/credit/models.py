"""Limits and held orders."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Grant(Scoped):
    """What one distributor may owe in a currency: a `limit` that holds until the next one, or a `temporary` limit on top of it
    until its last day. `terms_days` (of a limit) is how long he has to pay; None is what the policy says."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="credit_grants")
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=10)  # limit | temporary
    amount_minor = models.BigIntegerField()
    terms_days = models.PositiveSmallIntegerField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # the last day, it counts until its end
    state = models.CharField(max_length=10, default="proposed")  # proposed | approved | rejected | ended
    reason = models.CharField(max_length=400)
    proposed_by = models.CharField(max_length=120)
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="grant_not_negative"),
            models.CheckConstraint(
                condition=Q(kind="limit", valid_to__isnull=True)
                | Q(kind="temporary", valid_to__gte=F("valid_from"), terms_days__isnull=True),
                name="grant_span",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | (~Q(decided_by="") & ~Q(decided_by=F("proposed_by"))),
                name="grant_by_two",
            ),
        ]
        indexes = [models.Index(fields=["party", "currency", "state"], name="grant_of")]


class Revision(Scoped):
    """How turnover moves a distributor's limit: the factor of a period by a version of `credit.turnover`, announced on a day and
    holding from `valid_from` to `valid_to` or until the next one. `days` is the registered figure `dio` of the period (None: not
    known). What was announced is never changed; only that it began is written down."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="credit_revisions")
    period = models.CharField(max_length=8)
    version_id = models.BigIntegerField()
    policy_hash = models.CharField(max_length=64)
    figure = models.CharField(max_length=40, default="dio")
    days = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    before = models.DecimalField(
        max_digits=6, decimal_places=4
    )  # the factor of the revision before it, 1 for the first
    factor = models.DecimalField(max_digits=6, decimal_places=4)
    tight = models.BooleanField(
        default=False
    )  # more is owed and held than the new limit: nothing of that is touched
    announced_on = models.DateField()
    valid_from = models.DateField()
    valid_to = models.DateField()  # the last day
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    began_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party", "period"], name="revision_once"),
            models.CheckConstraint(
                condition=Q(valid_from__gt=F("announced_on"), valid_to__gt=F("valid_from")),
                name="revision_announced",
            ),
            models.CheckConstraint(condition=Q(factor__gt=0), name="revision_factor"),
        ]
        indexes = [models.Index(fields=["party", "valid_from"], name="revision_of")]


class Held(Scoped):
    """An order that waits for credit, with the reasons in figures as they were when it was held (JSON)."""

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="credit_holds")
    order = models.CharField(max_length=40)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    prepaid = models.BooleanField(default=False)
    reasons = models.TextField()
    state = models.CharField(max_length=10, default="open")  # open | released | declined | dropped
    held_on = models.DateField()
    held_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)
    at_release = models.TextField(blank=True)  # the reasons that still stood when it was released

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(state="open"), name="held_once"),
        ]
