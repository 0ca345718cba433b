from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "gongying.flows.demo"
    label = "demo"
