"""Django application `rules`."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    """What happens to mail by itself."""

    name = "postroom.rules"
