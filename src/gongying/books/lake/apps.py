from django.apps import AppConfig


class LakeConfig(AppConfig):
    name = "gongying.books.lake"
    label = "lake"
