from django.apps import AppConfig


class NumbersConfig(AppConfig):
    name = "gongying.core.numbers"
    label = "numbers"
