from django.apps import AppConfig


class ControlConfig(AppConfig):
    name = "gongying.areas.control"
    label = "control"
