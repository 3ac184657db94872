"""Django application `archive`."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ArchiveConfig(AppConfig):
    """The stored mail."""

    name = "postroom.archive"

    def ready(self) -> None:
        """New tables are opened to the front doors' role when they are made."""
        from postroom.archive import wall

        post_migrate.connect(wall.build, sender=self)
