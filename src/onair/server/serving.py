"""Where and how a process serves, whosever apps these are."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any

from onair.server.address import Address, Port, UnixSocket
from onair.server.metrics import metrics_page
from onair.server.pages import status_pages
from onair.server.server import Server


class BadCertificate(ValueError):
    """A certificate or a key that cannot be served with; the message has the remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What the two commands that serve have in common.

    Raises:
        BadCertificate: it cannot be loaded with its key.
    """

    bind: Address
    tls_certificate: str | None
    tls_key: str | None
    drain: float
    metrics: bool
    workers: int

    def __post_init__(self) -> None:
        if self.tls_certificate is not None:
            _check_certificate(self.tls_certificate, self.tls_key)
        elif self.tls_key is not None:
            raise BadCertificate("a key needs its certificate: give --tls-certificate, too")

    @property
    def is_secure(self) -> bool:
        """Whether there is TLS."""
        return self.tls_certificate is not None

    @property
    def socket_scheme(self) -> str:
        return "wss" if self.is_secure else "ws"

    @property
    def http_scheme(self) -> str:
        return "https" if self.is_secure else "http"

    def options(self, server: Server) -> dict[str, Any]:
        """The arguments of :func:`onair.server.run.run` for this server."""
        options: dict[str, Any] = {
            "drain": self.drain,
            "pages": {**status_pages(server), **metrics_page(server, is_on=self.metrics)},
            "ssl_certfile": self.tls_certificate,
            "ssl_keyfile": self.tls_key,
        }
        match self.bind:
            case Port(host, port):
                return options | {"host": host, "port": port}
            case UnixSocket(path):
                return options | {"uds": path}


def _check_certificate(certificate: str, key: str | None) -> None:
    def refuse() -> str:
        raise BadCertificate("the key has a password: give one without (openssl pkey -in KEY -out NEW)")

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=refuse)
    except ssl.SSLError as error:
        if key is None:
            raise BadCertificate(
                "the file holds no certificate with its private key (PEM): name the key's file with --tls-key"
            ) from None
        raise BadCertificate(
            f"certificate and key do not go together, or are no PEM files ({error.reason})"
        ) from None
    except OSError as error:
        raise BadCertificate(f"the certificate or its key cannot be read: {error.strerror}") from None
