from django.apps import AppConfig


class HooksConfig(AppConfig):
    name = "gongying.core.hooks"
    label = "hooks"
