"""The server alone, with one app and the whole protocol on.

Usage: onair_server.py APP_ID KEY SECRET [ENGINE] PORT. With an engine it tells no counts.
"""

from __future__ import annotations

import sys

from onair.engines.urls import EngineUrl
from onair.protocol.app import App, Credential
from onair.server.origins import OriginPolicy
from onair.server.run import run
from onair.server.server import Server

app_id, key, secret, *engine, port = sys.argv[1:]
app = App(
    id=app_id,
    credentials=(Credential(key=key, secret=secret),),
    client_events=True,
    subscription_counts=not engine,
)
server = Server(
    [app],
    origins=OriginPolicy(hosts=("*",), trusted=()),
    engine=EngineUrl(engine[0]) if engine else None,
)
run(server, host="127.0.0.1", port=int(port), on_bound=lambda host, port: print("ready", flush=True))
