"""The end of a process: ``atexit`` is only the usual one, and children of process pools end without it."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Callable
from typing import Any

#: Called without arguments, perhaps more than once; it must not raise.
Action = Callable[[], object]

#: What the hook of a pool is known by where the same action is given to it again.
_UID = "onair.publishing"


def at_exit(action: Action) -> None:
    """Have the action called when the interpreter ends.

    Call it early: what is registered while the interpreter ends is not called.
    """
    atexit.register(action)


def at_end_of_child(action: Action) -> None:
    """Have the action called when this process ends as a child of a process pool.

    Only a pool whose module this process has loaded can be its parent, so none is imported. Call it in every
    child: a pool that forks gives its children an empty list.
    """
    for name, hook in _POOLS.items():
        module = sys.modules.get(name)
        if module is not None:
            hook(module, action)


def _finalize(module: Any, action: Action) -> None:
    """Before children that this process waits for are joined: they may take any time."""
    module.Finalize(None, action, exitpriority=0)


def _before_celery_child_exits(module: Any, action: Action) -> None:
    """Celery's pool ends its children by ``os._exit``, and calls no finalizer before.

    Reached at a child's last task (``--max-tasks-per-child``), at a warm shutdown, and at a SIGTERM.
    """

    def receive(**arguments: Any) -> None:
        action()

    module.worker_process_shutdown.connect(receive, weak=False, dispatch_uid=_UID)


#: By the module that has a pool's hook. Billiard is Celery's multiprocessing, also used without Celery.
_POOLS: dict[str, Callable[[Any, Action], None]] = {
    "multiprocessing.util": _finalize,
    "billiard.util": _finalize,
    "celery.signals": _before_celery_child_exits,
}
