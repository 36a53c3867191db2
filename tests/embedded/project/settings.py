"""A project as ``startproject`` makes it, less what the tests have no use for. The tests name its apps."""

from __future__ import annotations

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = "a secret that only the tests know"
DEBUG = True
ALLOWED_HOSTS = [os.environ["TEST_HOST"]] if "TEST_HOST" in os.environ else []
INSTALLED_APPS = [*os.environ.get("TEST_APPS", "onair").split(","), "pages"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # says how long a page is: connections stay
ROOT_URLCONF = "pages.urls"
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "assets"]
WSGI_APPLICATION = "wsgi.application"
ASGI_APPLICATION = "plain_asgi.application"
if "TEST_DATABASE" in os.environ:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
SILENCED_SYSTEM_CHECKS = ["onair.W041", "staticfiles.W004"]
