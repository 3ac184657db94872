"""The ASGI application that `postroom web` serves."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postroom.config.settings")
django.setup(set_prefix=False)

# Models are loaded by now; the first email that is opened finds its reader warm.
from postroom.rendering.readers import READERS  # noqa: E402
from postroom.web.bodies import bounded  # noqa: E402
from postroom.web.one_thread import OneThread  # noqa: E402

application = bounded(OneThread())
READERS.begin()
