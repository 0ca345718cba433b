from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "gongying.areas.billing"
    label = "billing"
