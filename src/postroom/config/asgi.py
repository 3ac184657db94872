"""The ASGI application that `postroom web` serves."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.config.settings")

application = get_asgi_application()

# Models are loaded by now; the first email that is opened finds its reader warm.
from postroom.rendering.readers import READERS  # noqa: E402

READERS.begin()
