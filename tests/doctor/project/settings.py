"""A project with the endpoints. The tests set it up rightly and wrongly by ``TEST_SETTINGS``, in JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = "a secret that only the tests know"
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
INSTALLED_APPS = ["onair"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "urls"
WSGI_APPLICATION = None
SILENCED_SYSTEM_CHECKS = ["onair.W042"]

globals().update(json.loads(os.environ.get("TEST_SETTINGS", "{}")))
