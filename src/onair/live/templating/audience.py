"""Who may see the same rendering: what the page learned of its visitor while it was made.

A rendering depends on the page's address, on the database, and on what it asked about the visitor. What has
few answers (``user.is_staff``, ``perms.news.change_article``) is a *fact*: all visitors of whom the same
facts are true share the rendering. Everything else that is read of the user, the session or the cookies makes
it *personal*. Nothing of it is guessed from names: what was not asked cannot be in the page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from types import FrameType

from onair.exceptions import OnAirError
from onair.live.reading.recorder import Recorder, recording

#: Attributes of a user that have two answers, so that they part the visitors into two.
FACTS = frozenset({"is_authenticated", "is_anonymous", "is_active", "is_staff", "is_superuser"})

#: Methods of a user that answer yes or no.
QUESTIONS = frozenset({"has_perm", "has_perms", "has_module_perms"})

#: Where a look at the visitor is nobody's choice.
_OURS_AND_DJANGOS = ("onair.", "django.")

#: What is between the reading code and the visitor, wherever that is.
_PLUMBING = ("onair.", "django.utils.", "django.template.")


class AudienceError(OnAirError):
    """A rendering that many are to share has asked who its visitor is."""


class Phase(Enum):
    """When something of the visitor was read."""

    ACCESS = "access"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Touch:
    """What was read of the visitor: a fact has its answer; None is anything else, and personal."""

    what: str
    answer: str | None
    phase: Phase
    where: str


@dataclass(frozen=True, slots=True)
class Audience:
    """Who shares a rendering.

    Args:
        key: the same for all who share it.
        why: what made it so, for people: each with the place in the code.
    """

    key: str
    why: tuple[Touch, ...] = ()

    @property
    def is_personal(self) -> bool:
        """Whether one visitor alone sees the rendering."""
        return self.key.startswith(("user:", "session:"))


class Visitor:
    """Whom the page is made for, by what a session says.

    Args:
        user_key: the user's primary key as text, None for nobody in particular.
        session: what tells one session from another, or one browser where there is no session.
    """

    __slots__ = ("session", "user_key")

    def __init__(self, user_key: str | None, session: str) -> None:
        self.user_key = user_key
        self.session = session


class Watch:
    """Notes what is read of the visitor while a page is made."""

    def __init__(self) -> None:
        self.phase = Phase.ACCESS
        #: What was read of the database to find out who the visitor is, and what it may.
        self.recorder = Recorder()
        #: How often anything was noted.
        self.noted = 0
        #: Whether anything was read of what the browser has sent, rather than of who the user is.
        self.is_of_browser = False
        self._touches: list[dict[Touch, None]] = [{}]
        self._is_ignoring = False
        self._declared: list[str] = []
        self._refusal: AudienceError | None = None

    @property
    def touches(self) -> Iterable[Touch]:
        """What was read where no region was being rendered, so far."""
        return self._touches[0]

    def touch_all(self, touches: Iterable[Touch]) -> None:
        """Take it that all of this was read where no region was being rendered."""
        self._touches[0].update(dict.fromkeys(touches))

    @contextmanager
    def region(self, declared: str | None) -> Iterator[dict[Touch, None]]:
        """Collect what is read inside a region. With a declared audience the visitor cannot be asked for."""
        touches: dict[Touch, None] = {}
        self._touches.append(touches)
        self._declared.append(declared or "")
        try:
            yield touches
            # {% if %} takes any error for False.
            if self._refusal is not None:
                raise self._refusal
        finally:
            self._touches.pop()
            self._declared.pop()

    @contextmanager
    def declared(self, audience: str | None) -> Iterator[None]:
        """Let nobody ask for the visitor inside, where an audience is declared."""
        self._declared.append(audience or "")
        try:
            yield
        finally:
            self._declared.pop()

    @contextmanager
    def ignoring(self) -> Iterator[None]:
        """Note nothing inside: Django itself finds out who the visitor is."""
        before, self._is_ignoring = self._is_ignoring, True
        try:
            with recording(self.recorder):
                yield
        finally:
            self._is_ignoring = before

    def note(self, what: str, answer: object = None) -> None:
        """Note what is read, with its answer where it is a fact.

        Raises:
            AudienceError: a declared audience is being rendered.
        """
        if self._is_ignoring:
            return
        self.noted += 1
        self.is_of_browser = self.is_of_browser or not what.startswith("user")
        where = _where()
        declared = next((name for name in reversed(self._declared) if name), None)
        if declared is not None and (answer is None or what.startswith("user")):
            self._refusal = AudienceError(
                f"What is rendered for the audience {declared!r} reads request.{what} ({where}): all of them "
                "would see what one of them sees. Take the audience away, so that each visitor gets a "
                "rendering of their own where it is needed, or read it in dispatch() and not in the content."
            )
            raise self._refusal
        told = None if answer is None else str(answer)
        self._touches[-1][Touch(what, told, self.phase, where)] = None


def audience_of(touches: Iterable[Touch], visitor: Visitor, declared: str | None = None) -> Audience:
    """Return who shares what was rendered with these touches.

    Raises:
        AudienceError: an audience is declared, and the page's content was made of what only one visitor has.
    """
    why = tuple(touches)
    if declared is not None:
        additions = [touch for touch in why if _is_of_session(touch) and touch.answer is not None]
        _refuse_content_of_one((touch for touch in why if touch not in additions), declared)
        return Audience(f"declared:{declared}" + _facts(additions, ";"), tuple(additions))
    asked = [touch for touch in why if touch.answer is None]
    if not asked or (visitor.user_key is None and not any(_is_of_session(touch) for touch in asked)):
        facts = _facts(why)
        return Audience(f"facts:{facts},anonymous" if asked else f"facts:{facts}", why)
    # Two sessions of one user may differ in what was put on their requests.
    more = _facts([touch for touch in why if _is_of_session(touch)], ";")
    if any(_is_of_session(touch) for touch in asked):
        return Audience(f"session:{visitor.session}{more}", why)
    return Audience(f"user:{visitor.user_key}{more}", why)


def _facts(touches: Iterable[Touch], before: str = "") -> str:
    facts = sorted({f"{touch.what}={touch.answer}" for touch in touches if touch.answer is not None})
    return before + ",".join(facts) if facts else ""


def _is_of_session(touch: Touch) -> bool:
    return not touch.what.startswith("user")


def _refuse_content_of_one(touches: Iterable[Touch], declared: str) -> None:
    for touch in touches:
        if touch.phase is Phase.CONTENT:
            raise AudienceError(
                f"The audience {declared!r} is to share a region, and the page's context is made of "
                f"request.{touch.what} ({touch.where}). Leave the audience to what the page reads, or make "
                "the context without the visitor; a function's access is decided by decorators above "
                "@live_view, a class's in dispatch()."
            )


def _where() -> str:
    """Return the place of the project's code that reads, or that of the template; else Django's own."""
    djangos = ""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module == "onair.live.wrapping":
            break  # what called the view is not what reads
        if module == "django.template.base":
            tag = _tag_at(frame)
            if tag is not None:
                return tag
        place = f"{module}, line {frame.f_lineno}"
        if not module.startswith(_OURS_AND_DJANGOS):
            return place
        if not module.startswith(_PLUMBING):
            djangos = djangos or place
        frame = frame.f_back
    return djangos or "Django"


def _tag_at(frame: FrameType) -> str | None:
    """Return the place of the template's tag that a frame renders, where it renders one."""
    node = frame.f_locals.get("self")
    token, origin = getattr(node, "token", None), getattr(node, "origin", None)
    line = getattr(token, "lineno", None)
    if line is None:
        return None
    return f"{getattr(origin, 'template_name', None) or 'the template'}, line {line}"
