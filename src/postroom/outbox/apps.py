"""Django application `outbox`."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """What people send, and what Postroom itself writes to them."""

    name = "postroom.outbox"
