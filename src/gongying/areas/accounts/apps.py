from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "gongying.areas.accounts"
    label = "accounts"
