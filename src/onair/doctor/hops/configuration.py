"""The settings, and what the system checks say of them."""

from __future__ import annotations

from django.core import checks as django_checks
from django.core.checks import CheckMessage, Tags

from onair import checks, conf
from onair.doctor.examination import Examination
from onair.doctor.outcome import Failed, Passed
from onair.engines.urls import EngineUrl
from onair.exceptions import ConfigurationError


def settings(examination: Examination) -> Passed:
    """The settings can be read, and say where events go."""
    try:
        target = conf.target()
        conf.public_url()
        conf.allowed_origins()
    except ConfigurationError as error:
        raise Failed(str(error), "Correct the setting.") from error
    return Passed(_where(target))


def system_checks(examination: Examination) -> Passed:
    """The package's own checks, but for those that ask a database: others say that."""
    found = [
        message
        for check, tags in checks.CHECKS
        if Tags.database not in tags
        for message in check()
        if not message.is_silenced()
    ]
    errors = [message for message in found if message.is_serious(django_checks.ERROR)]
    if errors:
        raise Failed(
            " ".join(_said(message) for message in errors),
            " ".join(message.hint for message in errors if message.hint)
            or "The documentation lists the checks, each with its remedy.",
        )
    return Passed(
        f"{len(checks.CHECKS)} checks, no error.",
        tuple(_said(message) for message in found if message.is_serious(django_checks.WARNING)),
    )


def _said(message: CheckMessage) -> str:
    return f"{message.id}: {message.msg}"


def _where(target: conf.Target) -> str:
    app = f"its app {target.app.id}"
    match target:
        case conf.Embedded(engine=EngineUrl() as engine):
            return f"Events go through {engine.shown} to every server of this site, {app}."
        case conf.Embedded():
            return f"Events go to the one server of this site, {app}."
        case conf.RemoteServer(base_url=base_url):
            return f"Events go to the server at {base_url}, {app}."
        case conf.HostedPusher(host=None):
            return f"Events go to hosted Pusher, cluster {target.cluster or conf.DEFAULT_CLUSTER}, {app}."
        case conf.HostedPusher(host=host):
            return f"Events go to {host} in the place of hosted Pusher, {app}."
