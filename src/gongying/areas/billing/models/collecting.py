"""Reminders, write-offs and refunds that two people decide, exported journals."""

from django.db import models
from django.db.models import F, Q

from gongying.core.scope import Scoped


class Reminding(models.Model):
    """One run of reminders on a day, under one version of the policy."""

    number = models.CharField(max_length=24, unique=True)
    on = models.DateField()
    policy = models.CharField(max_length=120, blank=True)
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)


class Letter(Scoped):
    """What one distributor was told in a run: the level, what was overdue, and the documents as they stood (JSON)."""

    run = models.ForeignKey(Reminding, models.PROTECT, related_name="letters")
    number = models.CharField(max_length=24, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    currency = models.CharField(max_length=3)
    level = models.PositiveSmallIntegerField()
    overdue_minor = models.BigIntegerField()
    days = models.PositiveIntegerField()
    items = models.TextField()
    title = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160, blank=True)
    body = models.TextField()
    body_en = models.TextField(blank=True)
    sent_at = models.DateTimeField(auto_now_add=True)
    seen_by = models.CharField(max_length=120, blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "party", "currency"], name="letter_once")]


class Request(Scoped):
    """Money that is given up or given back, proposed by one person and decided by another: `writeoff` of a document,
    `refund` of a prepayment, `deposit_out` of a deposit."""

    number = models.CharField(max_length=24, unique=True)
    kind = models.CharField(max_length=12)
    party = models.ForeignKey("parties.Party", models.PROTECT)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    item_id = models.BigIntegerField(null=True)
    document = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=400)
    state = models.CharField(max_length=10, default="submitted")  # submitted | approved | rejected
    asked_by = models.CharField(max_length=120)
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="request_amount"),
            models.CheckConstraint(
                condition=~Q(state="approved") | (~Q(decided_by="") & ~Q(decided_by=F("asked_by"))),
                name="request_by_two",
            ),
        ]


class Journal(models.Model):
    """A journal that was handed to the general ledger: of which month, under which mapping, and the hash of the file."""

    month = models.CharField(max_length=7)
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    policy = models.CharField(max_length=120, blank=True)
    closed = models.BooleanField()
    made_by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
