"""Marks beside a thing: `{% load badges %}`, `{% badges "party" party.pk %}`."""

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from gongying.core.ui import badges as registry

from .ui import icon

register = template.Library()


def drawn(badge: registry.Badge) -> SafeString:
    """A mark as it stands on a page: a link where it leads somewhere."""
    inner = format_html("{}{}", icon(badge.icon), badge.text)
    if badge.href:
        return format_html(
            '<a class="badge {}" href="{}" title="{}">{}</a>', badge.tone, badge.href, badge.note, inner
        )
    return format_html('<span class="badge {}" title="{}">{}</span>', badge.tone, badge.note, inner)


@register.simple_tag(takes_context=True)
def badges(context: dict[str, Any], kind: str, key: Any) -> SafeString:
    """The marks of a thing for whoever reads."""
    found = registry.of(context.get("actor"), kind, key)
    return format_html_join(" ", "{}", ((drawn(each),) for each in found))
