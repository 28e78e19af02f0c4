"""Reads the metric types that the targets of a server declare."""

from __future__ import annotations

from collections.abc import Mapping

from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.shape import JsonObject, listing, mapping, text


def metric_types(client: Client, base_url: str) -> Mapping[str, str]:
    """Give metric name -> type; a metric that its targets declare differently is left out.

    Raises:
        SourceError: there was no valid answer.
    """
    return ask(client, base_url, "/api/v1/metadata", _types)


def _types(envelope: JsonObject) -> Mapping[str, str]:
    types = {}
    for metric, told in mapping(envelope.get("data"), "data").items():
        declared = {text(mapping(one, metric).get("type"), f"the type of {metric}") for one in listing(told, metric)}
        if len(declared) == 1:
            types[metric] = declared.pop()
    return types
