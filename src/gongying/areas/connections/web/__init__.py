"""Pages of connections: keys, endpoints, messages, and the API to read."""

from django.urls import path
from django.utils.translation import gettext_lazy as _

from gongying.core.doors import words
from gongying.core.ui import links, nav

from . import endpoints, keys, messages, reference

urlpatterns = [
    path("", keys.keys, name="keys"),
    path("keys/new/", keys.new_key, name="new_key"),
    path("keys/<int:key_id>/", keys.key, name="key"),
    path("hooks/", endpoints.endpoints, name="endpoints"),
    path("hooks/new/", endpoints.new_endpoint, name="new_endpoint"),
    path("hooks/<int:endpoint_id>/", endpoints.endpoint, name="endpoint"),
    path("messages/", messages.deliveries, name="deliveries"),
    path("messages/<int:delivery_id>/", messages.delivery, name="delivery"),
    path("api/", reference.reference, name="reference"),
]
links.home("key", "connections:key")
links.home("endpoint", "connections:endpoint")
links.home("delivery_message", "connections:delivery")
nav.register(nav.NavItem(_("Integrations"), "/connections/", "connections.view", 84, "house", "key"))
words(
    "connections",
    _("Integrations"),
    {
        "view": _("See keys, endpoints and what was sent, and read about the API"),
        "keys": _("Make, rotate and revoke keys for programs"),
        "hooks": _("Have other systems told what happens, and send it again"),
        "whoami": _("Ask the API who you are"),
    },
)
words("hooks", _("Messages to other systems"), {"give_up": _("Disable an address that takes no messages")})
