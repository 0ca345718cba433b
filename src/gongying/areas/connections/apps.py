from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "gongying.areas.connections"
    label = "connections"
