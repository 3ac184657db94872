"""Django application `outbox`."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """What Postroom itself writes to its people."""

    name = "postroom.outbox"
