from django.apps import AppConfig


class PricesConfig(AppConfig):
    name = "gongying.books.prices"
    label = "prices"
