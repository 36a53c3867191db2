from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class OutboxConfig(AppConfig):
    """The application: has the outbox read where the sockets are, and triggers renewed by migrations."""

    name = "onair.outbox"
    label = "onair_outbox"
    verbose_name = _("On air: outbox")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from onair.embedded import companions
        from onair.outbox import migrating, thread

        companions.add(thread.start)
        pre_migrate.connect(migrating.before, sender=self, dispatch_uid="onair.outbox")
        post_migrate.connect(migrating.after, sender=self, dispatch_uid="onair.outbox")
