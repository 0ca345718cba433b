from django.apps import AppConfig


class DiversionConfig(AppConfig):
    name = "gongying.areas.diversion"
    label = "diversion"
