"""What other processes hand over, and what becomes of it in the process of the sockets."""

from __future__ import annotations

import json
from dataclasses import replace
from time import monotonic

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client as Browser

from onair.embedded import handovers
from onair.live import tokens
from onair.live.rendering import handover
from onair.live.rendering.exchange import Asking
from onair.live.rendering.memory import Memory
from onair.live.rendering.process import ENDED, LIVE
from onair.live.rendering.viewer import Address, Viewer
from tests.live.rendering.case import PagesTestCase
from tests.live.rendering.pages import Page
from tests.server.clients import PATIENCE
from tests.site.board.models import Ticket


def run(sql: str, *params: object) -> None:
    """Write where nothing sees it."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def hand_over(name: str, line: bytes) -> None:
    receiver = handovers.Receiver()
    assert receiver.take(name, line)
    receiver.end(monotonic() + PATIENCE)
    receiver.join()


class Tests(PagesTestCase):
    def asking(self, page: Page) -> Asking:
        """What the page's browser asks of another process than that of its socket."""
        browser = Browser(headers=page._headers())
        browser.cookies.load(page.cookies)
        request = browser.get("/list/", headers={"host": page.url.partition("://")[2]}).wsgi_request
        data = tokens.read(page.data["token"], request)
        viewer = Viewer.of(request, tokens.user_of(request), tokens.session_of(request))
        return Asking(Address(*data["at"]), viewer, page.socket_id, page.versions)

    def test_whoever_has_asked_elsewhere_is_expected_here(self) -> None:
        page = self.open("/list/")
        asking, answers = handover.answer(self.asking(page), None)
        ((region, answer),) = answers.items()
        line = handover.encode(asking, answers)
        hand_over(LIVE, line)
        page.client.send("pusher:subscribe", answer)
        assert page.client.receive()["event"] == "pusher_internal:subscription_succeeded"
        self.ticket("First")
        assert "First" in str(page.patch())
        assert handover.decode(line)[1] == {region: (answer["channel"], page.versions[region])}

    def test_who_may_not_see_it_any_more_when_it_has_come_is_told_so(self) -> None:
        page = self.open("/permitted/", self.user("anna", may_view=True))
        asking, answers = handover.answer(self.asking(page), None)
        run("DELETE FROM auth_user_user_permissions")
        line = handover.encode(asking, answers)
        ((_, answer),) = answers.items()
        hand_over(LIVE, line)
        page.client.send("pusher:subscribe", answer)
        heard = page.client.receive()
        if heard["event"] == "pusher_internal:subscription_succeeded":
            heard = page.client.receive()
            assert heard["data"]["denied"] is True
        else:
            assert heard["event"] == "pusher:subscription_error"

    def test_a_page_that_this_process_knows_is_asked_for_no_more(self) -> None:
        page = self.page("/list/")
        other = self.open("/list/")
        memory = self.engine.memory
        assert handover.answer(self.asking(other), Memory())[1].keys() == other.versions.keys()
        known = memory.access(self.asking(page).address, self.asking(page).viewer)
        assert known is not None
        asking, answers = handover.answer(self.asking(other), memory)
        assert asking.viewer_as(known.viewer) == asking.viewer
        assert {answer["channel"] for answer in answers.values()} == set(page.channels.values())

    def test_of_a_socket_of_another_process_nothing_is_expected(self) -> None:
        page = self.open("/list/")
        asking, answers = handover.answer(self.asking(page), None)
        line = handover.encode(replace(asking, socket_id="9.9"), answers)
        hand_over(LIVE, line)
        ((_, answer),) = answers.items()
        assert not self.engine.admits(answer["channel"], page.socket_id)

    def test_a_session_that_ends_elsewhere_is_shown_nothing_more(self) -> None:
        anna = self.user("anna")
        page, bens = self.page("/login/", anna), self.page("/login/", self.user("ben"))
        hand_over(ENDED, json.dumps(self.asking(page).viewer.session).encode())
        assert page.patch()["denied"] is True
        self.ticket("First")
        assert "First" in str(bens.patch())

    def test_where_something_was_missed_everything_is_looked_at_again(self) -> None:
        anna: User = self.user("anna", may_view=True)
        ticket = self.ticket("Before")
        all_may, some_may = self.page("/list/"), self.page("/permitted/", anna)
        run(f"UPDATE {Ticket._meta.db_table} SET title = 'Behind your back' WHERE id = %s", ticket.pk)
        run("DELETE FROM auth_user_user_permissions")
        hand_over(handovers.MISSED, b"\n")
        assert "Behind your back" in str(all_may.patch())
        assert some_may.patch()["denied"] is True
