"""Which pages may open a socket, from the settings that Django has for its own requests."""

from __future__ import annotations

from django.conf import settings as django_settings

from onair import conf
from onair.server.origins import OriginPolicy

#: The hosts of a site that is being developed and names none, as ``HttpRequest.get_host`` has them.
LOCAL_HOSTS = (".localhost", "127.0.0.1", "[::1]")


def origin_policy() -> OriginPolicy:
    """Return this site's policy: ``ONAIR["ALLOWED_ORIGINS"]``, else Django's hosts and trusted origins."""
    allowed = conf.allowed_origins()
    if allowed is not None:
        return OriginPolicy(hosts=(), trusted=allowed)
    return OriginPolicy(hosts=_hosts(), trusted=tuple(django_settings.CSRF_TRUSTED_ORIGINS))


def _hosts() -> tuple[str, ...]:
    hosts = tuple(django_settings.ALLOWED_HOSTS)
    return LOCAL_HOSTS if django_settings.DEBUG and not hosts else hosts
