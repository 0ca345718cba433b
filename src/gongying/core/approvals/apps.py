from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "gongying.core.approvals"
    label = "approvals"
