"""Facts as they were told, and how far each listener has read."""

from django.db import models


class Entry(models.Model):
    """One fact, told once: a trigger refuses to change or remove it. `position` and `link` are given by the sealer, in order.

    `payload` is the canonical text that was hashed, so that every stored byte counts; `nonce` keeps
    small payloads from being guessed from public hashes.
    """

    position = models.PositiveBigIntegerField(null=True, unique=True)
    name = models.CharField(max_length=80, db_index=True)
    version = models.PositiveSmallIntegerField()
    actor = models.CharField(max_length=120)
    via = models.CharField(max_length=8)
    told_at = models.CharField(max_length=32)
    nonce = models.CharField(max_length=32)
    payload = models.TextField()
    link = models.CharField(max_length=64, blank=True)

    def body(self) -> dict[str, object]:
        """What the seal covers."""
        return {
            "name": self.name,
            "version": self.version,
            "actor": self.actor,
            "via": self.via,
            "told_at": self.told_at,
            "nonce": self.nonce,
            "payload": self.payload,
        }


class Head(models.Model):
    """The end of the chain: one row, locked by the one sealer at work."""

    position = models.PositiveBigIntegerField(default=0)
    link = models.CharField(max_length=64)


class Cursor(models.Model):
    """How far one listener has read, and what stopped it."""

    listener = models.CharField(max_length=160, unique=True)
    position = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
