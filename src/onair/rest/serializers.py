"""The bodies of webhooks."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from onair.protocol.errors import BadChannel
from onair.protocol.names import check_channel
from onair.rest.occupied import record

#: What a webhook's event says of its channel.
_STATES = {"channel_occupied": True, "channel_vacated": False}


class PusherWebhookSerializer(serializers.Serializer):  # type: ignore[misc] # DRF has no types
    """What every webhook has: when it was made, in milliseconds since the epoch."""

    time_ms = serializers.IntegerField()


class EventSerializer(serializers.Serializer):  # type: ignore[misc] # DRF has no types
    """What every event of a webhook has."""

    name = serializers.CharField()


class ChannelExistenceEventSerializer(EventSerializer):
    """An event of a channel."""

    channel = serializers.CharField()


class ChannelExistenceSerializer(PusherWebhookSerializer):
    """A webhook that says which channels are occupied or vacated; its other events change nothing."""

    events = ChannelExistenceEventSerializer(many=True)

    def create(self, validated_data: dict[str, Any]) -> dict[str, Any]:
        for event in validated_data["events"]:
            is_occupied = _STATES.get(event["name"])
            if is_occupied is not None and _is_channel(event["channel"]):
                record(event["channel"], is_occupied, validated_data["time_ms"])
        return validated_data


def _is_channel(name: str) -> bool:
    try:
        check_channel(name)
    except BadChannel:
        return False
    return True
