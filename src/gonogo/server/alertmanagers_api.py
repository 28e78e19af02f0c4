"""Reads the Alertmanagers that a server sends alerts to."""

from __future__ import annotations

from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.shape import JsonObject, listing, mapping, text


def alertmanagers(client: Client, base_url: str) -> tuple[str, ...]:
    """List the URLs of the active Alertmanagers: those that the server found and did not drop.

    The server does not report whether an Alertmanager answers.

    Raises:
        SourceError: there was no valid answer.
    """
    return ask(client, base_url, "/api/v1/alertmanagers", _active)


def _active(envelope: JsonObject) -> tuple[str, ...]:
    data = mapping(envelope.get("data"), "data")
    active = listing(data.get("activeAlertmanagers"), "the active Alertmanagers")
    return tuple(text(mapping(one, "an Alertmanager").get("url"), "an Alertmanager's URL") for one in active)
