"""The WSGI application, which publishes while it is imported: with ``--preload``, before gunicorn forks."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

import onair

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
application = get_wsgi_application()
onair.publish("news", "imported")
