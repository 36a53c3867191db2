"""``manage.py onair explain``: what a live page follows, and what a change of it costs."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError
from django.urls import get_script_prefix

from onair.exceptions import OnAirError

if TYPE_CHECKING:
    from onair.live.explaining.report import Report
    from onair.live.rendering.viewer import Address


def add_to(commands: Any, command: BaseCommand) -> None:
    """Add ``explain`` to the subcommands of a command."""
    parser = commands.add_parser("explain", help="What a live page follows, and what a change of it costs.")
    parser.add_argument("url", metavar="URL", help="The page's path, or its whole URL where the host counts.")
    parser.add_argument("--user", metavar="NAME", help="As which user. Default: as a visitor.")
    parser.add_argument("--region", metavar="ID", help="This region alone.")
    parser.add_argument("--json", action="store_true", help="For machines.")

    def run(*, url: str, user: str | None, region: str | None, **options: Any) -> None:
        report = _explain(url, user)
        if region is not None:
            report = _with(report, region)
        command.stdout.write(_as_json(report) if options["json"] else _as_text(report))

    parser.set_defaults(run=run)


def _explain(url: str, user: str | None) -> Report:
    from onair.live.explaining.report import explain
    from onair.live.rendering.viewer import Viewer
    from onair.live.visiting import Visit, meta_of

    address = _address(url)
    viewer = Viewer("", "", meta_of(urlsplit(address.origin).netloc))
    visit = Visit(address, viewer, None if user is None else _user(user))
    try:
        return explain(visit)
    except OnAirError as error:
        raise CommandError(str(error)) from error


def _address(url: str) -> Address:
    from onair.live.rendering.viewer import Address

    parts = urlsplit(url)
    prefix = get_script_prefix().rstrip("/")
    path = unquote(parts.path)
    if not path.startswith("/") or (parts.netloc and parts.scheme not in {"http", "https"}):
        raise CommandError(f"{url!r} is no page: give its path, like /board/, or its whole URL.")
    if prefix and not path.startswith(f"{prefix}/"):
        raise CommandError(f"{path} is not below {prefix}/, where this site is (FORCE_SCRIPT_NAME).")
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else _origin()
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return Address(origin, prefix, path.removeprefix(prefix), query)


def _origin() -> str:
    """Return where the site's visitors find it, as far as its settings say."""
    scheme = "https" if settings.SECURE_SSL_REDIRECT else "http"
    hosts = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"]
    return f"{scheme}://{hosts[0] if hosts else 'localhost'}"


def _user(name: str) -> Any:
    model: Any = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(name)
    except ObjectDoesNotExist:
        field = model._meta.get_field(model.USERNAME_FIELD).verbose_name
        raise CommandError(f"There is no user {name!r}. Name one by its {field}.") from None


def _with(report: Report, region_id: str) -> Report:
    regions = [region for region in report.regions if region.id == region_id]
    if not regions:
        known = ", ".join(region.id for region in report.regions) or "none"
        raise CommandError(f"{report.address} has no region {region_id!r}. It has: {known}.")
    return replace(report, regions=regions)


def _as_json(report: Report) -> str:
    return json.dumps(asdict(report), indent=2, ensure_ascii=False)


def _as_text(report: Report) -> str:
    from onair.live.explaining.text import written

    return written(report)
