"""The settings of an ordinary Django project. What makes it live is marked with an arrow."""

from __future__ import annotations

from pathlib import Path

import django

from . import databases

BASE_DIR = Path(__file__).resolve().parent.parent

# This is a demo on your own machine: a site that others can reach needs a secret of its own, and no DEBUG.
SECRET_KEY = "the demo has no secrets, and everybody may read this one"
DEBUG = True
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "onair",  # ← the first of the two edits (the second is in urls.py)
    "pusherable",  # ← the template tags {% pusherable_script %} and {% pusherable_subscribe %}
    "onair.outbox",  # ← only for the triggers below
    "drf_model_pusher",  # ← the mixin of the API's viewsets
    "django_rt",  # ← the import names of the samples
    "articles",
    "board",
    "harbour",
    "livedesk",
    "samples",
]

# Nothing of it is needed.
ONAIR = {
    # Shows at /onair/ what goes on: to everybody who writes here, and not to superusers alone.
    "INSPECTOR": lambda request: request.user.is_staff,
    # Tells the wire on how many screens it is read.
    "SUBSCRIPTION_COUNTS": True,
    # What is written to these tables is seen by triggers: whoever writes, and with whatever program.
    "TRIGGERS": ["harbour.Ferry", "board.Ticket"],
}

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# Nothing here needs an inline script or style, so the strictest policy fits (Django has one since 6.0).
if django.VERSION >= (6, 0):
    MIDDLEWARE.append("django.middleware.csp.ContentSecurityPolicyMiddleware")
    SECURE_CSP = {"default-src": ["'self'"], "base-uri": ["'none'"], "form-action": ["'self'"]}

ROOT_URLCONF = "newsroom.urls"

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

DATABASES = {"default": databases.chosen(BASE_DIR / "db.sqlite3")}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"

LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "articles:list"
LOGOUT_REDIRECT_URL = "login"
