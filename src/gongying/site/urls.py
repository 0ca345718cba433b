"""URLs by discovery: every app with a web room is mounted under its label."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from gongying.core.api.build import build

from . import rooms


def _mounted() -> list[URLPattern | URLResolver]:
    found: list[URLPattern | URLResolver] = []
    for app in rooms.apps():
        web = rooms.load(app, "web")
        if web is None:
            continue
        name = app.rsplit(".", 1)[-1]
        found.append(path(f"{name}/", include((web.urlpatterns, name), namespace=name)))  # type: ignore[attr-defined]
        root = getattr(web, "root", None)
        if root is not None:
            found.append(path("", root, name="home"))
    return found


urlpatterns = [path("language/", set_language, name="set_language"), path("api/", build().urls), *_mounted()]
