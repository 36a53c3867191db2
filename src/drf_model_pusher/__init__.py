"""The import names of drf_model_pusher, served by django-onair.

Its modules are those of ``onair.rest`` themselves, so that what a project's tests patch by the old names is
what is used.
"""

from __future__ import annotations

default_app_config = "drf_model_pusher.apps.DrfModelPusherConfig"
