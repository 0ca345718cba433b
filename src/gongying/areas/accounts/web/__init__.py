"""Pages of identity: log-in and log-out, your own security, users and roles."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from gongying.core.doors import words
from gongying.core.ui import links, nav

from . import entry, profile, roles, users
from . import policies as policies

links.home("user", "accounts:user")
urlpatterns = [
    path("login/", entry.log_in, name="login"),
    path("code/", entry.code, name="code"),
    path("factor/", entry.factor, name="factor"),
    path("logout/", entry.log_out, name="logout"),
    path("profile/", profile.profile, name="profile"),
    path("users/", users.users, name="users"),
    path("users/<int:user_id>/", users.user, name="user"),
    path("roles/", roles.roles, name="roles"),
    path("roles/<slug:role>/", roles.role, name="role"),
]
nav.register(
    nav.NavItem(_("Users"), "/accounts/users/", "accounts.create_user", 80, "house", "users"),
    nav.NavItem(_("Roles"), "/accounts/roles/", "accounts.roles", 81, "house", "key"),
)
words(
    "accounts",
    _("People"),
    {
        "self": _("Look after your own password, second factor and log-ins"),
        "create_user": _("See and add users"),
        "disable_user": _("Disable users, let them in again, reset their password and second factor"),
        "set_role": _("Change the role of head office's people"),
        "roles": _("Read what roles may do"),
        "grant": _("Decide what roles may do and of whom a second factor is demanded"),
    },
)
