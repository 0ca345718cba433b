from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "gongying.core.notices"
    label = "notices"
