"""Messages in the bell."""

from django.db import models


class Notice(models.Model):
    """One message to one user; the text is kept in both languages."""

    user_id = models.BigIntegerField()
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    body = models.TextField(blank=True)
    body_en = models.TextField(blank=True)
    link = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=10, default="info")  # info | good | warning | danger
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user_id", "read_at"], name="notice_unread")]
