"""What a block of code reads from the database while it runs.

``hooks`` sees what Django executes, and results that are used again; ``plan`` says of each query which rows
of which tables it is about; ``recorder`` keeps that, and what is shown of instances.

Tables whose writes are never captured are left out: sessions, migrations, the admin's log, the outbox. What
is shown of them does not follow them. Nor is seen what code takes from a cache of its own, or from a
queryset's ``_result_cache`` after it has only counted the rows.
"""

from __future__ import annotations
