"""Django application `webhooks`."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """What other programs are told."""

    name = "postroom.webhooks"
