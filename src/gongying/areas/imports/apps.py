from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "gongying.areas.imports"
    label = "imports"
