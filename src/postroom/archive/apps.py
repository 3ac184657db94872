"""Django application `archive`."""

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """The stored mail."""

    name = "postroom.archive"
