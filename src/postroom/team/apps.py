"""Django application `team`."""

from django.apps import AppConfig


class TeamConfig(AppConfig):
    """The people who use Postroom."""

    name = "postroom.team"
