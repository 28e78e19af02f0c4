"""The state of a server: complete, or an error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from gonogo.errors import SourceError
from gonogo.model.evidence import TargetHealth
from gonogo.server.http import Client
from gonogo.server.server_state import ActiveAlert, ServerState, server_state
from tests.faulty_server import Connection, FaultyServer, faulty

METRICS = """
prometheus_config_last_reload_successful 1
prometheus_config_last_reload_success_timestamp_seconds 1000.5
prometheus_target_scrape_pools_failed_total 0
prometheus_target_scrape_pool_reloads_failed_total 0
"""
TARGET = {
    "discoveredLabels": {},
    "labels": {"job": "renamed", "instance": "a:1"},
    "scrapePool": "node",
    "health": "up",
    "lastScrape": "1970-01-01T00:20:00Z",
    "scrapeInterval": "1s",
}
ALERT = {
    "labels": {"alertname": "Up"},
    "annotations": {"good": "up", "bad": "<error expanding template __alert_Up: …>"},
    "state": "pending",
    "activeAt": "1970-01-01T00:20:00Z",
}
ANSWERS = {
    "/api/v1/query": {"resultType": "scalar", "result": [1200, "1200"]},
    "/api/v1/status/buildinfo": {"version": "2.42.0", "goVersion": "go1.19"},
    "/api/v1/status/runtimeinfo": {"startTime": "1970-01-01T00:16:00Z", "CWD": "/srv"},
    "/api/v1/status/flags": {"config.file": "prometheus.yml", "web.enable-lifecycle": "true"},
    "/api/v1/status/config": {"yaml": "global: {}"},
    "/api/v1/rules": {"groups": []},
    "/api/v1/targets": {"activeTargets": [TARGET]},
    "/api/v1/scrape_pools": {"scrapePools": ["node"]},
    "/api/v1/alertmanagers": {"activeAlertmanagers": [{"url": "http://am/api"}], "droppedAlertmanagers": []},
    "/api/v1/alerts": {"alerts": [ALERT]},
}


@contextmanager
def serving(**changes: object) -> Iterator[FaultyServer]:
    """Serve a state. A change for the last word of a path replaces its data, and ``None`` removes the answer."""

    def behave(connection: Connection) -> None:
        path = connection.request.decode().split()[1].partition("?")[0]
        data = changes.get(path.rpartition("/")[2], ANSWERS.get(path))
        if path == "/metrics":
            connection.answer("200 OK", METRICS.encode())
        elif data is None:
            connection.answer("404 Not Found", b"404 page not found")
        else:
            connection.answer("200 OK", json.dumps({"status": "success", "data": data}).encode())

    with faulty(behave) as server:
        yield server


def seen(**changes: object) -> ServerState:
    """Read the state of a server with these answers."""
    with serving(**changes) as server:
        return server_state(Client(), server.url)


@pytest.mark.parametrize("missing", sorted(path.rpartition("/")[2] for path in ANSWERS))
def test_a_missing_answer_makes_the_state_an_error(missing: str) -> None:
    """A missing answer does not get a default."""
    with pytest.raises(SourceError):
        seen(**{missing: None})


@pytest.mark.parametrize(
    "broken",
    [
        {"scrape_pools": {"scrapePools": [1]}},
        {"alertmanagers": {}},
        {"alerts": {"alerts": [{}]}},
        {"runtimeinfo": {"startTime": "0001-01-01T00:00:00Z", "CWD": "/"}},
        {"runtimeinfo": {"startTime": "1970-01-01T00:16:00Z"}},
    ],
)
def test_an_answer_of_another_shape_is_an_error(broken: dict[str, object]) -> None:
    """Such an answer does not count as empty."""
    with pytest.raises(SourceError, match="does not have the shape"):
        seen(**broken)


def test_the_whole_state_is_read() -> None:
    """Each part of the state comes from its own answer."""
    state = seen()
    at = datetime(1970, 1, 1, 0, 16, tzinfo=UTC).timestamp()
    assert (state.now, state.version, state.vitals.born, state.vitals.metrics.success_at) == (
        1200,
        "2.42.0",
        at,
        1000.5,
    )
    assert (state.configuration, state.rules, state.pools) == ("global: {}", (), ("node",))
    assert [(t.pool, t.health, t.last_scrape) for t in state.targets] == [("node", TargetHealth.UP, 1200.0)]
    assert state.alertmanagers == ("http://am/api",)
    assert state.alerts == (ActiveAlert({"alertname": "Up"}, "pending", 1200.0, ALERT["annotations"]),)  # type: ignore[arg-type]
    assert state.alerts[0].name == "Up"
    assert state.configuration_path == "/srv/prometheus.yml"


@pytest.mark.parametrize("version", ["2.41.9", "1"])
def test_an_older_server_has_no_list_of_pools(version: str) -> None:
    """An older server is not asked for its pools."""
    assert seen(buildinfo={"version": version, "goVersion": "go"}, scrape_pools=None).pools is None


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ({}, (False, False)),
        ({"web.enable-lifecycle": "true", "enable-feature": "a,auto-reload-config"}, (True, True)),
        ({"web.enable-lifecycle": "false", "config.auto-reload": "true"}, (False, True)),
    ],
)
def test_the_flags_show_the_ways_to_reload(flags: dict[str, str], expected: tuple[bool, bool]) -> None:
    """The server can be reloaded by HTTP, or reloads by itself."""
    state = seen(flags=flags)
    assert (state.lifecycle, state.auto_reload) == expected
