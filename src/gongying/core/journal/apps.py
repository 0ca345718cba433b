from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "gongying.core.journal"
    label = "journal"
