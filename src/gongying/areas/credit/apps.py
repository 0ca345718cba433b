from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "gongying.areas.credit"
    label = "credit"
