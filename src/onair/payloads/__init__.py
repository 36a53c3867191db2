"""A model instance as JSON: which of its fields may leave, and how each is written."""

from __future__ import annotations

from onair.payloads.models import FieldNames, field_names, model_payload, secret_fields
from onair.payloads.secret_names import looks_secret
from onair.payloads.values import json_value

__all__ = ["FieldNames", "field_names", "json_value", "looks_secret", "model_payload", "secret_fields"]
