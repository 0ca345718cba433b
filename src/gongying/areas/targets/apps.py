from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "gongying.areas.targets"
    label = "targets"
