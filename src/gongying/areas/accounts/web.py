"""Log-in and log-out."""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

urlpatterns = [
    path(
        "login/",
        LoginView.as_view(template_name="accounts/login.html", authentication_form=AuthenticationForm),
        name="login",
    ),
    path("logout/", LogoutView.as_view(next_page="/accounts/login/"), name="logout"),
]
