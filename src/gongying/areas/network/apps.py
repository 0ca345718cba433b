from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "gongying.areas.network"
    label = "network"
