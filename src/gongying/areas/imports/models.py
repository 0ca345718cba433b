"""Batches and what was wrong with their rows."""

from django.db import models
from django.db.models.functions import Coalesce


class Batch(models.Model):
    """One file that was sent. `checkpoint` is the last row that was worked off."""

    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=20)
    file_id = models.BigIntegerField()
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="open")  # draft | open | done | undone
    columns = models.JSONField(default=dict)  # the header each field is read from; none: by its spelling
    checkpoint = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    corrected = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    job_id = models.BigIntegerField(null=True)
    sent_by = models.CharField(max_length=120)
    user_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)


class RowError(models.Model):
    """A row that was not taken, with the field at fault and the remedy.

    Both texts are the English of the catalogues, `words` fill them in: every reader reads his own language.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="errors")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=300)
    remedy = models.CharField(max_length=300, blank=True)
    words = models.JSONField(default=dict)


class Before(models.Model):
    """What a distributor or a product said before a batch changed it; no `values` when the batch brought it."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="before")
    code = models.CharField(max_length=40)
    values = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint("batch", "code", name="before_once")]


class Layout(models.Model):
    """Which headers a sender chose for the fields of a kind, to be proposed the next time."""

    sent_by = models.CharField(max_length=120)
    user_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=20)
    columns = models.JSONField(default=dict)
    kept_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint("sent_by", Coalesce("user_id", 0), "kind", name="layout_once")]
