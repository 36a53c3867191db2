"""What the server alone is told: by the command line, else by the environment, else by a file."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from onair.engines.urls import EngineUrl
from onair.protocol.app import App
from onair.server.serving import BadCertificate, Serving
from onair.standalone import apps
from onair.standalone.errors import WrongInput, WrongValue, not_known
from onair.standalone.options import BY_KEY, OPTIONS, Option
from onair.supervision.refusal import refusal

#: The environment's name for the file.
FILE_VARIABLE = "ONAIR_CONFIG"

#: The exit code for what a command cannot run with.
WRONG_INPUT = 2

_ENGINE_REMEDY = "--engine redis://localhost:6379"

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All that is needed to serve."""

    apps: tuple[App, ...]
    origins: tuple[str, ...]
    max_connections: int | None
    serving: Serving
    engine: EngineUrl | None
    log_level: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where values come from, the text of each by its option's key."""

    values: Values
    name_of: Callable[[Option, str], str]
    read: Callable[[Option, Any], Any]

    def take(self, option: Option) -> Any:
        """Read an option that is given here.

        Raises:
            WrongInput: its value is wrong.
        """
        try:
            return self.read(option, self.values[option.key])
        except WrongValue as error:
            raise WrongInput(f"{self.name_of(option, error.path)}: {error.problem}") from None


def read_config(arguments: Values, environment: Mapping[str, str], file: str | None = None) -> Config:
    """Make the configuration.

    Args:
        arguments: What the command line has, by the options' keys; None is not given.
        environment: The variables of the environment; an empty one is not given.
        file: The path of a TOML file, if the command line names one.

    Raises:
        WrongInput: something is wrong, unknown or missing.
    """
    values = merge(tuple(_sources(arguments, environment, file or environment.get(FILE_VARIABLE))))
    config = Config(
        apps=_apps(values),
        origins=values["origins"],
        max_connections=values["max_connections"],
        serving=make_serving(values),
        engine=values["engine"],
        log_level=values["log_level"],
    )
    _check_sharing(config)
    return config


def merge(sources: Sequence[Source]) -> dict[str, Any]:
    """The value of every option: of the first source that has it, else its default."""
    return {option.key: _first(option, sources) for option in OPTIONS}


def make_serving(values: Values) -> Serving:
    """Make what has to do with the process from the options' values.

    Raises:
        WrongInput: the certificate cannot be served with.
    """
    names = Serving.__dataclass_fields__
    try:
        return Serving(**{name: values[name] for name in names})
    except BadCertificate as error:
        option = "tls_certificate" if values["tls_certificate"] is not None else "tls_key"
        raise WrongInput(f"{BY_KEY[option].flag}: {error}") from None


def of_arguments(arguments: Values) -> Source:
    """The command line, where a repeated option is a list already."""
    return Source(
        {key: value for key, value in arguments.items() if value is not None},
        lambda option, path: f"{option.flag}{path.replace('.', ' ')}",
        lambda option, value: tuple(map(option.read, value)) if option.is_repeatable else option.read(value),
    )


def _sources(arguments: Values, environment: Mapping[str, str], file: str | None) -> Iterator[Source]:
    yield of_arguments(arguments)
    _check_names(environment)
    given = {option.key: environment.get(option.variable) for option in OPTIONS}
    yield Source(
        {key: text for key, text in given.items() if text},
        lambda option, path: f"{option.variable}{path}",
        Option.read_all,
    )
    if file:
        yield Source(_load(file), lambda option, path: f"{file}: {option.key}{path}", Option.read_all)


def _check_names(environment: Mapping[str, str]) -> None:
    """Refuse what is all but the name of a variable: it would be passed over, and ONAIR_ORIGIN let all in.

    Other names are left alone: Kubernetes sets some of its own that begin like ours.
    """
    known = {FILE_VARIABLE, *(option.variable for option in OPTIONS)}
    for name in environment.keys() - known:
        if near := get_close_matches(name, known, n=1, cutoff=0.9):
            raise WrongInput(f"{name} is not known: did you mean {near[0]}?")


def _load(file: str) -> Values:
    """The values of a file."""
    try:
        values = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongInput(f"--config {file}: the file cannot be read: {error.strerror}") from None
    except ValueError as error:  # of TOML, or of UTF-8
        raise WrongInput(f"--config {file}: the file is no TOML: {error}") from None
    for key in values:
        if key not in BY_KEY:
            raise WrongInput(f"{file}: {key} {not_known(key, BY_KEY)}")
    return values


def _check_sharing(config: Config) -> None:
    """Refuse workers that share nothing, and an engine whose library is missing."""
    has_engine = config.engine is not None
    if reason := refusal(config.serving.workers, has_engine=has_engine, remedy=_ENGINE_REMEDY):
        raise WrongInput(reason)
    if config.engine is not None and (missing := config.engine.missing()):
        raise WrongInput(f"--engine: it needs {missing}, which is not installed: {config.engine.install}")


def _first(option: Option, sources: Sequence[Source]) -> Any:
    for source in sources:
        if option.key in source.values:
            return source.take(option)
    return option.default


def _apps(values: Values) -> tuple[App, ...]:
    if not values["apps"]:
        raise WrongInput(
            "no app is named: give its id, key and secret, such as these new ones: "
            f"python -m onair serve --app {apps.new_app()} (or set ONAIR_APPS, or write [[apps]] in a file)"
        )
    shared = {name: values[name] for name in apps.SWITCHES if name in values}
    made = tuple(entry.make(dict(values["limits"]), shared, values["webhooks"]) for entry in values["apps"])
    try:
        apps.check_unique(made)
    except WrongValue as error:
        raise WrongInput(f"apps: {error.problem}") from None
    return made
