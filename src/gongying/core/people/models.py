"""Users, their scopes, and the permissions of roles."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

ROLE_NAMES: dict[str, Any] = {
    "admin": _("Administrator"),
    "director": _("Channel director"),
    "regional": _("Regional manager"),
    "finance": _("Finance"),
    "planner": _("Planner"),
    "auditor": _("Auditor"),
    "owner": _("Distributor's owner"),
    "clerk": _("Distributor's clerk"),
}
ROLE_CHOICES = [(role, role) for role in ROLE_NAMES]


class UserManager(BaseUserManager["User"]):
    """Makes users with a hashed password."""

    def create_user(self, login: str, password: str | None, **fields: Any) -> "User":
        """A new user; the login is stored in lower case."""
        user = self.model(login=login.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who logs in. `party_id` is set for a distributor's people."""

    login = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=12, choices=ROLE_CHOICES)
    language = models.CharField(max_length=8, default="zh-hans")
    party_id = models.BigIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"
    objects = UserManager()


class UserScope(models.Model):
    """Whose data a user sees: the whole network (`all`), a region by code, or an organisation by id."""

    user = models.ForeignKey(User, models.CASCADE, related_name="scopes")
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "key"], name="user_scope_once")]


class RolePermission(models.Model):
    """Whether a role holds a permission. Filled from the verbs' declarations, then an administrator's to change.

    What was withdrawn keeps its row, so that the next upgrade does not give it back.
    """

    role = models.CharField(max_length=12, choices=ROLE_CHOICES)
    permission = models.CharField(max_length=80)
    held = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="role_permission_once")]
