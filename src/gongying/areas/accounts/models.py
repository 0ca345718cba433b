"""Second factors, recovery codes, open sessions, failed attempts."""

from django.db import models


class SecondFactor(models.Model):
    """A user's time-based code (RFC 6238). The secret is encrypted; `last_step` keeps a code from being used twice."""

    user = models.OneToOneField("people.User", models.CASCADE, related_name="second_factor")
    secret = models.CharField(max_length=200)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)


class RecoveryCode(models.Model):
    """One code for the day the telephone is lost; kept as a hash, used once."""

    user = models.ForeignKey("people.User", models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)


class OpenSession(models.Model):
    """A log-in that stands, so that its owner can see and end it."""

    user = models.ForeignKey("people.User", models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    address = models.CharField(max_length=45)
    agent = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)


class Failure(models.Model):
    """A failed attempt to log in; it counts for a quarter of an hour."""

    login = models.CharField(max_length=120, db_index=True)
    address = models.CharField(max_length=45, db_index=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
