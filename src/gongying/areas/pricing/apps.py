from django.apps import AppConfig


class PricingConfig(AppConfig):
    name = "gongying.areas.pricing"
    label = "pricing"
