"""Long work that people can watch."""

from django.db import models


class Job(models.Model):
    """One run of a background job: whose it is, how far it is, what came of it."""

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, default="queued")  # queued | running | done | failed | cancelled
    arguments = models.JSONField(default=dict)
    actor = models.JSONField(default=dict)
    user_id = models.BigIntegerField(null=True, db_index=True)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    @property
    def percent(self) -> int:
        """Progress in whole percent; a finished job is 100."""
        if self.state == "done":
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0
