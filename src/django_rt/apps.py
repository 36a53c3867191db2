from __future__ import annotations

from onair import seed_apps


class DjangoRtConfig(seed_apps.SeedConfig):
    """The application of a project that lists ``"django_rt"``, with ``"onair"`` or alone."""

    name = "django_rt"
