"""Django application `oauth`."""

from django.apps import AppConfig


class OAuthConfig(AppConfig):
    """Sign in with Google or Microsoft."""

    name = "postroom.oauth"
