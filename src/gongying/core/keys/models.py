"""Keys of programs: what each may do, and the hashes of its secrets."""

from django.db import models
from django.db.models import Q

from gongying.core.scope import Scoped


class ApiKey(Scoped):
    """A program's key. Made by a person (`user_id`), it may do what stands in `scopes` and that person still may do.

    `party_id` is the company whose key it is (null: head office's); `narrowed_to` is the one organisation whose data a key
    of head office sees (null: all that its maker sees). `expires_on` is its last day; no `addresses` (networks as text):
    from anywhere. A name is never used again, so that a line of the audit log means one key.
    """

    name = models.CharField(max_length=40)
    party_id = models.BigIntegerField(null=True, db_index=True)
    user_id = models.BigIntegerField()
    scopes = models.JSONField(default=list)
    narrowed_to = models.BigIntegerField(null=True)
    addresses = models.JSONField(default=list)
    expires_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
    used_from = models.CharField(max_length=45, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party_id", "name"], name="api_key_once"),
            models.UniqueConstraint(fields=["name"], condition=Q(party_id__isnull=True), name="api_key_house_once"),
        ]

    @property
    def principal(self) -> str:
        """What it is called in the audit log, in facts and beside its idempotency keys: two companies may each have
        one of the same name."""
        return f"key:{self.name}" if self.party_id is None else f"key:{self.name}@{self.party_id}"


class ApiSecret(Scoped):
    """One secret of a key, as a hash; its first letters find it. After a rotation the older one ends a little later."""

    scope_path = "key__party_id"

    key = models.ForeignKey(ApiKey, models.CASCADE, related_name="secrets")
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
