from django.apps import AppConfig


class DoorsConfig(AppConfig):
    name = "gongying.core.doors"
    label = "doors"
