"""Reads the alerts that are pending or firing on a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.moment import moment
from gonogo.server.shape import JsonObject, listing, mapping, text, texts


@dataclass(frozen=True, slots=True)
class ActiveAlert:
    """An alert with its labels, its state ``pending`` or ``firing``, and the unix time at which it became active."""

    labels: Mapping[str, str]
    state: str
    active_at: float | None
    annotations: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return the name of the alert."""
        return self.labels.get("alertname", "")


def active_alerts(client: Client, base_url: str) -> tuple[ActiveAlert, ...]:
    """List the pending and firing alerts.

    Raises:
        SourceError: there was no valid answer.
    """
    return ask(client, base_url, "/api/v1/alerts", _alerts)


def _alerts(envelope: JsonObject) -> tuple[ActiveAlert, ...]:
    data = mapping(envelope.get("data"), "data")
    return tuple(_alert(mapping(item, "an alert")) for item in listing(data.get("alerts"), "the alerts"))


def _alert(item: JsonObject) -> ActiveAlert:
    return ActiveAlert(
        labels=texts(item.get("labels"), "an alert's labels"),
        state=text(item.get("state"), "an alert's state"),
        active_at=moment(item.get("activeAt"), "the time at which an alert became active"),
        annotations=texts(item.get("annotations"), "an alert's annotations"),
    )
