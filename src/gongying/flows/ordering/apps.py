from django.apps import AppConfig


class OrderingConfig(AppConfig):
    name = "gongying.flows.ordering"
    label = "ordering"
