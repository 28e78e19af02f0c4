"""Reads the names of the scrape pools that a server has: one for each job that it could begin to scrape."""

from __future__ import annotations

from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.shape import JsonObject, listing, mapping, text


def scrape_pools(client: Client, base_url: str) -> tuple[str, ...]:
    """List the pools; servers before 2.42 have no such answer.

    A job whose certificates cannot be loaded has none, though the reload was a success.
    Just after a start or a reload, pools come only with the first targets, some seconds later.

    Raises:
        SourceError: there was no valid answer.
    """
    return ask(client, base_url, "/api/v1/scrape_pools", _pools)


def _pools(envelope: JsonObject) -> tuple[str, ...]:
    data = mapping(envelope.get("data"), "data")
    return tuple(text(name, "a pool's name") for name in listing(data.get("scrapePools") or [], "the scrape pools"))
