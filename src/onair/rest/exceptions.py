"""What is wrong with a project's backends and views."""

from __future__ import annotations

from onair.exceptions import OnAirError


class ModelPusherException(OnAirError):
    """A view or a backend cannot say what to send, and where."""


class NoSerializer(ModelPusherException, AssertionError):
    """A backend names neither a serializer nor a model."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"PusherBackends require a serializer_class, and {name} has none. Set {name}.serializer_class; "
            "or, to send what the view's serializer makes, give it a class Meta with a model; or, if others "
            "derive from it, a class Meta with abstract = True."
        )


class BadChannels(ModelPusherException, TypeError):
    """What should be a list of channels is something else."""

    def __init__(self, given: object, source: str) -> None:
        super().__init__(
            f"channels must be a list, received {type(given)!r}: let get_pusher_channels() of {source} "
            "return a list of the channels' names, [] for none."
        )
