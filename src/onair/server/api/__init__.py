"""The HTTP API: events, channels and users, for programs that sign with a secret of the app (docs: rest-api).

A request is begun with its head, which says whether it is carried out at all, and answered with its body.
Nothing of it waits, so that both front ends share it: :mod:`onair.server.api.asgi` under any ASGI server, and
:mod:`onair.server.api.wire` below ASGI.
"""
