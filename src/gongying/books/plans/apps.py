from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "gongying.books.plans"
    label = "plans"
