from django.apps import AppConfig


class TiersConfig(AppConfig):
    name = "gongying.areas.tiers"
    label = "tiers"
