"""Django application `api`."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What REST itself remembers."""

    name = "postroom.api"
