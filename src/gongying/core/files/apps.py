from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "gongying.core.files"
    label = "files"
