from django.apps import AppConfig


class StarsConfig(AppConfig):
    name = "gongying.areas.stars"
    label = "stars"
