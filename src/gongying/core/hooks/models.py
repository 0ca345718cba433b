"""Addresses that are told facts, what was told them, and every attempt."""

from django.db import models

from gongying.core.scope import Scoped


class Endpoint(Scoped):
    """An address of another system. `facts` are names or prefixes such as ``orders.*``; secrets are kept encrypted.

    `party_id` is the company whose endpoint it is (null: head office's); what it is told follows from what its maker
    (`user_id`) may see now. While it fails it is left alone until `hold_until`; `after` is the journal's position it begins
    behind.
    """

    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    party_id = models.BigIntegerField(null=True, db_index=True)
    user_id = models.BigIntegerField()
    facts = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="active")  # active | disabled
    why = models.CharField(max_length=200, blank=True)  # it was disabled by the house
    secret = models.CharField(max_length=300)
    old_secret = models.CharField(max_length=300, blank=True)
    old_until = models.DateTimeField(null=True)
    after = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)  # in a row
    failing_since = models.DateTimeField(null=True)
    hold_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)  # the last message that was taken
    created_at = models.DateTimeField(auto_now_add=True)


class Delivery(Scoped):
    """One message to one endpoint; its `message` stays the same however often it is sent. `position` is that of the fact in
    the journal, null for a test."""

    scope_path = "endpoint__party_id"

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    message = models.CharField(max_length=40, unique=True)
    position = models.PositiveBigIntegerField(null=True)
    fact = models.CharField(max_length=80)
    body = models.TextField()
    state = models.CharField(max_length=10, default="queued")  # queued | done | failed
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    code = models.PositiveSmallIntegerField(null=True)  # of the last answer
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "position"], name="delivery_once"),
        ]
        indexes = [models.Index(fields=["state", "next_at"], name="delivery_due")]


class Attempt(Scoped):
    """One sending: the answer's code (null: there was none), how long it took, the beginning of what came back."""

    scope_path = "delivery__endpoint__party_id"

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    code = models.PositiveSmallIntegerField(null=True)
    millis = models.PositiveIntegerField()
    error = models.CharField(max_length=200, blank=True)
    excerpt = models.CharField(max_length=1000, blank=True)


class Reading(models.Model):
    """How far the journal has been read for endpoints: one row."""

    position = models.PositiveBigIntegerField(default=0)
