from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "gongying.areas.orders"
    label = "orders"
