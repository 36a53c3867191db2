"""The site that the tests run: as small as a Django project can be, with one app of news."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent

SECRET_KEY = "a secret that only the tests know"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", "[::1]"]
USE_TZ = True
ROOT_URLCONF = "tests.site.urls"
STATIC_URL = "static/"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "onair",
    "onair.outbox",
    "pusherable",
    "tests.site.board",
    "tests.site.club",
    "tests.site.depot",
    "tests.site.library",
    "tests.site.desk",
    "tests.site.news",
    "tests.live.soundness",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "other": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
    "file": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "file",
        "TEST": {"NAME": str(Path(tempfile.gettempdir(), f"onair-{os.getpid()}.sqlite3"))},
    },
    "postgres": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "onair",
        "USER": "postgres",
        "HOST": "/tests/start/it",  # tests/postgres.py
        "TEST": {"DEPENDENCIES": []},  # it is made by itself
    },
}

#: The apps without migrations refer to these: PostgreSQL wants their tables in one go.
MIGRATION_MODULES = {"auth": None, "contenttypes": None, "sessions": None}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
