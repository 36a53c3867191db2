"""The system checks: those of the settings, and the list of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, get_args, get_origin

from django.core import checks
from django.core.checks import CheckMessage, Error, Tags

from onair import conf, encryption
from onair.authorization import checks as authorization
from onair.broadcasting import checks as broadcasting
from onair.changes.triggers import checks as triggers
from onair.embedded import checks as embedded
from onair.embedded import postgres_checks
from onair.engines.base import EngineRefused
from onair.engines.urls import EngineUrl
from onair.exceptions import ConfigurationError
from onair.inspector import access as inspector
from onair.live import checks as live
from onair.rest import checks as rest
from onair.views import checks as views

UNKNOWN_OPTION = "onair.E001"
WRONG_TYPE = "onair.E002"
WRONG_VALUE = "onair.E003"
NOT_HOSTED = "onair.W004"
NO_LIBRARY = "onair.W005"
NO_ENGINE_LIBRARY = "onair.W006"

_IN_THE_APP = "Switch it on in the app's settings there, and take it out of ONAIR."
_OWN_SERVER = "Hosted Pusher has nothing like it: take it out of ONAIR, or let a server of your own run."

#: What hosted Pusher does not learn from ``ONAIR``, and what to do instead.
NEED_OWN_SERVER = {
    "AUTHORIZATION_TIMEOUT": _IN_THE_APP,
    "CLIENT_EVENTS": _IN_THE_APP,
    "SUBSCRIPTION_COUNTS": _IN_THE_APP,
    "WEBHOOKS": _IN_THE_APP,
    "HISTORY_EVENTS": _OWN_SERVER,
    "HISTORY_SECONDS": _OWN_SERVER,
    "HISTORY_SIZE": _OWN_SERVER,
}


def check_settings(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of each option of ``ONAIR`` that is unknown, of the wrong type, or cannot be understood."""
    try:
        given = conf.user_settings()
    except ConfigurationError as error:
        return [Error(str(error), id=WRONG_TYPE)]
    return [*_unknown_options(given), *(_wrong_types(given) or _wrong_values())]


def check_hosted(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say of each option that asks something of a server, where hosted Pusher serves and does not hear it."""
    if not conf.is_hosted():
        return []
    return [
        checks.Warning(
            f'ONAIR["{name}"] has no effect: hosted Pusher serves this site.', hint=remedy, id=NOT_HOSTED
        )
        for name, remedy in NEED_OWN_SERVER.items()
        if conf.user_settings().get(name)
    ]


def check_library(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say so if events go by hosted Pusher's library, and it is not installed."""
    try:
        found = conf.target()
    except ConfigurationError:  # the check of the settings says what is wrong
        return []
    if not isinstance(found, conf.HostedPusher) or find_spec("pusher") is not None:
        return []
    return [
        checks.Warning(
            "Events go to hosted Pusher, and its library is not installed: none leaves.",
            hint='Run: pip install "django-onair[pusher]"',
            id=NO_LIBRARY,
        )
    ]


def check_engine(app_configs: Sequence[Any] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Say so if this site's processes share an engine that they cannot open. Nothing is connected."""
    engine = conf.engine()
    if engine is None:
        return []
    missing = engine.missing()
    if missing is None:
        return _wrong_engine(engine)
    return [
        checks.Warning(
            f"The processes of this site share it through {engine.shown}, and a library for that is not "
            f"installed ({missing}): no event leaves, and no socket is served.",
            hint=f"Run: {engine.install}",
            id=NO_ENGINE_LIBRARY,
        )
    ]


def _wrong_engine(engine: EngineUrl) -> list[CheckMessage]:
    try:
        engine.connect(conf.app().shared_name, conf.bounds()).close()
    except EngineRefused as error:
        return [Error(f'{error}. It is in ONAIR["URL"] or ONAIR_URL.', id=WRONG_VALUE)]
    return []


def _unknown_options(given: dict[str, Any]) -> list[CheckMessage]:
    return [
        Error(
            f"ONAIR has no option {name!r}.",
            hint=f"The options are: {', '.join(sorted(conf.OPTIONS))}.",
            id=UNKNOWN_OPTION,
        )
        for name in given
        if name not in conf.OPTIONS
    ]


def _wrong_types(given: dict[str, Any]) -> list[CheckMessage]:
    return [
        Error(f'ONAIR["{name}"] is {value!r}; it should be {_describe(conf.OPTIONS[name])}.', id=WRONG_TYPE)
        for name, value in given.items()
        if name in conf.OPTIONS and not _fits(value, conf.OPTIONS[name])
    ]


def _wrong_values() -> list[CheckMessage]:
    messages: list[CheckMessage] = []
    for read in (conf.target, conf.public_url, conf.allowed_origins, encryption.master_key, inspector.chosen):
        try:
            read()
        except ConfigurationError as error:
            messages.append(Error(str(error), id=WRONG_VALUE))
    return messages


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of a type as annotated in ``conf.Settings``; a number is positive."""
    origin = get_origin(hint)
    if origin is list:
        return isinstance(value, list | tuple) and all(_fits(item, get_args(hint)[0]) for item in value)
    if origin is dict:
        return isinstance(value, dict)
    if origin is Callable:
        return callable(value)
    if alternatives := get_args(hint):
        return any(_fits(value, alternative) for alternative in alternatives)
    if hint in {int, float}:
        return isinstance(value, (int, hint)) and not isinstance(value, bool) and value > 0
    return isinstance(value, hint)


def _describe(hint: Any) -> str:
    if alternatives := get_args(hint) if get_origin(hint) not in {list, Callable} else ():
        return " or ".join(_describe(alternative) for alternative in alternatives)
    names = {
        list[str]: "a list of strings",
        Callable[..., Any]: "a function",
        list[str | dict[str, object]]: "a list of strings and dictionaries",
        str: "a string",
        bool: "True or False",
        int: "a whole number above 0",
        float: "a number above 0",
        type(None): "None",
    }
    return names[hint]


def register() -> None:
    """Register every check of the package. Called when the app registry is ready; twice does no harm."""
    for check, tags in CHECKS:
        checks.register(check, *tags)
    checks.register(embedded.check_server, Tags.compatibility, deploy=True)


#: Each check, and the tags by which ``manage.py check --tag`` selects it.
CHECKS = (
    (check_hosted, (Tags.compatibility,)),
    (check_engine, (Tags.compatibility,)),
    (check_library, (Tags.compatibility,)),
    (check_settings, (Tags.compatibility,)),
    (authorization.check_encryption, (Tags.compatibility,)),
    (authorization.check_endpoint, (Tags.urls,)),
    (authorization.check_middleware, (Tags.security,)),
    (authorization.check_rules, (Tags.security,)),
    (broadcasting.check_announced_fields, (Tags.security,)),
    (broadcasting.check_serializers, (Tags.models,)),
    (embedded.check_runserver, (Tags.compatibility,)),
    (postgres_checks.check_postgres, (Tags.compatibility,)),
    (live.check_django_rt, (Tags.compatibility,)),
    (live.check_own_server, (Tags.compatibility,)),
    (rest.check_alone, (Tags.compatibility,)),
    (rest.check_backends, (Tags.compatibility,)),
    (rest.check_cache, (Tags.caches,)),
    (rest.check_channels, (Tags.compatibility,)),
    (rest.check_installed, (Tags.compatibility,)),
    (rest.check_options, (Tags.compatibility,)),
    (rest.check_webhook, (Tags.urls,)),
    (triggers.check_labels, (Tags.compatibility,)),
    (triggers.check_outbox, (Tags.compatibility,)),
    (triggers.check_triggers, (Tags.database,)),
    (views.check_field_names, (Tags.compatibility,)),
    (views.check_model_names, (Tags.security,)),
    (views.check_old_distributions, (Tags.compatibility,)),
    (views.check_public_channels, (Tags.security,)),
    (views.check_pusherable, (Tags.compatibility,)),
    (views.check_secret_fields, (Tags.security,)),
    (views.check_usernames, (Tags.security,)),
)
