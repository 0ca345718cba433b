from django.apps import AppConfig


class ChannelConfig(AppConfig):
    name = "gongying.areas.channel"
    label = "channel"
