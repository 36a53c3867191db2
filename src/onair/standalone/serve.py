"""Serving what was configured, until a signal comes."""

from __future__ import annotations

import logging
import sys

from onair.server.inherited import take
from onair.server.origins import OriginPolicy
from onair.server.run import run
from onair.server.server import Server
from onair.standalone.config import Config
from onair.standalone.console import on_air
from onair.supervision.supervisor import supervise

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def serve(config: Config) -> int:
    """Serve, and return the exit code when a signal has ended it.

    Raises:
        SystemExit: the address cannot be bound; the log says why.
    """
    logging.basicConfig(format=_FORMAT, level=max(config.log_level, logging.WARNING))
    logging.getLogger("onair").setLevel(config.log_level)

    def say(host: str, port: int) -> None:
        sys.stdout.write(on_air(config, host, port))
        sys.stdout.flush()

    inherited = take()
    if config.serving.workers > 1 and inherited is None:
        return supervise(config.serving.workers, config.serving.bind, say)
    origins = OriginPolicy(trusted=config.origins, remedy="start the server with --origin for it, too")
    server = Server(
        config.apps, origins=origins, max_connections=config.max_connections, engine=config.engine
    )
    on_bound = say if inherited is None else None
    run(server, on_bound=on_bound, inherited=inherited, **config.serving.options(server))
    return 0
