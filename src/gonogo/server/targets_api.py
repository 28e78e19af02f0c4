"""Reads the targets that a server scrapes, the results of their last scrapes, and the names of the scrape pools.

Each question raises ``SourceError`` if there was no valid answer.
"""

from __future__ import annotations

from gonogo.model.evidence import Target, TargetHealth
from gonogo.server.envelope import ask
from gonogo.server.http import Client
from gonogo.server.shape import JsonObject, data_of, listing, mapping, moment, number, text, texts
from gonogo.server.versions import scrape_interval

_HEALTH = {"up": TargetHealth.UP, "down": TargetHealth.DOWN}


def targets(client: Client, base_url: str) -> tuple[Target, ...]:
    """List the active targets of Prometheus or of vmagent."""
    return ask(client, base_url, "/api/v1/targets", _targets, {"state": "active"})


def _targets(envelope: JsonObject) -> tuple[Target, ...]:
    active = listing(data_of(envelope).get("activeTargets"), "activeTargets")
    return tuple(_target(mapping(item, "a target")) for item in active)


def _target(item: JsonObject) -> Target:
    discovered = texts(item.get("discoveredLabels"), "a target's discovered labels")
    return Target(
        labels=texts(item.get("labels"), "a target's labels"),
        health=_HEALTH.get(text(item.get("health"), "a target's health"), TargetHealth.UNKNOWN),
        scrape_interval=scrape_interval(item, discovered),
        last_error=text(item.get("lastError", ""), "a target's last error"),
        last_scrape=moment(item.get("lastScrape"), "a target's last scrape"),
        pool=text(item.get("scrapePool", ""), "a target's scrape pool"),
        last_scrape_seconds=number(item.get("lastScrapeDuration", 0), "the duration of a target's last scrape"),
        discovered=discovered,
    )


def scrape_pools(client: Client, base_url: str) -> tuple[str, ...]:
    """List the scrape pools. Servers before 2.42 do not have this endpoint.

    A job whose certificates cannot be loaded has no pool, although the reload succeeded.
    After a start or a reload, the pools appear some seconds later, with the first targets.
    """
    return ask(client, base_url, "/api/v1/scrape_pools", _pools)


def _pools(envelope: JsonObject) -> tuple[str, ...]:
    pools = listing(data_of(envelope).get("scrapePools") or [], "the scrape pools")
    return tuple(text(name, "a pool's name") for name in pools)
