"""Signals of what a view writes.

A receiver gets ``sender`` (the class of the backend, or of the view for ``push()``), ``instance`` (the
backend, or the view), ``channels``, ``event_name``, ``data``, ``socket_id`` and ``provider_class``.
"""

from __future__ import annotations

from django.dispatch import Signal

#: A row was created or updated. The event leaves after the commit.
view_post_save = Signal()

#: A row is about to be deleted, and is still there. The event leaves after the commit, if there is one.
view_pre_destroy = Signal()
