from django.apps import AppConfig


class SupplyConfig(AppConfig):
    name = "gongying.areas.supply"
    label = "supply"
