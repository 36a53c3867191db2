"""What an engine calls the app of a site."""

from __future__ import annotations

from onair import conf


def shared_name(secret_key: str = "a secret that only the tests know") -> str:
    """Return what tells the app of the site with this ``SECRET_KEY`` from those of others."""
    return f"{conf.EMBEDDED_APP_ID}-{conf._derived_credential(secret_key).key}"
