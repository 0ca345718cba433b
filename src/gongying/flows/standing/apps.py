from django.apps import AppConfig


class StandingConfig(AppConfig):
    name = "gongying.flows.standing"
    label = "standing"
