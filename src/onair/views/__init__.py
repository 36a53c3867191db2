"""Views: the mixins that tell who opened, saved or deleted which object; the authorisation endpoint."""

from __future__ import annotations

from onair.views.pusherable import PusherDeleteMixin, PusherDetailMixin, PusherMixin, PusherUpdateMixin

__all__ = ["PusherDeleteMixin", "PusherDetailMixin", "PusherMixin", "PusherUpdateMixin"]
