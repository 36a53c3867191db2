"""Nine lines make an ordinary list a live one, for who has logged in: those that the guide shows."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.request import urlopen

from tests.docs.markdown import Block, blocks
from tests.docs.tutorial import PATIENCE, ROOT, Project
from tests.docs.visitor import Socket, Visitor, tags_of

ORDINARY = Path(__file__).parent / "ordinary"
GUIDE = ROOT / "docs" / "howto" / "live.md"


def shown() -> list[Block]:
    """Return what the guide changes, file by file."""
    return [block for block in blocks(GUIDE.read_text()) if block.language == "diff"]


def test_nine_lines_in_four_files_make_a_list_live_for_who_has_logged_in(tmp_path: Path) -> None:
    shutil.copytree(ORDINARY, tmp_path / "todo", ignore=shutil.ignore_patterns("__pycache__"))
    project = Project(tmp_path, "todo")
    project.run("python manage.py makemigrations tasks")
    project.run("python manage.py migrate")
    write(project, "create(title='Water the plants')")
    a_user(project, "anna")

    anybody_may_read(project, "Water the plants")

    changes = shown()
    assert len({block.caption for block in changes}) == 4
    assert sum(project.apply(block) for block in changes) == 9

    project.run("python manage.py check --fail-level WARNING")
    with project.served() as site:
        assert "Water the plants" not in read(site)
        anna = Visitor(site, "anna", "/")
        page = anna.get("/")
        assert "Water the plants" in page
        with anna.socket(tags_of(page)) as socket:
            anna.follow(socket, page)
            follows_what_another_process_writes(project, socket)


def follows_what_another_process_writes(project: Project, socket: Socket) -> None:
    write(project, "create(title='Feed the cat')")
    ((operation, _, key, before, html),) = socket.wait_for("onair:patch")["ops"]
    assert (operation, key, before) == ("i", "2", "1")
    assert "Feed the cat" in html
    write(project, "filter(pk=1).update(title='Repot the plants')")
    assert "Repot the plants" in str(socket.wait_for("onair:patch")["ops"])
    write(project, "filter(pk=2).delete()")
    assert socket.wait_for("onair:patch")["ops"] == [["d", [0], "2"]]


def anybody_may_read(project: Project, title: str) -> None:
    content = "Client(SERVER_NAME='localhost').get('/').content.decode()"
    project.run(f'python manage.py shell -c "from django.test import Client; assert {title!r} in {content}"')


def write(project: Project, what: str) -> None:
    """Write from a process of its own, of which nobody tells the site."""
    project.run(f'python manage.py shell -c "from tasks.models import Task; Task.objects.{what}"')


def a_user(project: Project, name: str) -> None:
    creation = f"User.objects.create_user('{name}', password='{name}')"
    project.run(f'python manage.py shell -c "from django.contrib.auth.models import User; {creation}"')


def read(site: str) -> str:
    with urlopen(site, timeout=PATIENCE) as response:
        return str(response.read().decode())
