"""Django's entry for cleanup: its models live here."""

from django.apps import AppConfig


class CleanupConfig(AppConfig):
    """Postroom's cleanup app."""

    name = "postroom.cleanup"
    label = "cleanup"
