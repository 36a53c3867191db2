"""What it is all for: an event that this process publishes comes to every browser, and presence is known."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

import onair
from onair import conf
from onair.doctor.browser import Browser, Late, Message
from onair.doctor.examination import Examination
from onair.doctor.hops.sockets import greet, open_browser
from onair.doctor.logs import said_by
from onair.doctor.outcome import Failed, Passed, Skipped
from onair.publishing import dispatch

EVENT = "onair-doctor"
MEMBER = "onair-doctor"

#: Who says what goes wrong on the way: the publisher is told nothing.
_LOGGER = "onair.publishing"

#: Sockets that an event has to reach, for each process that serves: each is likely to have one then.
_SOCKETS = 2
_MOST_SOCKETS = 12

#: Seconds between two looks at who is present.
_LOOK = 0.02

_NO_SOCKET = Skipped("There is no socket that it could reach.")


def publishing(examination: Examination) -> Passed | Skipped:
    """An event goes the configured way, by the background sender, and reaches several sockets."""
    first = examination.browser
    if first is None or not first.socket_id:
        return _NO_SOCKET
    channel = examination.channel(name="delivery")
    browsers = [first, *_further(examination)]
    for browser in browsers:
        browser.subscribe(examination.target.app, channel)
    first_time, again = (_publish(examination, browsers, channel, number) for number in range(2))
    for browser in browsers:
        browser.unsubscribe(channel)
    return Passed(f"2 events reached {len(browsers)} sockets: {first_time}; {again}.")


def presence(examination: Examination) -> Passed | Skipped:
    """``onair.members`` sees a member who has joined, and that it has left."""
    browser, timeout = examination.browser, examination.options.timeout
    if browser is None or not browser.socket_id:
        return _NO_SOCKET
    channel = examination.channel("presence")
    started = time.monotonic()
    with said_by(_LOGGER) as said:
        browser.subscribe(examination.target.app, channel, MEMBER)
        _wait_for_members(channel, [MEMBER], timeout, said)
        seen = time.monotonic()
        browser.unsubscribe(channel)
        _wait_for_members(channel, [], timeout, said)
    left = time.monotonic()
    return Passed(
        f"onair.members() sees a member after {_ms(seen - started)}, and that it has left after "
        f"{_ms(left - seen)}."
    )


def _further(examination: Examination) -> Iterator[Browser]:
    """Open more sockets: another connection may be another process's."""
    for _ in range(min(_SOCKETS * max(examination.nodes, 1), _MOST_SOCKETS) - 1):
        browser = open_browser(examination)
        greet(browser, examination)
        yield browser


def _publish(examination: Examination, browsers: list[Browser], channel: str, number: int) -> str:
    left: list[float] = []
    with said_by(_LOGGER) as said:
        started = time.monotonic()
        onair.publish(channel, EVENT, {"number": number})
        published = time.monotonic()
        dispatch.call(lambda: left.append(time.monotonic()), label="The doctor's look at the clock")
        received = []
        for browser in browsers:
            with suppress(Late):
                received.append(_event(browser, channel, number, started + examination.options.timeout))
    if len(received) < len(browsers):
        raise _lost(examination, len(received), len(browsers), bool(left), said)
    sent = f", sent after {_ms(left[0] - started)}" if left else ""
    arrived = _ms(max(received) - started)
    return f"published in {_ms(published - started)}{sent}, at the last socket after {arrived}"


def _event(browser: Browser, channel: str, number: int, deadline: float) -> float:
    """Return when the event came."""

    def is_it(message: Message) -> bool:
        is_ours = message.get("event") == EVENT and message.get("channel") == channel
        return is_ours and message.data.get("number") == number

    return browser.wait_for(is_it, "event", deadline=deadline).received


def _lost(examination: Examination, received: int, sockets: int, has_left: bool, said: list[str]) -> Failed:
    waited = f"within {examination.options.timeout:g} s"
    if said:
        return Failed(f"The event reached {received} of {sockets} sockets {waited}.", " ".join(said))
    if not has_left:
        return Failed(
            f"The event did not leave this process {waited}: the background sender still tries.",
            "See the log of onair.publishing, and give more time by --timeout.",
        )
    if received:
        return Failed(
            f"The event reached {received} of {sockets} sockets {waited}: several processes hold the "
            "sockets, and do not share them.",
            'Let ONAIR["URL"] name Redis or PostgreSQL in all of them, the same one; or serve with one '
            "process.",
        )
    return Failed(
        f"The event left this process, and no socket got it {waited}: it went to another server than that of "
        "the "
        "sockets.",
        f"Let {_way(examination)} and {examination.browser and examination.browser.address.source} lead to "
        "the same server.",
    )


def _way(examination: Examination) -> str:
    match examination.target:
        case conf.Embedded(engine=None):
            return f"the server that is announced on this machine ({examination.base_url})"
        case conf.HostedPusher():
            return "the PUSHER_… settings"
        case _:
            return 'ONAIR["URL"]'


def _wait_for_members(channel: str, wanted: list[str], timeout: float, said: list[str]) -> None:
    deadline = time.monotonic() + timeout
    while True:
        found = [member.id for member in onair.members(channel, timeout=timeout)]
        if found == wanted:
            return
        if said or time.monotonic() > deadline:
            what = "does not see the member that has joined" if wanted else "sees a member that has left"
            raise Failed(
                f"onair.members() {what}, within {timeout:g} s.",
                " ".join(said)
                or "It asks another server than that of the sockets, or processes that share nothing: give "
                'all the same ONAIR["URL"].',
            )
        time.sleep(_LOOK)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"
