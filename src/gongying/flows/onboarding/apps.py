from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "gongying.flows.onboarding"
    label = "onboarding"
