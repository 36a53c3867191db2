"""Commands, the shell and scripts, as cron runs them: they find the server, and end in every way."""

from __future__ import annotations

from textwrap import indent

import pytest

from tests.workers.running import Newsroom

SETUP = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django
django.setup()
"""

WORK = """
from jobs.work import publish_at_the_end
publish_at_the_end("the end")
"""

PROGRAMS = {
    "manage.py shell": ("manage.py", "shell", "-c", WORK),
    "a script": ("-c", SETUP + WORK),
    "a script as a module": ("-m", "django", "shell", "-c", WORK),
}

#: What the ends of the command ``leave`` leave as exit codes.
DRAINED = {
    "returns": 0,
    "exits": 3,
    "fails": 1,
    "is interrupted": -2,
    "exits at SIGTERM": 143,
}

#: Nothing of Python runs any more at these ends.
NOT_DRAINED = {"is terminated": -15, "is killed": -9, "ends by os._exit": 0}

#: A process that is spawned imports the script again, under another name.
SCRIPT = """
{setup}
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
import warnings
import onair
from jobs.work import publish_at_the_end

def main():
    warnings.simplefilter("ignore", DeprecationWarning)  # a fork of a process that has threads
    onair.publish("news", "first")
{child}
    onair.publish("news", "last")

if __name__ == "__main__":
    main()
"""

PROCESS = """
process = get_context({method!r}).Process(target=publish_at_the_end, args=["the end"])
process.start()
process.join()
"""

#: Processes that a process starts after it has published.
CHILDREN = {
    **{method: PROCESS.format(method=method) for method in ("fork", "spawn", "forkserver")},
    "a pool": """
with ProcessPoolExecutor(1, get_context("fork")) as pool:
    pool.submit(publish_at_the_end, "the end").result()
""",
    "os.fork": """
child = os.fork()
if child == 0:
    publish_at_the_end("the end")
    raise SystemExit
os.waitpid(child, 0)
""",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_finds_the_server_and_sends_what_is_left(program: tuple[str, ...], site: Newsroom) -> None:
    with site.news() as news:
        process = site.run(*program, DJANGO_SETTINGS_MODULE="settings")
        assert process.exit_code() == 0, process.written
        assert news.names() == ["before the end", "the end"]


@pytest.mark.parametrize(("ending", "code"), DRAINED.items())
def test_a_command_sends_what_is_left_when_it(ending: str, code: int, site: Newsroom) -> None:
    with site.news() as news:
        process = site.run("manage.py", "leave", ending)
        assert process.exit_code() == code, process.written
        assert news.names() == [f"before {ending}", ending]


@pytest.mark.parametrize(("ending", "code"), NOT_DRAINED.items())
def test_a_command_loses_what_is_left_when_it(ending: str, code: int, site: Newsroom) -> None:
    with site.news() as news:
        process = site.run("manage.py", "leave", ending)
        assert process.exit_code() == code, process.written
        assert news.names() == [f"before {ending}"]


@pytest.mark.parametrize("child", CHILDREN.values(), ids=CHILDREN)
def test_a_child_of_a_process_that_has_published_sends_its_own_and_nothing_twice(
    child: str, site: Newsroom
) -> None:
    script = site.folder / "script.py"
    script.write_text(SCRIPT.format(setup=SETUP, child=indent(child, "    ")))
    with site.news() as news:
        process = site.run(script.name)
        assert process.exit_code() == 0, process.written
        names = news.names()
        assert sorted(names) == ["before the end", "first", "last", "the end"]
        assert names[-1] == "last"
