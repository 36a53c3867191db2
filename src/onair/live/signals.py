"""What concerns live pages and is no write to the database, in the process that shows them."""

from __future__ import annotations

from django.dispatch import Signal

#: ``topic``: something outside of the database has changed that pages were rendered from. By the ``number``
#: other processes know of it; there is none where they do not hear of it.
touched = Signal()

#: ``user_pk``, as text: a user may not see any more what it could, or not as it was.
revoked = Signal()
