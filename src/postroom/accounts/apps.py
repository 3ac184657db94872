"""Django application `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Connected mailboxes."""

    name = "postroom.accounts"
