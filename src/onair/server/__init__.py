"""What holds the sockets: the asyncio shells around ``protocol`` and ``hub``, and the HTTP API.

* :mod:`~onair.server.server`: the apps that one process serves, and who may connect.
* :mod:`~onair.server.session`: one client, whatever carries it.
* :mod:`~onair.server.websocket`: the fast transport, a protocol class for uvicorn.
* :mod:`~onair.server.asgi`: the same under any other ASGI server, and the HTTP API's place in a site.
* :mod:`~onair.server.watch`: the one timer: idle clients, slow readers, sockets that close.
"""

from __future__ import annotations
