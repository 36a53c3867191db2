"""Which pages may open a socket here.

A browser lets any page open a socket anywhere and says in ``Origin`` whose page it was: the server has to
refuse. The patterns are Django's own: hosts as in ``ALLOWED_HOSTS``, trusted origins as in
``CSRF_TRUSTED_ORIGINS``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

ANY = "*"

#: The schemes of pages that come from a site's host; others (``capacitor://``) must be trusted by name.
PAGE_SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True, slots=True)
class OriginPolicy:
    """Decides by the ``Origin`` header who may connect.

    Args:
        hosts: Patterns as in ``ALLOWED_HOSTS``: a name, ``.example.com`` with its subdomains, or ``*``.
        trusted: Patterns as in ``CSRF_TRUSTED_ORIGINS``: ``https://example.com``, ``https://*.example.com``,
            or ``*``.
        remedy: What lets another page connect, for who reads the refusal.

    Without any pattern (a server that knows no site) the page must come from the host that the socket was
    opened at.
    """

    hosts: Sequence[str] = ()
    trusted: Sequence[str] = ()
    remedy: str = "add its host to ALLOWED_HOSTS, or the origin to CSRF_TRUSTED_ORIGINS"

    def allows(self, origin: str | None, host: str) -> bool:
        """Whether a page of this origin may connect.

        Args:
            origin: The ``Origin`` header; ``None`` is no browser and is allowed.
            host: The ``Host`` header of the same request.
        """
        if origin is None or ANY in self.hosts or ANY in self.trusted:
            return True
        page = _split(origin)
        if page is None:
            return False
        if not self.hosts and not self.trusted:
            return page.netloc.lower() == host.lower()
        return self._is_trusted(origin, page) or self._is_hosted(page)

    def _is_trusted(self, origin: str, page: SplitResult) -> bool:
        return origin in self.trusted or any(
            page.scheme == pattern.scheme and same_domain(page.netloc, pattern.netloc.lstrip("*"))
            for pattern in _wildcards(self.trusted)
        )

    def _is_hosted(self, page: SplitResult) -> bool:
        domain = _domain(page)
        return page.scheme in PAGE_SCHEMES and any(same_domain(domain, pattern) for pattern in self.hosts)


def same_domain(host: str, pattern: str) -> bool:
    """Whether a host is the pattern, or one with a dot in front covers it, as in ``django.utils.http``."""
    host, pattern = host.lower(), pattern.lower()
    if not pattern:
        return False
    return host == pattern or (pattern[0] == "." and (host.endswith(pattern) or host == pattern[1:]))


def _split(origin: str) -> SplitResult | None:
    """The parts of an origin; None for what is none ("null", a path, a bad port, credentials)."""
    try:
        page = urlsplit(origin)
        _ = page.port
    except ValueError:
        return None
    whole = f"{page.scheme}://{page.netloc}"  # urlsplit drops tabs and the like: compare with what was sent
    is_origin = page.hostname and "@" not in page.netloc and whole.lower() == origin.lower()
    return page if is_origin else None


def _domain(page: SplitResult) -> str:
    """The host as ``ALLOWED_HOSTS`` has it: lower case, no port, IPv6 in brackets, no last dot."""
    name = (page.hostname or "").removesuffix(".")
    return f"[{name}]" if ":" in name else name


def _wildcards(patterns: Sequence[str]) -> Iterator[SplitResult]:
    return (urlsplit(pattern) for pattern in patterns if "*" in pattern)
