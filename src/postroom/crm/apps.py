"""Django application `crm`."""

from django.apps import AppConfig


class CrmConfig(AppConfig):
    """The people Postroom is about."""

    name = "postroom.crm"
