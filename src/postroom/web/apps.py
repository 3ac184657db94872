"""Django application `web`."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "postroom.web"
