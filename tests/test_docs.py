"""The documentation: what it names exists, and what exists is named."""

from __future__ import annotations

import ast
import inspect
import re
from argparse import ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
from django.core.checks.registry import registry
from django.core.management import load_command_class
from django.core.management.base import BaseCommand
from django.dispatch import Signal

import onair
import onair.live
import onair.rest
import onair.rest.signals
import onair.testing
import onair.views
from onair import asgi, conf, exceptions, signals
from onair.broadcasting.hooks import HOOKS
from onair.live.templating import tags
from onair.live.templating.page import Options
from onair.outbox.operations import InstallTriggers
from onair.protocol import notices
from onair.protocol.app import Limits
from onair.protocol.errors import CODES
from onair.publishing.stats import Stats
from onair.server import metrics, session
from onair.standalone import apps as standalone_apps
from onair.standalone import options
from onair.testing.matching import ANY
from tests.docs.markdown import blocks, first_cells, headings, links, prose, section, terms

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "onair"
SCRIPTS = ROOT / "js" / "src"
REFERENCE = ROOT / "docs" / "reference"

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PAGE_IDS = [str(page.relative_to(ROOT)) for page in PAGES]


def reference(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text()


def python_source() -> str:
    return "\n".join(path.read_text() for path in sorted(SOURCE.rglob("*.py")))


def script(name: str) -> str:
    return (SCRIPTS / f"{name}.js").read_text()


def call(thing: Any, *, drop: int = 0) -> str:
    """Return a function's arguments as the reference shows them: without annotations."""
    signature = inspect.signature(thing)
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty)
        for parameter in list(signature.parameters.values())[drop:]
    ]
    shown = signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)
    return str(shown).replace(repr(ANY), "ANY")


def name_of_type(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else str(hint)


def test_every_option_is_in_the_reference_with_its_type_and_default() -> None:
    entry = re.compile(r"^### `([A-Z_]+)`\n\nType: `([^`]+)`\. Default: `([^`]+)`\.$", re.MULTILINE)
    documented = {
        name: (kind, ast.literal_eval(default))
        for name, kind, default in entry.findall(reference("settings"))
    }

    assert documented == {
        name: (name_of_type(hint), getattr(conf.Settings, name)) for name, hint in conf.OPTIONS.items()
    }


def test_the_settings_of_hosted_pusher_are_in_the_reference() -> None:
    documented = {term for term in terms(reference("settings")) if term.startswith("PUSHER_")}

    assert documented == set(re.findall(r'"(PUSHER_[A-Z_]+)"', (SOURCE / "conf.py").read_text()))


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_every_option_that_a_page_uses_exists(page: Path) -> None:
    text = page.read_text()
    used = set(re.findall(r'ONAIR\["(\w+)"\]', text))
    for block in blocks(text):
        if block.language == "python":
            used |= set(options_set_in(block.text))

    assert used <= set(conf.OPTIONS)


def options_set_in(code: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Assign(targets=[ast.Name("ONAIR")], value=ast.Dict(keys=keys)):
                yield from (key.value for key in keys if isinstance(key, ast.Constant))


def public_python() -> Iterator[str]:
    for module in (onair, onair.live, onair.rest, onair.testing):
        yield from (named(module, name) for name in module.__all__ if name != "__version__")
    yield from (named(asgi, name) for name in ("get_asgi_application", "wrap"))
    yield f"onair.asgi.{asgi.WebSocketProtocol.__name__}"
    for name, thing in vars(exceptions).items():
        if inspect.isclass(thing) and thing.__module__ == exceptions.__name__:
            yield f"onair.exceptions.{name}"
    yield "onair.authorization.patterns.BadRule"
    yield f"onair.outbox.operations.{InstallTriggers.__name__}"
    yield from (f"{hook}(event)" for hook in HOOKS)
    for name, thing in vars(onair.rest.signals).items():
        if isinstance(thing, Signal):
            yield f"onair.rest.signals.{name}"
    for mixin in (getattr(onair.views, name) for name in onair.views.__all__):
        yield f"onair.views.{mixin.__name__}"
        yield from own_hooks(mixin)


def named(module: ModuleType, name: str) -> str:
    thing = getattr(module, name)
    return f"{module.__name__}.{name}{'' if inspect.isclass(thing) else call(thing)}"


def own_hooks(mixin: type) -> Iterator[str]:
    """Yield what a subclass of the mixin may set or override, and the mixin is the first to have."""
    for name, value in vars(mixin).items():
        if "pusher" in name and not name.startswith("_") and is_new_in(mixin, name):
            yield f"{name}{call(value, drop=1)}" if inspect.isfunction(value) else name


def is_new_in(mixin: type, name: str) -> bool:
    return not any(hasattr(base, name) for base in mixin.__mro__[1:])


def test_every_public_name_is_in_the_reference_as_it_is_called() -> None:
    documented = headings(reference("python"))

    assert sorted(documented) == sorted(public_python())


def test_every_signal_is_in_the_reference_with_its_arguments() -> None:
    expected = {
        f"{name_of_kind(kind)}({', '.join(kind.__struct_fields__)})" for kind in get_args(notices.Notice)
    }

    assert set(headings(reference("signals"))) == expected
    assert {heading.partition("(")[0] for heading in expected} == set(signals.SIGNALS)


def name_of_kind(kind: Any) -> str:
    return str(kind.__struct_config__.tag)


def test_every_template_tag_is_in_the_reference() -> None:
    documented = [heading.split()[1] for heading in headings(reference("template-tags"))]

    registers = [
        import_module(f"onair.templatetags.{path.stem}").register
        for path in (SOURCE / "templatetags").glob("[!_]*.py")
    ]
    registers.append(import_module("pusherable.templatetags.pusherable_tags").register)
    assert sorted(documented) == sorted({tag for register in registers for tag in register.tags})


def test_every_option_of_the_live_tag_is_in_the_reference() -> None:
    described = section(reference("template-tags"), "`{% live %}`")
    documented = {term.partition("=")[0] for term in terms(described)}
    written = {field.name: field.name for field in fields(Options)}
    written |= {option: name for name, option in tags.SHORT.items()}

    assert documented == set(written.values())


def parser_of_the_command() -> ArgumentParser:
    return load_command_class("onair", "onair").create_parser("manage.py", "onair")


def options_of(parser: ArgumentParser) -> set[str]:
    """Return the options of a command and of its subcommands."""
    own = {name for action in parser._actions for name in action.option_strings}
    children = (action for action in parser._actions if isinstance(action, _SubParsersAction))
    return own.union(*(options_of(child) for action in children for child in action.choices.values()))


def subcommands() -> dict[str, ArgumentParser]:
    actions = parser_of_the_command()._actions
    (commands,) = (action.choices for action in actions if isinstance(action, _SubParsersAction))
    return dict(commands)


@pytest.mark.parametrize("name", subcommands())
def test_every_option_of_the_command_is_in_the_reference(name: str) -> None:
    described = section(reference("commands"), f"`manage.py onair {name}`")
    documented = {term.split()[0] for term in terms(described)}
    djangos = options_of(BaseCommand().create_parser("manage.py", "any"))

    assert documented == options_of(subcommands()[name]) - djangos


def test_every_subcommand_is_in_the_reference() -> None:
    commands = subcommands()
    documented = [
        heading.split()[2:] for heading in headings(reference("commands")) if "manage.py onair" in heading
    ]

    assert sorted(documented) == sorted([name] for name in commands)


def described_options() -> dict[tuple[str, ...], str]:
    """The options of the server alone, by their three names, and what the reference says of each."""
    entry = re.compile(r"^`(\S+)(?: \S+)?`, `(\S+)`, `(\S+)`\n: (.+)$", re.MULTILINE)
    found = entry.findall(section(reference("commands"), "`onair serve`"))
    return {(flag, variable, key): text for flag, variable, key, text in found}


def test_every_option_of_the_server_alone_is_in_the_reference_with_its_default() -> None:
    documented = described_options()

    assert list(documented) == [(option.flag, option.variable, option.key) for option in options.OPTIONS]
    for option, text in zip(options.OPTIONS, documented.values(), strict=True):
        assert text.endswith(f" Default: {option.shown}."), option.flag


def test_every_key_of_the_server_alones_file_is_in_the_reference() -> None:
    tables = section(reference("commands"), "`onair serve`")
    cells = {cell.strip("`") for cell in first_cells(tables) if cell.startswith("`")}

    assert cells == {*standalone_apps.APP_KEYS, *standalone_apps.WEBHOOK_KEYS, *standalone_apps.LIMITS}


def test_every_limit_of_the_server_alone_is_in_the_reference_with_its_default() -> None:
    table = section(reference("commands"), "Limits")
    documented = re.findall(r"^\| `(\w+)` \| (\w+) \|", table, re.MULTILINE)

    assert documented == [(limit.name, str(limit.default).lower()) for limit in fields(Limits)]


def test_every_metric_is_in_the_reference() -> None:
    row = re.compile(r"^\| `(onair_\w+)` \| (\w+) \| (.+) \| (.+) \|$", re.MULTILINE)
    documented = [
        (name, kind, tuple(re.findall(r"\w+", labels)), text)
        for name, kind, labels, text in row.findall(reference("metrics"))
    ]

    assert documented == [
        (measure.name, "counter" if measure.is_counter else "gauge", measure.labels, measure.help)
        for measure in metrics.MEASURES
    ]


def test_every_check_is_in_the_reference() -> None:
    documented = [heading for heading in headings(reference("checks")) if heading.startswith("onair.")]

    assert len(documented) == len(set(documented))
    assert set(documented) == set(re.findall(r"\bonair\.[EWI]\d{3}\b", python_source()))


def test_every_check_is_run() -> None:
    modules = [path.relative_to(SOURCE.parent).with_suffix("") for path in SOURCE.rglob("checks.py")]
    functions = {
        thing
        for module in modules
        for name, thing in vars(import_module(".".join(module.parts))).items()
        if name.startswith("check_") and inspect.isfunction(thing)
    }

    assert functions <= {*registry.registered_checks, *registry.deployment_checks}


def test_every_logger_is_in_the_reference() -> None:
    loggers = set(re.findall(r'getLogger\("(onair[\w.]*)"\)', python_source()))
    documented = {term for term in terms(reference("logging")) if term.startswith("onair")}

    assert documented <= loggers
    # Those of files below a documented one are its own business.
    assert not {
        name for name in loggers if name not in documented and name.rpartition(".")[0] not in documented
    }


def test_every_counter_is_in_the_reference() -> None:
    documented = [term for term in terms(reference("logging")) if not term.startswith("onair")]

    assert documented == [field.name for field in fields(Stats)]


def test_every_code_is_in_the_reference() -> None:
    rows = [re.fullmatch(r"P-(\d{4})", cell) for cell in first_cells(reference("protocol"))]

    assert {int(row[1]) for row in rows if row} == {code for code in CODES if code is not None} | {
        session.UNSUPPORTED_DATA,
        session.INVALID_TEXT,
        session.TOO_LARGE,
        session.INTERNAL_ERROR,
    }


def members_of(cls: str, code: str) -> set[str]:
    """Return the public members of a class of JavaScript: methods, getters, and what its constructor sets."""
    body = code.partition(f"export class {cls} ")[2].partition("\n}\n")[0]
    methods = re.findall(r"^  (?:get |async )?([A-Za-z]\w*)\(", body, re.MULTILINE)
    return {*methods, *re.findall(r"^    this\.([A-Za-z]\w*) = ", body, re.MULTILINE)} - {"constructor"}


def browser_members() -> set[str]:
    emitter = members_of("Emitter", script("emitter"))
    channel = members_of("Channel", script("channels")) | members_of("PresenceChannel", script("channels"))
    return {
        *(f"onair.{name}" for name in members_of("OnAir", script("client")) | emitter),
        *(f"channel.{name}" for name in channel),
        *(f"onair.user.{name}" for name in members_of("User", script("user"))),
        *(f"members.{name}" for name in members_of("Members", script("members"))),
    }


def test_every_member_of_the_browser_client_is_in_the_reference() -> None:
    assert {heading.partition("(")[0] for heading in headings(reference("browser"))} == browser_members()


def test_every_state_of_the_browser_client_is_in_the_reference() -> None:
    (states,) = re.findall(r"@typedef \{(.+)\} State\n", script("connection"))
    documented = {cell.strip("`") for cell in first_cells(reference("browser"))}

    assert set(re.findall(r'"(\w+)"', states)) <= documented


def test_every_data_attribute_is_in_the_reference() -> None:
    read = set(re.findall(r"\bonair[A-Z]\w*", script("settings") + script("tags")))
    attributes = {"data-" + re.sub("([A-Z])", lambda part: f"-{part[1].lower()}", name) for name in read}
    documented = {cell.strip("`") for cell in first_cells(reference("browser"))}

    assert {cell for cell in documented if cell.startswith("data-")} == attributes


def test_every_dom_event_of_the_browser_client_is_in_the_reference() -> None:
    scripts = "\n".join(path.read_text() for path in sorted((SCRIPTS / "live").glob("*.js")))
    named = re.findall(r'CustomEvent\("onair:(\w+)"|\b(?:dispatch|say)\((?:\w+, )?"(\w+)"', scripts)
    documented = {term for term in terms(reference("browser")) if term.startswith("onair:")}

    assert {f"onair:{one or other}" for one, other in named} <= documented


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_the_python_of_a_page_compiles(page: Path) -> None:
    for block in blocks(page.read_text()):
        if block.language == "python":
            compile(block.text, str(page), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_the_links_and_pictures_of_a_page_are_there(page: Path) -> None:
    local = [link.partition("#")[0] for link in links(page.read_text()) if not re.match(r"\w+:", link)]

    assert not [link for link in local if not (page.parent / link).exists()]


@pytest.mark.parametrize("page", PAGES, ids=PAGE_IDS)
def test_the_make_targets_of_a_page_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = page.read_text()
    named_in_blocks = [
        target
        for block in blocks(text)
        if block.language == "sh"
        for target in re.findall(r"^make ([a-z]+)", block.text, re.MULTILINE)
    ]

    assert {*named_in_blocks, *re.findall(r"`make ([a-z]+)`", prose(text))} <= targets
