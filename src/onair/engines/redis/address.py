"""Where a Redis is, and who we are there, as a URL says it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from onair.engines.base import EngineRefused

_PORT = 6379
_SENTINEL_PORT = 26379

Command = tuple[str | bytes | int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A host and its port, or the path of a Unix socket."""

    host: str = ""
    port: int = 0
    path: str = ""

    def __str__(self) -> str:
        return self.path or f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Login:
    """A user of Redis' ACL and its password; without a user it is the default one."""

    user: str = ""
    password: str = ""

    def commands(self) -> tuple[Command, ...]:
        """Return what is said first on a connection."""
        if not self.password:
            return ()
        return (("AUTH", self.user, self.password) if self.user else ("AUTH", self.password),)


@dataclass(frozen=True, slots=True)
class Tls:
    """How TLS is spoken; the files are PEM."""

    ca_certs: str = ""
    certfile: str = ""
    keyfile: str = ""
    cert_reqs: str = "required"
    check_hostname: bool = True

    def context(self) -> ssl.SSLContext:
        """Read the files.

        Raises:
            EngineRefused: One of them cannot be read.
        """
        try:
            context = ssl.create_default_context(cafile=self.ca_certs or None)
            context.check_hostname = self.check_hostname and self.cert_reqs != "none"
            context.verify_mode = _CERT_REQS[self.cert_reqs]
            if self.certfile:
                context.load_cert_chain(self.certfile, self.keyfile or None)
        except OSError as error:
            raise EngineRefused(
                f"The files of TLS cannot be read ({error}): see ssl_ca_certs, ssl_certfile and ssl_keyfile"
            ) from None
        return context


_CERT_REQS = {"required": ssl.CERT_REQUIRED, "optional": ssl.CERT_OPTIONAL, "none": ssl.CERT_NONE}


@dataclass(frozen=True, slots=True)
class Address:
    """A Redis.

    Args:
        places: Where it is; of Sentinel, where the sentinels are.
        service: The name that the sentinels have for it; empty without Sentinel.
        prefix: What keeps sites apart that share a database.
    """

    places: tuple[Place, ...]
    service: str = ""
    login: Login = Login()
    sentinel_login: Login = Login()
    db: int = 0
    tls: Tls | None = None
    prefix: str = ""

    def __str__(self) -> str:
        return ",".join(map(str, self.places))

    def greeting(self) -> tuple[Command, ...]:
        """Return what is said first to Redis, before anything else."""
        select: tuple[Command, ...] = (("SELECT", self.db),) if self.db else ()
        return (*self.login.commands(), *select)


def parse(url: str) -> Address:
    """Read a URL of Redis (:class:`onair.engines.urls.EngineUrl` has the forms).

    Raises:
        EngineRefused: It cannot be read; the message says what is wrong, and has no password.
    """
    parts = urlsplit(url)
    kind = parts.scheme.partition("+")[2]
    options = _options(parts)
    login = Login(unquote(parts.username or ""), unquote(parts.password or ""))
    if kind == "unix":
        if not parts.path:
            raise EngineRefused(
                "A URL of redis+unix needs the path of a socket: redis+unix:///run/redis.sock"
            )
        places: tuple[Place, ...] = (Place(path=unquote(parts.path)),)
        rest = ""
    else:
        hosts = parts.netloc.rpartition("@")[2]
        port = _SENTINEL_PORT if kind == "sentinel" else _PORT
        places = tuple(_place(host, port) for host in hosts.split(","))
        rest = parts.path.strip("/")
    service, _, db = rest.partition("/") if kind == "sentinel" else ("", "", rest)
    if kind == "sentinel" and not service:
        raise EngineRefused(
            "A URL of redis+sentinel needs the name of the service: redis+sentinel://host/mymaster"
        )
    return Address(
        places=places,
        service=service,
        login=login,
        sentinel_login=Login(options.get("sentinel_username", ""), options.get("sentinel_password", "")),
        db=_database(db or options.get("db", "0")),
        tls=_tls(options) if parts.scheme.startswith("rediss") else None,
        prefix=options.get("prefix", ""),
    )


#: The options after the "?"; those of TLS have the names of redis-py.
_OPTIONS = frozenset(
    {
        *("db", "prefix", "sentinel_username", "sentinel_password"),
        *("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname"),
    }
)
_NO = frozenset({"false", "0", "no", "off"})


def _options(parts: SplitResult) -> dict[str, str]:
    options = dict(parse_qsl(parts.query))
    unknown = ", ".join(sorted(options.keys() - _OPTIONS))
    if unknown:
        raise EngineRefused(f"A URL of Redis has no option {unknown}; it has {', '.join(sorted(_OPTIONS))}")
    return options


def _place(text: str, port: int) -> Place:
    parts = urlsplit(f"//{text}")
    try:
        return Place(parts.hostname or "localhost", parts.port or port)
    except ValueError:
        raise EngineRefused(f"The port in {text!r} is not a number from 0 to 65535") from None


def _database(text: str) -> int:
    if not text.isdecimal():
        raise EngineRefused(f"The database of a URL of Redis is a number, not {text!r}: redis://host:6379/0")
    return int(text)


def _tls(options: Mapping[str, str]) -> Tls:
    cert_reqs = options.get("ssl_cert_reqs", "required")
    if cert_reqs not in _CERT_REQS:
        raise EngineRefused(f"ssl_cert_reqs is one of {', '.join(_CERT_REQS)}, not {cert_reqs!r}")
    return Tls(
        ca_certs=options.get("ssl_ca_certs", ""),
        certfile=options.get("ssl_certfile", ""),
        keyfile=options.get("ssl_keyfile", ""),
        cert_reqs=cert_reqs,
        check_hostname=options.get("ssl_check_hostname", "").lower() not in _NO,
    )
