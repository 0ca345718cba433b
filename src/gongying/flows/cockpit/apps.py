from django.apps import AppConfig


class CockpitConfig(AppConfig):
    name = "gongying.flows.cockpit"
    label = "cockpit"
