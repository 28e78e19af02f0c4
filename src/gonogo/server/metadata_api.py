"""Reads the metric types that the targets of a server declare."""

from __future__ import annotations

from collections.abc import Mapping

from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.shape import JsonObject, listing, mapping, text


def metric_types(client: Client, base_url: str) -> Mapping[str, str]:
    """Return the type of each metric by its name. A metric that its targets declare with different types is left out.

    Raises:
        SourceError: there was no valid answer.
    """
    return ask(client, base_url, "/api/v1/metadata", _types)


def _types(envelope: JsonObject) -> Mapping[str, str]:
    types = {}
    for metric, entries in mapping(envelope.get("data"), "data").items():
        declared = {text(mapping(e, metric).get("type"), f"the type of {metric}") for e in listing(entries, metric)}
        if len(declared) == 1:
            types[metric] = declared.pop()
    return types
