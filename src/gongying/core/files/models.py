"""Files that were uploaded or produced; the bytes lie on disk under their hash."""

from django.db import models


class StoredFile(models.Model):
    """One file: whose it is decides who may fetch it."""

    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    purpose = models.CharField(max_length=40)
    party_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
