"""Settlement runs, the statements in them, and disputes."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Run(models.Model):
    """One settlement of one programme and period, as known at line `watermark`, under one policy version."""

    number = models.CharField(max_length=24, unique=True)
    programme = models.CharField(max_length=80)
    version_id = models.BigIntegerField()
    policy_hash = models.CharField(max_length=64)
    period = models.CharField(max_length=8)
    watermark = models.BigIntegerField()
    state = models.CharField(max_length=8, default="pending")  # pending | posted | void
    business_date = models.DateField()
    created_by = models.CharField(max_length=120)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "period"], condition=Q(state="pending"), name="run_one_pending"
            )
        ]


class Statement(Scoped):
    """What one distributor is entitled to, was settled before, and is due, with the derivation."""

    run = models.ForeignKey(Run, models.PROTECT, related_name="statements")
    party = models.ForeignKey("parties.Party", models.PROTECT)
    currency = models.CharField(max_length=3)
    base = models.BigIntegerField()
    lines = models.PositiveIntegerField()
    entitled_minor = models.BigIntegerField()
    settled_minor = models.BigIntegerField()
    due_minor = models.BigIntegerField()
    tier = models.SmallIntegerField(null=True)
    derivation = models.TextField()
    transfer_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, default="open")  # open | confirmed | disputed
    confirmed_by = models.CharField(max_length=120, blank=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "party"], name="statement_once"),
            models.CheckConstraint(
                condition=Q(due_minor=F("entitled_minor") - F("settled_minor")), name="statement_adds_up"
            ),
        ]


class Dispute(Scoped):
    """A distributor's objection to a statement, or to one sales line in it, and head office's ruling.

    `verdict` is empty while it is open; `ruling` is the answer in words and `correction` what an upheld objection will
    change: the correction itself is a posting of its own, which the next run of the period trues up.
    """

    scope_path = "statement__party_id"
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="disputes")
    line_id = models.BigIntegerField(null=True)
    reason = models.TextField()
    raised_by = models.CharField(max_length=120)
    raised_at = models.DateTimeField(auto_now_add=True)
    due_on = models.DateField()  # head office answers until the end of this day
    verdict = models.CharField(max_length=8, blank=True)  # upheld | rejected
    ruling = models.TextField(blank=True)
    correction = models.TextField(blank=True)
    ruled_by = models.CharField(max_length=120, blank=True)
    ruled_at = models.DateTimeField(null=True)


class Replay(models.Model):
    """A programme version (its very text, by hash) on a period of the past: what was paid and what it would have paid."""

    version_id = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    period = models.CharField(max_length=8)
    distributors = models.PositiveIntegerField()
    before_minor = models.BigIntegerField()
    after_minor = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["version_id", "hash"], name="replay_of")]
