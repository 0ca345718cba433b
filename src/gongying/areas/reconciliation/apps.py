from django.apps import AppConfig


class ReconciliationConfig(AppConfig):
    name = "gongying.areas.reconciliation"
    label = "reconciliation"
