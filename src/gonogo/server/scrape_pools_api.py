"""Reads the names of a server's scrape pools: one for each job that the server began to scrape."""

from __future__ import annotations

from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.shape import JsonObject, listing, mapping, text


def scrape_pools(client: Client, base_url: str) -> tuple[str, ...]:
    """List the scrape pools. Servers before 2.42 do not have this endpoint.

    A job whose certificates cannot be loaded has no pool, although the reload succeeded.
    After a start or a reload, the pools appear some seconds later, with the first targets.

    Raises:
        SourceError: there was no valid answer.
    """
    return ask(client, base_url, "/api/v1/scrape_pools", _pools)


def _pools(envelope: JsonObject) -> tuple[str, ...]:
    data = mapping(envelope.get("data"), "data")
    return tuple(text(name, "a pool's name") for name in listing(data.get("scrapePools") or [], "the scrape pools"))
