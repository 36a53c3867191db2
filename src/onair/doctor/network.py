"""Connections, and what it means that there is none."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from onair.doctor.address import Address
from onair.doctor.duplex import DuplexSocket
from onair.doctor.outcome import Failed

_WHOLE_CHAIN = (
    "Let the proxy send the whole chain: the certificate, and those in between behind it (nginx: "
    "fullchain.pem in ssl_certificate). If the authority is your own, name it to this command by "
    "SSL_CERT_FILE."
)

#: What a certificate's check may say, by OpenSSL's numbers (X509_V_ERR_…): what is wrong, and what to do.
_CERTIFICATES = {
    9: ("is not valid yet", "Set the clock of this machine, or of the one that made the certificate."),
    10: ("has expired", "Renew it, and let the proxy read it again."),
    18: (
        "has signed itself",
        "Browsers refuse it: get one of an authority. If this is your own, name it by SSL_CERT_FILE.",
    ),
    19: (
        "is of an authority that this machine does not know",
        "Get one of a public authority; or, if this is your own, name it to this command by SSL_CERT_FILE.",
    ),
    20: (
        "does not lead to a known authority",
        _WHOLE_CHAIN,
    ),
    62: (
        "is of another name",
        "Get one that names this host, or correct {source}.",
    ),
    64: ("is of another address", "Get one that names this address, or correct {source}."),
}

_PLAIN = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")


def connect(address: Address, timeout: float) -> socket.socket:
    """Return a TCP connection.

    Raises:
        Failed: there is none.
    """
    try:
        sock = socket.create_connection((address.host, address.port), timeout)
    except OSError as error:
        raise explained(error, address, timeout) from error
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
    return sock


def secured(sock: socket.socket, address: Address, timeout: float) -> ssl.SSLSocket:
    """Return the connection with TLS, the certificate checked as a browser does.

    Raises:
        Failed: it cannot be had, or is not to be trusted. The connection is closed then.
    """
    context = ssl.create_default_context()
    context.sslsocket_class = DuplexSocket
    try:
        return context.wrap_socket(sock, server_hostname=address.host)
    except OSError as error:
        sock.close()
        raise explained(error, address, timeout) from error


def explained(error: BaseException, address: Address, timeout: float) -> Failed:
    """Return what an error of the network, or what it was caused by, means for an address."""
    source, where = address.source, f"{address.host}:{address.port}"
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return _certificate(cause, address)
            case ssl.SSLError() if any(word in str(cause) for word in _PLAIN):
                return Failed(
                    f"{where} speaks no TLS.",
                    f"Let {source} say ws:// or http:// in place of wss:// or https://, or name the port "
                    "that has TLS.",
                )
            case ssl.SSLError():
                return Failed(
                    f"TLS with {where} fails: {cause}.",
                    "The log of the proxy, or of the server, may say more.",
                )
            case socket.gaierror():
                return Failed(
                    f"The name {address.host} is not known here ({cause.strerror}).",
                    f"Correct the host in {source}, or its entry in the DNS.",
                )
            case ConnectionRefusedError():
                return Failed(
                    f"Nothing listens at {where}: the connection was refused.",
                    f"Start the server there, or correct the host and port in {source}.",
                )
            case TimeoutError():
                return Failed(
                    f"{where} does not answer within {timeout:g} s.",
                    f"Correct the host and port in {source}, and let a firewall in between pass them.",
                )
            case OSError():
                return Failed(
                    f"{where} cannot be reached: {cause}.", f"Correct the host and port in {source}."
                )
    return Failed(f"{where} gives no sense: {error}.", f"See what listens there, and correct {source}.")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield what is behind an error, the innermost first."""
    chain: list[BaseException] = []
    left: list[object] = [error]
    while left:
        one = left.pop()
        if isinstance(one, BaseException) and one not in chain:
            chain.append(one)
            left += [*one.args, one.__context__, one.__cause__]
    return reversed([one for one in chain if isinstance(one, OSError)])


def _certificate(error: ssl.SSLCertVerificationError, address: Address) -> Failed:
    what, remedy = _CERTIFICATES.get(
        error.verify_code, (f"is not trusted ({error.verify_message})", "Get another one.")
    )
    return Failed(
        f"The certificate of {address.netloc} {what}: {error.verify_message}.",
        remedy.format(source=address.source),
    )
