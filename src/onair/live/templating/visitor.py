"""A request whose visitor is watched: what is read of the user, the session and the cookies is noted."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.functional import LazyObject, SimpleLazyObject, empty

from onair.live import tokens
from onair.live.templating.audience import FACTS, QUESTIONS, Visitor, Watch
from onair.live.templating.headers import is_of_visitor


class WatchedUser(SimpleLazyObject):  # type: ignore[type-arg] # generic in its stubs alone
    """The request's user, as any code sees it; what is asked of it is noted."""

    def __init__(self, find: Callable[[], Any], watch: Watch) -> None:
        super().__init__(find)
        self.__dict__["_watch"] = watch

    def _setup(self) -> None:
        watch: Watch = self.__dict__["_watch"]
        with watch.ignoring():
            super()._setup()  # type: ignore[misc] # the stubs leave it out
            user = self.__dict__["_wrapped"]
            if isinstance(user, Model):
                # Any of it may decide what the visitor may see: rights, whether the account is active.
                watch.recorder.instance(user, None)

    def __getattr__(self, name: str) -> Any:
        watch: Watch = self.__dict__["_watch"]
        user = _user_of(self)
        if name in QUESTIONS:
            return _question(watch, name, getattr(user, name))
        with watch.ignoring():
            value = getattr(user, name)
        watch.note(f"user.{name}", value if name in FACTS else None)
        return value

    def __str__(self) -> str:
        self.__dict__["_watch"].note("user")
        return str(_user_of(self))

    def __repr__(self) -> str:
        self.__dict__["_watch"].note("user")
        return repr(_user_of(self))

    def __eq__(self, other: object) -> bool:
        self.__dict__["_watch"].note("user")
        return bool(_user_of(self) == other)

    def __hash__(self) -> int:
        self.__dict__["_watch"].note("user")
        return hash(_user_of(self))

    def __bool__(self) -> bool:
        return True


def _user_of(watched: WatchedUser) -> Any:
    if watched._wrapped is empty:
        watched._setup()
    return watched._wrapped


def _question(watch: Watch, name: str, ask: Callable[..., bool]) -> Callable[..., bool]:
    def answer(*args: Any, **kwargs: Any) -> bool:
        with watch.ignoring():
            said = ask(*args, **kwargs)
        asked = ",".join([*map(_told, args), *(f"{key}={_told(value)}" for key, value in kwargs.items())])
        watch.note(f"user.{name}({asked})", said)
        return said

    return answer


def _told(value: object) -> str:
    if isinstance(value, Model):
        return f"{value._meta.label_lower}:{value.pk}"
    return str(value)


class WatchedMapping:
    """The request's session or cookies; that one of them is looked at is noted."""

    def __init__(self, wrapped: Any, watch: Watch, name: str) -> None:
        self.__dict__.update(_wrapped=wrapped, _watch=watch, _name=name)

    def __getattr__(self, name: str) -> Any:
        if name not in _OF_MIDDLEWARE:
            self._watch.note(self._name)
        return getattr(self._wrapped, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._wrapped, name, value)

    def __getitem__(self, key: str) -> Any:
        self._watch.note(f"{self._name}[{key}]")
        return self._wrapped[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._wrapped[key] = value

    def __delitem__(self, key: str) -> None:
        del self._wrapped[key]

    def __contains__(self, key: str) -> bool:
        self._watch.note(f"{self._name}[{key}]")
        return key in self._wrapped

    def __iter__(self) -> Iterator[str]:
        self._watch.note(self._name)
        return iter(self._wrapped)

    def __len__(self) -> int:
        self._watch.note(self._name)
        return len(self._wrapped)

    def __bool__(self) -> bool:
        self._watch.note(self._name)
        return bool(self._wrapped)


class WatchedHeaders(WatchedMapping):
    """The request's headers, by WSGI's names or their own; reading one of the visitor's is noted."""

    def get(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return self._wrapped.get(key, default)

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return self._wrapped[key]

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return key in self._wrapped

    def _note(self, key: object) -> None:
        name = key if self._name == "META" else f"HTTP_{str(key).upper().replace('-', '_')}"
        # That of Django asks for developers, and for the secret of forms, which regions do not keep.
        if is_of_visitor(name) and sys._getframe(2).f_globals.get("__name__") != _PROCESSORS:
            self._watch.note(f"{self._name}[{key}]")


_PROCESSORS = "django.template.context_processors"


#: What Django's own middleware asks a session, which says nothing of what is in it.
_OF_MIDDLEWARE = frozenset(
    {"accessed", "modified", "is_empty", "get_expire_at_browser_close", "get_expiry_age", "save"}
)


def visitor_of(request: HttpRequest, browser: str) -> Visitor:
    """Return who a request is from, as its session says, before it is watched.

    Args:
        browser: what tells the browser from others.
    """
    session = tokens.session_of(request)
    return Visitor(tokens.user_of(request) or None, session or f"browser:{browser}")


def watch_visitor(request: HttpRequest, watch: Watch) -> Callable[[], None]:
    """Let a request note what is read of its visitor from now on. Return how to let it be as it was."""
    # Read before the page does, so that there is something to watch.
    request.COOKIES, request.headers  # noqa: B018
    before = {name: vars(request)[name] for name in _WATCHED if name in vars(request)}
    watched = {name: _WATCHED[name](value, watch) for name, value in before.items()}
    vars(request).update(watched)

    def unwatch() -> None:
        for name, value in before.items():
            # What the page's code has put there itself stays.
            if vars(request).get(name) is watched[name]:
                vars(request)[name] = value

    return unwatch


def unlazy(user: Any) -> Any:
    """Return a user itself, where a request has it behind something lazy."""
    while isinstance(user, LazyObject):
        if user._wrapped is empty:
            user._setup()
        user = user._wrapped
    return user


def _watched_auser(find: Callable[[], Awaitable[Any]], watch: Watch) -> Callable[[], Awaitable[Any]]:
    async def auser() -> Any:
        with watch.ignoring():
            found = await find()
        return WatchedUser(lambda: found, watch)

    return auser


_WATCHED: dict[str, Callable[[Any, Watch], Any]] = {
    "user": lambda user, watch: WatchedUser(lambda: unlazy(user), watch),
    "auser": _watched_auser,
    "session": lambda session, watch: WatchedMapping(session, watch, "session"),
    "COOKIES": lambda cookies, watch: WatchedMapping(cookies, watch, "COOKIES"),
    "environ": lambda meta, watch: WatchedHeaders(meta, watch, "META"),
    "META": lambda meta, watch: WatchedHeaders(meta, watch, "META"),
    "headers": lambda headers, watch: WatchedHeaders(headers, watch, "headers"),
}
