"""The tutorial runs: from ``startproject`` to two browsers that see each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.docs.tutorial import Project
from tests.docs.visitor import Socket, Tag, Visitor, tags_of


def test_the_tutorial_ends_with_two_browsers_that_see_each_other(tmp_path: Path) -> None:
    project = Project(tmp_path)
    publishing, creating = project.follow()
    project.run("python manage.py check --fail-level WARNING")

    with project.served() as site:
        anna, ben = Visitor(site, "anna"), Visitor(site, "ben")
        page = anna.tags("/1/")
        with anna.socket(page) as socket:
            follow_the_article(anna, socket, page)
            hears_of_reader_editor_and_save(socket, ben)
            project.run(publishing)
            assert socket.wait_for("updated")["user"] == "the editor-in-chief"
        see_each_other(anna, ben)
        follow_the_database(anna, ben, lambda: project.run(creating))


def follow_the_article(visitor: Visitor, socket: Socket, page: list[Tag]) -> None:
    tags = [tag for tag in page if "data-onair-channel" in tag]
    assert [tag["data-onair-event"] for tag in tags] == ["view", "update", "updated"]
    (channel,) = {tag["data-onair-channel"] for tag in tags}
    assert channel == "private-article_1"
    visitor.join(socket, page, channel, tags[0]["data-onair-grant"])


def hears_of_reader_editor_and_save(socket: Socket, other: Visitor) -> None:
    other.get("/1/")
    assert socket.wait_for("view")["user"] == "ben"
    other.get("/1/edit/")
    assert socket.wait_for("update")["user"] == "ben"
    other.post("/1/edit/", title="Harbour opens", body="At last.")
    updated = socket.wait_for("updated")
    assert updated["user"] == "ben"
    assert updated["object"]["title"] == "Harbour opens"


def see_each_other(anna: Visitor, ben: Visitor) -> None:
    page = anna.tags("/1/edit/")
    channel = next(tag["data-channel"] for tag in page if "data-channel" in tag)
    with anna.socket(page) as annas:
        anna.join(annas, page, channel)
        with ben.socket(page) as bens:
            here = ben.join(bens, page, channel)["presence"]
            assert sorted(info["name"] for info in here["hash"].values()) == ["anna", "ben"]
            came = annas.wait_for("pusher_internal:member_added")
            assert came["user_info"] == {"name": "ben"}
        assert annas.wait_for("pusher_internal:member_removed") == {"user_id": came["user_id"]}


def follow_the_database(anna: Visitor, ben: Visitor, create: Callable[[], None]) -> None:
    pages = anna.get("/"), ben.get("/")
    with anna.socket(tags_of(pages[0])) as annas, ben.socket(tags_of(pages[1])) as bens:
        assert anna.follow(annas, pages[0]) == ben.follow(bens, pages[1]), "they share the renderings"
        ben.post("/1/edit/", title="Harbour is open", body="At last.")
        for socket in (annas, bens):
            assert "Harbour is open" in str(socket.wait_for("onair:patch"))
        create()
        for socket in (annas, bens):
            patches = [socket.wait_for("onair:patch") for _ in range(2)]
            assert "Ferry is late" in str(patches)
            assert ["h", [0], "2"] in [operation for patch in patches for operation in patch["ops"]]
