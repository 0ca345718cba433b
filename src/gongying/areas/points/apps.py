from django.apps import AppConfig


class PointsConfig(AppConfig):
    name = "gongying.areas.points"
    label = "points"
