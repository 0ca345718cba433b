from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "gongying.core.people"
    label = "people"
