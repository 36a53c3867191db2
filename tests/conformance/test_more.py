"""What else is written in Pusher's documents."""

from __future__ import annotations

import pytest

from tests.conformance.conftest import Connect, Serve
from tests.server.clients import Site


def test_p_authorized_who_shows_no_authorization_in_time_is_closed(serve: Serve, connect: Connect) -> None:
    site = serve(authorization_timeout=30)
    client = connect(site).join("news")
    site.pass_time(31)

    assert client.error()["code"] == client.close_code() == 4009


@pytest.mark.parametrize("how", ["private channel", "presence channel", "sign-in"])
def test_p_authorized_who_joins_a_channel_or_signs_in_stays(serve: Serve, connect: Connect, how: str) -> None:
    site = serve(authorization_timeout=30)
    client = connect(site)
    if how == "private channel":
        client.join("private-news")
    elif how == "presence channel":
        client.join("presence-room", "7")
    else:
        client.sign_in("7")
    site.pass_time(31)

    assert client.settle() == []


def test_p_authorized_without_the_switch_nobody_is_closed(site: Site, connect: Connect) -> None:
    client = connect().join("news")
    site.pass_time(site.app.activity_timeout - 1)

    assert client.settle() == []
