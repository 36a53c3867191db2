from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class OnAirConfig(AppConfig):
    """The application: discovers the rules, registers the checks, and makes ``runserver`` live."""

    name = "onair"
    verbose_name = _("On air")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from onair import checks
        from onair.embedded import companions, runserver
        from onair.inspector import companion as inspector
        from onair.live import capture, companion
        from onair.rest import config as rest

        checks.register()
        runserver.install()
        capture.install()
        companions.add(companion.start)
        companions.add(inspector.start)
        autodiscover_modules("onair_rules")
        rest.connect_pusher_views()
        rest.discover_pusher_backends()
