from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "gongying.areas.warehouse"
    label = "warehouse"
