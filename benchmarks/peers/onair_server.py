"""The server alone, with one app. Usage: onair_server.py PORT APP_ID KEY SECRET"""

from __future__ import annotations

import sys

from onair.protocol.app import App, Credential
from onair.server.origins import OriginPolicy
from onair.server.run import run
from onair.server.server import Server

port, app_id, key, secret = sys.argv[1:]
app = App(id=app_id, credentials=(Credential(key=key, secret=secret),))
server = Server([app], origins=OriginPolicy(hosts=("*",), trusted=()))
run(server, host="127.0.0.1", port=int(port), on_bound=lambda host, port: print("ready", flush=True))
