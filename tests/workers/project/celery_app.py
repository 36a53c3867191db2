"""Celery as its documents set it up with Django, over a broker that is a folder."""

from __future__ import annotations

import os
from pathlib import Path

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

FOLDER = Path(__file__).resolve().parent / "broker"

app = Celery("project", broker="filesystem://", broker_connection_retry_on_startup=True)
app.conf.broker_transport = "whole_files:Transport"
app.conf.broker_transport_options = {
    "data_folder_in": FOLDER,
    "data_folder_out": FOLDER,
    "control_folder": FOLDER / "control",
    "polling_interval": 0.02,
}
app.autodiscover_tasks(["jobs"])
