from django.apps import AppConfig


class AwardsConfig(AppConfig):
    name = "gongying.areas.awards"
    label = "awards"
