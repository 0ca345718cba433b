from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "gongying.core.keys"
    label = "keys"
