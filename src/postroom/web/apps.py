"""Django application `web`."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages."""

    name = "postroom.web"

    def ready(self) -> None:
        """Hear of what happens at the door."""
        from postroom.web.door import events  # noqa: F401
