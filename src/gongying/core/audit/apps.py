from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "gongying.core.audit"
    label = "audit"
