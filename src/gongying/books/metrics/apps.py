from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "gongying.books.metrics"
    label = "metrics"
