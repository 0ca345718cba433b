from django.apps import AppConfig


class MoneyConfig(AppConfig):
    name = "gongying.books.money"
    label = "money"
