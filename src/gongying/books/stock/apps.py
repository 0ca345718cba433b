from django.apps import AppConfig


class StockConfig(AppConfig):
    name = "gongying.books.stock"
    label = "stock"
