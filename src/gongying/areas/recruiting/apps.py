from django.apps import AppConfig


class RecruitingConfig(AppConfig):
    name = "gongying.areas.recruiting"
    label = "recruiting"
