"""Sessions over plain HTTP, for browsers behind a proxy that lets no WebSocket through.

pusher-js falls back to them by itself (``xhr_streaming``, ``xhr_polling``). The client makes up the address
of its session and POSTs to it: one request after the other receives, and others send.

* :mod:`~onair.server.fallback.paths`: the addresses.
* :mod:`~onair.server.fallback.lines`: the framing.
* :mod:`~onair.server.fallback.response`: one answer that receives.
* :mod:`~onair.server.fallback.session`: what outlives single requests.
* :mod:`~onair.server.fallback.away`: how many do so at a time.
* :mod:`~onair.server.fallback.routes`: the requests, as ASGI has them.
"""

from __future__ import annotations
