"""What orders says of its permissions. The pages of orders are the flow's: they show what several areas know."""

from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from gongying.core.doors import words

urlpatterns: list[URLPattern] = []
words(
    "orders",
    _("Orders"),
    {
        "view": _("Read orders"),
        "write": _("Write and discard drafts, keep favourites"),
        "comment": _("Comment on orders and attach files"),
        "keep": _("Write down what became of orders (the ordering flow alone)"),
    },
)
