from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "gongying.flows.settlement"
    label = "settlement"
