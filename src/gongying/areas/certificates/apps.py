from django.apps import AppConfig


class CertificatesConfig(AppConfig):
    name = "gongying.areas.certificates"
    label = "certificates"
