from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "gongying.core.jobs"
    label = "jobs"
