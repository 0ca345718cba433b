from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "gongying.core.ui"
    label = "ui"
