"""Tests of the questions to a server: with a real Prometheus, and with servers that answer oddly."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote_plus

import pytest

from gonogo.errors import SourceError
from gonogo.formats.sources import source_file
from gonogo.lint.checks.eval_error import CHECK as EVAL_ERROR
from gonogo.lint.checks.unknown_metric import CHECK as UNKNOWN_METRIC
from gonogo.lint.core.estate import LOOKBACK, Estate
from gonogo.lint.online import asking, running_features
from gonogo.model.progress import Progress
from gonogo.policy.settings import ServerSettings
from gonogo.programs.processes import prometheus
from gonogo.server.api import metric_types
from gonogo.server.http import Client
from gonogo.server.status_api import targets
from tests.faulty_server import Behaviour, Connection, faulty
from tests.waiting import await_true

RULES = """\
groups:
- name: g
  rules:
  - {alert: Here, expr: 'up{job="self"} == 0'}
  - {alert: Elsewhere, expr: 'up{job="other"} == 0'}
  - {alert: Nowhere, expr: 'upp == 0'}
  - {record: 'a:b', expr: 'prometheus_http_requests_total / on (job) prometheus_http_requests_total'}
"""


Answer = tuple[int, object]
"""A status and a body."""


def estate(text: str = RULES) -> Estate:
    """Read the rules."""
    return Estate((source_file(text, "r.yml"),), version=(9, 9))


def answering(**answers: Answer | Callable[[dict[str, str]], Answer]) -> Behaviour:
    """Return a behaviour that answers by the end of the path. All other paths are 404."""

    def behave(connection: Connection) -> None:
        head, _, form = connection.request.decode().partition("\r\n\r\n")
        target = head.split(" ")[1]
        path, _, query = target.partition("?")
        asked = {name: values[0] for name, values in parse_qs(query or form).items()}
        answer = answers.get(path.rpartition("/")[2], (404, {"status": "error", "errorType": "x", "error": "none"}))
        status, body = answer(asked) if callable(answer) else answer
        connection.answer(f"{status} X", json.dumps(body).encode())

    return behave


def success(data: object) -> Answer:
    """Return a successful answer."""
    return 200, {"status": "success", "data": data}


def vector(*values: float) -> Answer:
    """Return the answer to an instant query."""
    samples = [{"metric": {}, "value": [1.0, str(value)]} for value in values]
    return success({"resultType": "vector", "result": samples})


def test_the_features_of_a_server_come_from_its_flags() -> None:
    """A server that does not show its flags has no known features."""
    for answers, expected in (
        ({"flags": success({"enable-feature": "native-histograms,,promql-experimental-functions"})}, 2),
        ({"flags": success({})}, 0),
        ({}, 0),
    ):
        with faulty(answering(**answers)) as server:
            assert len(running_features(ServerSettings(), server.url)) == expected


def test_a_server_that_does_not_answer_is_an_error() -> None:
    """A missing answer never counts as an empty one."""
    with faulty(answering()) as server, pytest.raises(SourceError):
        asking(ServerSettings(timeout=timedelta(seconds=2)), server.url, print)(estate())


def test_an_unanswered_question_is_a_note_and_no_finding() -> None:
    """The server answers only its time and version, and times out on all other questions."""

    def queried(form: dict[str, str]) -> Answer:
        if form["query"] == "time()":
            return success({"resultType": "scalar", "result": [1.0, "1700000000"]})
        return 422, {"status": "error", "errorType": "timeout", "error": "query timed out"}

    said: list[Progress] = []
    with faulty(answering(query=queried, buildinfo=success({}))) as server:
        informant = asking(ServerSettings(timeout=timedelta(seconds=5)), server.url, said.append)
        told, notes = informant(estate())
    assert told.live is not None
    assert (told.live.found, told.live.errors, told.live.types, told.live.external_labels) == ({}, {}, {}, {})
    assert (told.version, told.retention, told.lookback, told.features) == ((9, 9), None, LOOKBACK, None)
    assert any("/flags" in note for note in notes)
    assert any(note.startswith('no answer to up{job="self"}: ') for note in notes)
    assert [report.text for report in said] == [
        "asking the server for 4 selectors",
        "letting the server evaluate 4 expressions",
    ]


@pytest.mark.parametrize(
    ("flags", "retention", "lookback"),
    [
        (
            {"storage.tsdb.retention.time": "30d", "query.lookback-delta": "90s"},
            timedelta(days=30),
            timedelta(seconds=90),
        ),
        ({"storage.tsdb.retention.time": "0s", "storage.tsdb.retention": "0s"}, timedelta(days=15), LOOKBACK),
        ({"storage.tsdb.retention.time": "0s", "storage.tsdb.retention.size": "5GB"}, None, LOOKBACK),
        ({"storage.tsdb.retention.time": "0s", "storage.tsdb.retention.size": "0B"}, timedelta(days=15), LOOKBACK),
        ({"query.lookback-delta": "for ever"}, None, LOOKBACK),
    ],
)
def test_retention_lookback_and_features_come_from_flags(
    flags: dict[str, str], retention: timedelta | None, lookback: timedelta
) -> None:
    """A retention of 0 is the default, unless a size limits it."""

    def queried(form: dict[str, str]) -> Answer:
        scalar = {"resultType": "scalar", "result": [1.0, "1700000000"]}
        return success(scalar) if form["query"] == "time()" else vector(1)

    server_says = answering(
        query=queried,
        buildinfo=success({"version": "2.53.1", "goVersion": "go1"}),
        flags=success({**flags, "enable-feature": "a,b"}),
        config=success({"yaml": "global:\n  external_labels: {cluster: a, shard: 1}\n"}),
        metadata=success({"x": [{"type": "counter"}], "y": [{"type": "gauge"}, {"type": "counter"}]}),
    )
    with faulty(server_says) as server:
        told, notes = asking(ServerSettings(), server.url, print)(estate())
    assert notes == ()
    assert (told.retention, told.lookback, told.version) == (retention, lookback, (2, 53))
    assert sorted(told.features or ()) == ["a", "b"]
    assert told.live is not None
    assert told.live.types == {"x": "counter"}
    assert told.live.external_labels == {"cluster": "a", "shard": "1"}
    assert told.live.found["upp"]


def test_series_of_the_last_week_count() -> None:
    """Only series that did not exist in the last week are missing."""

    def queried(form: dict[str, str]) -> Answer:
        scalar = {"resultType": "scalar", "result": [1.0, "1700000000"]}
        if form["query"] == "count(up)":
            return vector(1)
        return success(scalar) if form["query"] == "time()" else vector()

    def listed(form: dict[str, str]) -> Answer:
        assert float(form["end"]) - float(form["start"]) == timedelta(days=7).total_seconds()
        return success([{"__name__": "up"}] if form["match[]"].startswith("up{") else [])

    with faulty(answering(query=queried, buildinfo=success({}), series=listed)) as server:
        told, _ = asking(ServerSettings(), server.url, print)(estate())
    assert told.live is not None
    assert told.live.found['up{job="self"}']
    assert not told.live.found["upp"]
    asked = [unquote_plus(request) for request in server.requests]
    assert any("count(upp)" in request for request in asked)


def target(health: str) -> dict[str, object]:
    """Return one target."""
    return {
        "labels": {"job": "a"},
        "discoveredLabels": {},
        "health": health,
        "scrapeInterval": "15s",
        "lastError": "",
        "lastScrape": "2026-01-01T00:00:00Z",
    }


@pytest.mark.parametrize(
    ("up", "targets", "why"),
    [
        (vector(), success({"activeTargets": [target("up")]}), "no sample of up"),
        ((503, {"status": "error", "errorType": "x", "error": "none"}), success({"activeTargets": []}), "no sample"),
        (vector(3), success({"activeTargets": [target("up"), target("unknown")]}), "1 of the server's targets"),
        (vector(3), success({"activeTargets": [target("up"), target("down")]}), ""),
        (vector(3), (404, {}), ""),
    ],
)
def test_missing_series_of_a_starting_server_are_no_finding(up: Answer, targets: Answer, why: str) -> None:
    """Missing series may only be late. Existing series count."""

    def queried(form: dict[str, str]) -> Answer:
        if form["query"] == "time()":
            return success({"resultType": "scalar", "result": [1.0, "1700000000"]})
        return up if form["query"] == "count(up)" else vector(*([1] if "self" in form["query"] else []))

    with faulty(answering(query=queried, buildinfo=success({}), series=success([]), targets=targets)) as server:
        told, notes = asking(ServerSettings(), server.url, print)(estate())
    assert told.live is not None
    assert told.live.found['up{job="self"}']
    assert ("upp" in told.live.found) is not bool(why)
    assert any("which series exist" in note and why in note for note in notes) is bool(why)


@pytest.mark.live
def test_a_real_server_shows_missing_series_and_failed_evaluations(tmp_path: Path) -> None:
    """The misspelled metric, the missing job and the many-to-many join are found."""
    config = tmp_path / "prometheus.yml"
    config.write_text("global: {scrape_interval: 1s, external_labels: {shard: one}}\n", encoding="utf-8")
    with prometheus(tmp_path, config, flags=("--query.lookback-delta=2m",)) as server:
        address = server.url.partition("://")[2]
        config.write_text(
            config.read_text("utf-8")
            + f"scrape_configs: [{{job_name: self, static_configs: [{{targets: ['{address}']}}]}}]\n",
            encoding="utf-8",
        )
        Client().send("POST", server.url, "/-/reload")
        await_true(lambda: any(target.last_scrape for target in targets(Client(), server.url)))
        informant = asking(ServerSettings(), server.url, print)
        await_true(lambda: metric_types(Client(), server.url))
        told, notes = informant(estate())
    assert notes == ()
    assert told.version[0] >= 2
    assert told.lookback == timedelta(minutes=2)
    assert told.live is not None
    assert told.live.types["prometheus_http_requests_total"] == "counter"
    assert told.live.external_labels == {"shard": "one"}
    assert [(hit.rule, hit.severity) for hit in UNKNOWN_METRIC.find(told)] == [
        ("Elsewhere", "warning"),
        ("Nowhere", "error"),
    ]
    (hit,) = EVAL_ERROR.find(told)
    assert hit.rule == "a:b"
    assert hit.message.removeprefix("the server cannot evaluate this expression: ") in set(
        told.live.errors.values()
    ) - {""}
