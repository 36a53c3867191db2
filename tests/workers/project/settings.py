"""A site with background work: Celery over a folder, and ``django.tasks`` over its database."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

#: Where ``django.tasks`` is: Django 5.2 has it from PyPI.
TASKS_PACKAGE = "django.tasks" if find_spec("django.tasks") else "django_tasks"

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = "a secret that only the tests know"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = os.environ.get("TEST_URLCONF", "urls")
WSGI_APPLICATION = "wsgi.application"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "onair", "jobs", "django_tasks_db"]
if TASKS_PACKAGE == "django_tasks":
    INSTALLED_APPS.append(TASKS_PACKAGE)
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
ONAIR = {
    "DRAIN_TIMEOUT": float(os.environ.get("TEST_DRAIN_TIMEOUT", "5")),
    "LIVE": {"always": True, "never": False}.get(os.environ.get("TEST_LIVE", "")),
}
TASKS = {
    "default": {"BACKEND": "django_tasks_db.DatabaseBackend"},
    "immediate": {"BACKEND": f"{TASKS_PACKAGE}.backends.immediate.ImmediateBackend"},
}
