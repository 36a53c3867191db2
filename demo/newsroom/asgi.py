"""The demo under an ASGI server, whose sockets are beside the pages (``make demo-redis``)."""

from __future__ import annotations

import os

from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

from onair.asgi import wrap

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")

# A site that others can reach leaves its static files to the server before it.
application = wrap(ASGIStaticFilesHandler(get_asgi_application()))
