from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "gongying.core.policies"
    label = "policies"
