"""The rules with the alerts that fire."""

from __future__ import annotations

import json

import pytest

from gonogo.errors import SourceError
from gonogo.server.http import Client
from gonogo.server.rules_api import rules
from tests.faulty_server import FaultyServer, faulty


def answered(*alerts: object) -> bytes:
    """Build the answer of a server with one alerting rule."""
    rule = {
        "type": "alerting",
        "name": "Slow",
        "query": "x > 1",
        "health": "ok",
        "lastEvaluation": "2026-01-01T00:00:00Z",
        "alerts": alerts,
    }
    groups = [{"name": "g", "interval": 15, "rules": [rule]}]
    return json.dumps({"status": "success", "data": {"groups": groups}}).encode()


def firing(server: FaultyServer, *, alerts: bool = True) -> tuple[object, ...]:
    """Return the labels of the firing alerts."""
    (group,) = rules(Client(), server.url, alerts=alerts)
    return group.rules[0].firing


ALERT = {"state": "firing", "labels": {"alertname": "Slow", "severity": "page"}, "activeAt": "…", "value": "1e+00"}


def test_only_firing_alerts_are_kept() -> None:
    """A pending alert may still go away."""
    body = answered(ALERT, {**ALERT, "state": "pending"}, {**ALERT, "state": "inactive"}, {**ALERT, "labels": None})
    with faulty(lambda c: c.answer("200 OK", body)) as server:
        assert firing(server) == ({"alertname": "Slow", "severity": "page"}, {})
        assert firing(server, alerts=False) == ()
    (with_alerts, without) = server.requests
    assert "exclude_alerts" not in with_alerts
    assert "exclude_alerts=true" in without


@pytest.mark.parametrize(
    "alert", [{**ALERT, "state": "shouting"}, {**ALERT, "state": None}, {**ALERT, "labels": {"a": 1}}, "firing"]
)
def test_an_alert_of_another_shape_is_no_answer(alert: object) -> None:
    """An alert that cannot be read could be one that fires."""
    with faulty(lambda c: c.answer("200 OK", answered(alert))) as server, pytest.raises(SourceError, match="shape"):
        firing(server)
