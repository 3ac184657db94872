"""The ASGI application that `postroom web` serves."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.config.settings")

whole = get_asgi_application()

# Models are loaded by now; the first email that is opened finds its reader warm.
from postroom.rendering.readers import READERS  # noqa: E402
from postroom.web.bodies import bounded  # noqa: E402

application = bounded(whole)
READERS.begin()
