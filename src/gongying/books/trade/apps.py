from django.apps import AppConfig


class TradeConfig(AppConfig):
    name = "gongying.books.trade"
    label = "trade"
