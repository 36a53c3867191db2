"""What the site's other processes say of themselves, when they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

import msgspec

from onair import conf
from onair.engines import announcements
from onair.engines.base import Nodes
from onair.exceptions import ConfigurationError
from onair.inspector.record import ProcessView, decode
from onair.publishing import engine_client
from onair.publishing.engine_client import Share
from onair.publishing.route import NotDelivered
from onair.publishing.routes import base_url
from onair.publishing.signed_client import SignedClient

#: What a question, a line that is handed over, and a node's word about itself are called.
NAME = "inspector"

#: The parameter of a question that names the events whose data is wanted, by their ids.
EVENTS = "events"

#: Seconds that another process has for an answer.
PATIENCE = 2.0

#: Why others cannot be asked.
UNREACHABLE = (NotDelivered, ConfigurationError, announcements.UnsafeFolder, OSError)


def share() -> Share | None:
    """Return what this process shares with others; None where it shares nothing.

    Raises:
        ConfigurationError: the settings do not say where events go.
    """
    return engine_client.share_of(conf.target())


def nodes(share: Share) -> list[ProcessView]:
    """Return what the processes said last that share an engine, this one among them.

    Raises:
        NotDelivered: the engine does not answer, or a process has another version of the package.
    """
    infos = engine_client.do(share, Nodes(), PATIENCE).values()
    said = [msgspec.json.decode(info, type=dict[str, msgspec.Raw]).get(NAME) for info in infos]
    return [_read(one) for one in said if one is not None]


def ask_server(event_ids: Sequence[str] = ()) -> list[ProcessView]:
    """Return what the site's server says of itself, and of others; nothing where there is none.

    Args:
        event_ids: the events whose data is wanted too.

    Raises:
        NotDelivered: it does not answer, or is no process of this site.
        ConfigurationError: the settings do not say where it is.
    """
    address = _address(conf.target())
    if address is None:
        return []
    with closing(SignedClient(conf.app(), address)) as client:
        answer = client.request(
            "GET", f"onair/{NAME}", timeout=PATIENCE, params={EVENTS: ",".join(event_ids)}
        )
    return [_read(text) for text in msgspec.json.decode(answer, type=list[msgspec.Raw])]


def _address(target: conf.Target) -> str | None:
    if isinstance(target, conf.RemoteServer):
        return target.base_url
    announced = announcements.find(conf.site_key()) if isinstance(target, conf.Embedded) else None
    return None if announced is None else base_url(announced)


def _read(text: msgspec.Raw) -> ProcessView:
    try:
        return decode(bytes(text))
    except ValueError as error:
        raise NotDelivered(
            "inspector",
            f"Another process has another version of django-onair ({error}): the others are shown when all "
            "processes have the same.",
        ) from error
