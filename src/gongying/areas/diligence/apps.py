from django.apps import AppConfig


class DiligenceConfig(AppConfig):
    name = "gongying.areas.diligence"
    label = "diligence"
