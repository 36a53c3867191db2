"""Assertions, as functions for pytest and as a mixin for test cases."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest
from django.test import Client, RequestFactory

from onair.protocol.names import kind_of
from onair.publishing import capture
from onair.publishing.event import Event
from onair.testing.matching import ANY, Description, shown

if TYPE_CHECKING:
    from onair.authorization.decide import Allowed, Decision
    from onair.testing.following import LivePage


def assertPublished(  # noqa: N802 (the grammar of unittest)
    events: Sequence[Event] | None = None,
    *,
    channel: str | None = None,
    event: str | None = None,
    data: Any = ANY,
    contains: Any = ANY,
    count: int | None = None,
) -> Event:
    """Assert that an event was published, and return it, the first where there are several.

    Args:
        events: what ``captured()`` collected; without it, what the one around this call has so far.
        channel: a channel of the event.
        event: its name.
        data: all of its data.
        contains: some keys of its data, with their values.
        count: how many such events there were, exactly; for none there is :func:`assertNotPublished`.
    """
    __tracebackhide__ = True
    found, description, published = _find(events, channel, event, data, contains)
    if not found:
        raise AssertionError(f"Expected {description}. {shown(published)}")
    if count not in {None, len(found)}:
        raise AssertionError(f"Expected {description} {count} times, not {len(found)}. {shown(published)}")
    return found[0]


def assertNotPublished(  # noqa: N802
    events: Sequence[Event] | None = None,
    *,
    channel: str | None = None,
    event: str | None = None,
    data: Any = ANY,
    contains: Any = ANY,
) -> None:
    """Assert that no such event was published; the arguments are those of :func:`assertPublished`."""
    __tracebackhide__ = True
    found, description, _ = _find(events, channel, event, data, contains)
    if found:
        raise AssertionError(f"Expected not {description}, but: {shown(found)}")


def assertMayJoin(user: Any, channel: str, *, grant: str | None = None) -> Allowed:  # noqa: N802
    """Assert that the user may join the channel, and return the decision (for presence, its ``user_info``).

    The rules get a request of this user, with an empty session.

    Args:
        user: a user, or None for a visitor, whose user the rules see as on the site: ``AnonymousUser``.
        grant: what the page gave the browser, where it did.
    """
    __tracebackhide__ = True
    from onair.authorization.decide import Allowed

    if not kind_of(channel).needs_auth:
        return Allowed()
    decision = _decide(user, channel, grant)
    if not isinstance(decision, Allowed):
        raise AssertionError(f"{_name(user)} may not join {channel}: {decision.reason} {decision.remedy}")
    return decision


def assertMayNotJoin(user: Any, channel: str, *, grant: str | None = None) -> None:  # noqa: N802
    """Assert that the user may not join the channel; the arguments are those of :func:`assertMayJoin`."""
    __tracebackhide__ = True
    from onair.authorization.decide import Allowed

    if not kind_of(channel).needs_auth:
        raise AssertionError(f"Everybody may join {channel}: it is public. Name it private-{channel}.")
    if isinstance(_decide(user, channel, grant), Allowed):
        raise AssertionError(f"{_name(user)} may join {channel}.")


def assertLive(url: str, *, user: Any = None, client: Client | None = None) -> LivePage:  # noqa: N802
    """Assert that a page is live, and return it as it is in an open browser.

    ``assertLive("/board/").on(lambda: ticket.delete()).changes("li:first")``: the code runs, the page follows
    what it writes, and is looked at. All of it happens on this thread, with its database connections, in a
    ``TestCase`` too.

    Args:
        url: the page's path, with its query.
        user: as whom, by a session that is never saved; None for a visitor.
        client: the test's client, whose cookies and headers are sent.

    Raises:
        AssertionError: the page is not shown, or is not live; the message says what to do.
    """
    __tracebackhide__ = True
    from onair.testing.following import open_page

    return open_page(url, user, client)


class OnAirAssertions:
    """The assertions as methods: ``class ArticleTests(OnAirAssertions, TestCase)``."""

    assertPublished = staticmethod(assertPublished)  # noqa: N815
    assertNotPublished = staticmethod(assertNotPublished)  # noqa: N815
    assertMayJoin = staticmethod(assertMayJoin)  # noqa: N815
    assertMayNotJoin = staticmethod(assertMayNotJoin)  # noqa: N815

    def assertLive(  # noqa: N802
        self, url: str, *, user: Any = None, client: Client | None = None
    ) -> LivePage:
        """Assert that a page is live: :func:`assertLive`, with the client of the test case as it is now."""
        __tracebackhide__ = True
        return assertLive(url, user=user, client=client or getattr(self, "client", None))


def _find(
    events: Sequence[Event] | None, channel: str | None, event: str | None, data: Any, contains: Any
) -> tuple[list[Event], Description, Sequence[Event]]:
    published = capture.current() if events is None else events
    description = Description(channel=channel, event=event, data=data, contains=contains)
    return description.matching(published), description, published


def _decide(user: Any, channel: str, grant: str | None) -> Decision:
    from onair.authorization.decide import authorize_channel

    return authorize_channel(_request_of(user), channel, grant)


def _request_of(user: Any) -> HttpRequest:
    user = _nobody() if user is None else user
    request = RequestFactory().post("/")
    request.user = user

    async def auser() -> Any:
        return user

    request.auser = auser
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    return request


def _nobody() -> Any:
    """Return the user of a visitor as Django's middleware sets it; None on a site without Django's users."""
    if not apps.is_installed("django.contrib.auth"):
        return None
    from django.contrib.auth.models import AnonymousUser

    return AnonymousUser()


def _name(user: Any) -> str:
    return "A visitor" if user is None else str(user) or type(user).__name__
