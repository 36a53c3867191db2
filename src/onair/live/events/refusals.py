"""Events that are refused before a handler runs: what a browser does wrong, and what its user can do."""

from __future__ import annotations


class Refusal(Exception):
    """An event that reaches no handler; the message is shown to the user."""

    status = 400
    #: Whether the page works again once it has been loaded anew.
    reload = False


class Malformed(Refusal):
    """It is not what a page sends."""


class Foreign(Refusal):
    """The page is of another reader, another view or another time."""

    status = 403
    reload = True


class TooLarge(Refusal):
    """It holds more than the handler takes."""

    status = 413


class TooMany(Refusal):
    """The session sends more than one does.

    Args:
        retry_after: seconds.
    """

    status = 429

    def __init__(self, retry_after: float) -> None:
        super().__init__("That was too much at once. Wait a moment, and try again.")
        self.retry_after = retry_after
