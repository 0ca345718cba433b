from django.apps import AppConfig


class GoodsConfig(AppConfig):
    name = "gongying.books.goods"
    label = "goods"
