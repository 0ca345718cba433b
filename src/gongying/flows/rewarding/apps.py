from django.apps import AppConfig


class RewardingConfig(AppConfig):
    name = "gongying.flows.rewarding"
    label = "rewarding"
