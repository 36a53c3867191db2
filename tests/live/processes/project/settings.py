"""A site whose processes share an engine: pages by some of them, sockets by others, or both by each."""

from __future__ import annotations

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = "a secret that only the tests know"
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "onair",
    "onair.outbox",
    "notes",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    }
]
ROOT_URLCONF = "urls"
STATIC_URL = "/static/"
ON_FILE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": BASE_DIR / "db.sqlite3",
    "OPTIONS": {"init_command": "PRAGMA journal_mode=wal;", "transaction_mode": "IMMEDIATE"},
}
ON_POSTGRES = {
    "ENGINE": "django.db.backends.postgresql",
    "HOST": os.environ.get("TEST_CLUSTER"),
    "NAME": os.environ.get("TEST_DATABASE"),
    "USER": "postgres",
}
DATABASES = {"default": ON_POSTGRES if "TEST_CLUSTER" in os.environ else ON_FILE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ONAIR = {"TRIGGERS": ["notes.Sighting"], "PUBLIC_URL": os.environ.get("TEST_PUBLIC_URL")}
SILENCED_SYSTEM_CHECKS = ["onair.W041"]
