"""What concerns live pages and is no write to the database, in the process that shows them."""

from __future__ import annotations

from django.dispatch import Signal

#: ``topic``: something outside of the database has changed that pages were rendered from.
touched = Signal()

#: ``user_pk``, as text: a user may not see any more what it could, or not as it was.
revoked = Signal()
