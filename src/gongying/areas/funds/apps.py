from django.apps import AppConfig


class FundsConfig(AppConfig):
    name = "gongying.areas.funds"
    label = "funds"
