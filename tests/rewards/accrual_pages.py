"""Who looks at the pages of accruals, tax and the watch list in tests."""

from django.test import Client

from gongying.core.actor import Actor
from gongying.core.doors import permissions
from gongying.core.people.access import sync_roles
from gongying.core.people.models import User, UserScope


def browser(network, role, code="", region="", language="en"):
    """A browser of somebody of a role, of one distributor or region or of the whole network."""
    sync_roles()
    user = User.objects.create_user(f"{role}{code}{region}@accrual", "x", name=role, role=role)
    kind = "party" if code else "region" if region else "all"
    UserScope.objects.create(user=user, kind=kind, key=str(network.ids[code]) if code else region)
    found = Client(headers={"accept-language": language})
    found.force_login(user)
    return found


def owner(network, code):
    """The owner of a distributor."""
    may = frozenset(n for n, roles in permissions().items() if "owner" in roles)
    return Actor(f"owner-{code}", 1, "owner", may, frozenset({network.ids[code]}))
