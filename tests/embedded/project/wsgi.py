"""The WSGI application; run as a program, a plain WSGI server of it that knows nothing of sockets."""

from __future__ import annotations

import os
import sys
from wsgiref.simple_server import make_server

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
application = get_wsgi_application()

if __name__ == "__main__":
    with make_server("127.0.0.1", 0, application) as server:
        sys.stdout.write(f"WSGI at http://127.0.0.1:{server.server_port}/\n")
        server.serve_forever()
