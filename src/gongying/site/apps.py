from django.apps import AppConfig

from . import rooms


class SiteConfig(AppConfig):
    name = "gongying.site"
    label = "site"

    def ready(self) -> None:
        rooms.load_all()
