from django.apps import AppConfig


class ClosingConfig(AppConfig):
    name = "gongying.core.closing"
    label = "closing"
