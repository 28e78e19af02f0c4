"""Reads a server's status, version, flags, configuration and targets, and asks the server to reload.

Each question raises ``SourceError`` if there was no valid answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from gonogo.durations import parse_duration
from gonogo.errors import ActionFailed, SourceError
from gonogo.model.evidence import Target, TargetHealth
from gonogo.server.envelope import NoEndpoint, ask, refused
from gonogo.server.http import Client
from gonogo.server.no_answer import LONGEST_REASON, quote
from gonogo.server.shape import JsonObject, Misshapen, data_of, listing, mapping, moment, number, text, texts
from gonogo.server.versions import Build, build_of, scrape_interval, stores_samples

_OFFSET = re.compile(r"global:\n(?: .*\n)*?  rule_query_offset: (\S+)\n")
"""The key in the configuration as a server writes it: defaults added, ``global`` first, two spaces for each level."""


def ready(client: Client, base_url: str) -> bool:
    """Return true if the server says that it is ready. The server is asked once."""
    return not why_not_ready(client, base_url)


def why_not_ready(client: Client, base_url: str) -> str:
    """Ask the server once. Return a clause that says why it is not ready and what to do; empty if it is ready."""
    try:
        answer = client.get(base_url, "/-/ready", retry=False)
        found = None if answer.status == HTTPStatus.OK else refused(answer, client.quoted(answer.body))
    except SourceError as error:
        found = error
    return "" if found is None else f"{found.what}, {found.why} ({found.next_step})"


def build(client: Client, base_url: str) -> Build:
    """Ask for the family of a server and its version."""
    return ask(client, base_url, "/api/v1/status/buildinfo", lambda envelope: build_of(data_of(envelope)))


def build_info(client: Client, base_url: str) -> str | None:
    """Ask for the version of Prometheus. Return ``None`` for another kind of server."""
    return build(client, base_url).version


def process_start(client: Client, base_url: str) -> float | None:
    """Ask for the start of the server's process in unix seconds.

    Return ``None`` for a server without this question, and for a querier that stores no samples itself: several of
    them behind one address read the same stores.
    """
    try:
        return ask(client, base_url, "/api/v1/status/runtimeinfo", _start_of_store)
    except NoEndpoint:
        return None


def _start_of_store(envelope: JsonObject) -> float | None:
    info = data_of(envelope)
    return start_of(info) if stores_samples(info) else None


def start_of(info: JsonObject) -> float:
    """Read the start of the process from an answer of ``/api/v1/status/runtimeinfo``."""
    started = moment(info.get("startTime"), "the start of the process")
    if started is None:
        raise Misshapen("the server does not report the start of its process")
    return started


def configuration(client: Client, base_url: str) -> str:
    """Ask for the loaded configuration as YAML. Defaults are added, and secrets are masked except those in URLs."""
    return ask(client, base_url, "/api/v1/status/config", lambda envelope: text(data_of(envelope).get("yaml"), "yaml"))


def rule_query_offset(client: Client, base_url: str) -> timedelta:
    """Read from the loaded configuration how far in the past rules are evaluated: 0 before 2.53 and by default."""
    found = _OFFSET.match(configuration(client, base_url))
    try:
        return parse_duration(found[1]) if found else timedelta(0)
    except ValueError as error:
        raise SourceError(f"the rule_query_offset of {base_url} is not a duration: {error}") from error


def flags(client: Client, base_url: str) -> Mapping[str, str]:
    """Ask for the server's flags, without their dashes."""
    return ask(client, base_url, "/api/v1/status/flags", lambda envelope: texts(envelope.get("data"), "the flags"))


def reload(client: Client, base_url: str) -> None:
    """Ask the server once to reload its configuration and rules, and wait for the answer.

    Success means only that the server accepted the files that it read. The caller must compare
    the rules afterwards.

    Raises:
        ActionFailed: the server refused, and its reason is in the error. With a broken rule file
            the server may have kept the old rules and loaded the new scrape configuration.
        SourceError: there was no answer. It is not known whether the server reloaded.
    """
    answer = client.send("POST", base_url, "/-/reload")
    if answer.status != HTTPStatus.OK:
        raise ActionFailed(
            f"the server refused to reload ({answer.status})",
            where=answer.url,
            why=quote(answer.body, client.settings.secrets(), LONGEST_REASON) or "the server gave no reason",
            next_step="check the configuration with promtool; the server must run with --web.enable-lifecycle",
        )


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
