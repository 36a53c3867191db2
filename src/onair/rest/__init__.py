"""Django REST framework: what its views write is told, and its authentication decides who may listen.

The names of drf_model_pusher live here. Each is resolved on first use, so that what needs no REST framework
runs without it: the system checks, and a project that has not installed it yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onair.rest.requirement import load

if TYPE_CHECKING:
    from onair.rest.authorize import AuthorizeView as AuthorizeView
    from onair.rest.authorize import SignInView as SignInView
    from onair.rest.backends import PacketAdapter as PacketAdapter
    from onair.rest.backends import PresencePusherBackend as PresencePusherBackend
    from onair.rest.backends import PrivatePusherBackend as PrivatePusherBackend
    from onair.rest.backends import PusherBackend as PusherBackend
    from onair.rest.providers import BaseProvider as BaseProvider
    from onair.rest.providers import PusherProvider as PusherProvider
    from onair.rest.views import ChannelExistenceWebhook as ChannelExistenceWebhook
    from onair.rest.views import ModelPusherViewMixin as ModelPusherViewMixin

_HOMES = {
    "AuthorizeView": "onair.rest.authorize",
    "BaseProvider": "onair.rest.providers",
    "ChannelExistenceWebhook": "onair.rest.views",
    "ModelPusherViewMixin": "onair.rest.views",
    "PacketAdapter": "onair.rest.backends",
    "PresencePusherBackend": "onair.rest.backends",
    "PrivatePusherBackend": "onair.rest.backends",
    "PusherBackend": "onair.rest.backends",
    "PusherProvider": "onair.rest.providers",
    "SignInView": "onair.rest.authorize",
}

__all__ = [
    "AuthorizeView",
    "BaseProvider",
    "ChannelExistenceWebhook",
    "ModelPusherViewMixin",
    "PacketAdapter",
    "PresencePusherBackend",
    "PrivatePusherBackend",
    "PusherBackend",
    "PusherProvider",
    "SignInView",
]


def __getattr__(name: str) -> Any:
    try:
        home = _HOMES[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(load(home), name)
