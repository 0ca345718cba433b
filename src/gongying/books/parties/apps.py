from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "gongying.books.parties"
    label = "parties"
