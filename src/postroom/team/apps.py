"""Django application `team`."""

from django.apps import AppConfig


class TeamConfig(AppConfig):
    """The people who use Postroom."""

    name = "postroom.team"

    def ready(self) -> None:
        """Connections are made from here on."""
        from postroom.team.moments import read_moments_fast

        read_moments_fast()
