"""A project with an outbox, on SQLite in a file."""

from __future__ import annotations

from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
SECRET_KEY = "a secret that only the tests know"
DEBUG = True
INSTALLED_APPS = ["onair", "onair.outbox", "notes"]
ROOT_URLCONF = "urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ONAIR = {"TRIGGERS": ["notes.Note"]}
SILENCED_SYSTEM_CHECKS = ["onair.W041"]
