from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "gongying.books.places"
    label = "places"
