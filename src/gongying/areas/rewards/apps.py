from django.apps import AppConfig


class RewardsConfig(AppConfig):
    name = "gongying.areas.rewards"
    label = "rewards"
