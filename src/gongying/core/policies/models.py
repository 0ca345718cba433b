"""Versions of every policy: what was decided, for whom, from when."""

from django.db import models


class PolicyVersion(models.Model):
    """One version of one policy document. Published versions are never edited, only followed by others."""

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=80)
    scope_kind = models.CharField(max_length=10, default="network")  # network | region | party
    scope_key = models.CharField(max_length=40, blank=True)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160, blank=True)
    document = models.TextField()
    hash = models.CharField(max_length=64)
    status = models.CharField(max_length=10, default="draft")  # draft | published | withdrawn
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    note = models.TextField(blank=True)
    created_by = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    published_by = models.CharField(max_length=120, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key", "scope_kind", "scope_key", "version"], name="policy_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(effective_to__isnull=True)
                | models.Q(effective_to__gt=models.F("effective_from")),
                name="policy_period_forward",
            ),
        ]
        indexes = [models.Index(fields=["kind", "key", "status"], name="policy_lookup")]
