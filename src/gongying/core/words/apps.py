from django.apps import AppConfig


class WordsConfig(AppConfig):
    name = "gongying.core.words"
    label = "words"
