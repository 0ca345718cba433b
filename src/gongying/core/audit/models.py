"""What the door keeps: the key of every repeatable call, and a line for every verb."""

from django.db import models


class ActionKey(models.Model):
    """An idempotency key: fingerprint of the inputs and the answer that was given, refusals included."""

    principal = models.CharField(max_length=120)
    action = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    status = models.CharField(max_length=8, default="open")  # open | done | refused
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "key"], name="action_key_once")]


class AuditRow(models.Model):
    """One verb that was called: who, through which door, with what, and what came of it."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    actor = models.CharField(max_length=120, db_index=True)
    user_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=20, blank=True)
    via = models.CharField(max_length=8)
    action = models.CharField(max_length=80, db_index=True)
    parent = models.CharField(max_length=80, blank=True)
    inputs = models.TextField(blank=True)
    outcome = models.CharField(max_length=10)  # done | refused | forbidden
    detail = models.TextField(blank=True)
