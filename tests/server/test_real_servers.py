"""The API of the real servers: Prometheus, Pushgateway, node_exporter and the family of VictoriaMetrics."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from gonogo.errors import ActionFailed, SourceError
from gonogo.model.evidence import TargetHealth
from gonogo.model.rule import LoadedGroup, RuleHealth, RuleKind
from gonogo.programs.processes import node_exporter, prometheus, pushgateway
from gonogo.programs.server_process import RunningServer
from gonogo.server.api import label_values, query, series_labels, server_time
from gonogo.server.http import Client
from gonogo.server.rules_api import rules
from gonogo.server.server_state import vitals
from gonogo.server.status_api import build_info, configuration, flags, ready, reload, targets
from tests.more_servers import victoria_metrics, vmagent, vmalert
from tests.waiting import await_true

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("real-servers")]

CLIENT = Client()

SCRAPES = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules.yml]
scrape_configs:
  - {{job_name: node, static_configs: [{{targets: ['{node}']}}]}}
  - {{job_name: gone, scrape_interval: 1m30s, static_configs: [{{targets: ['127.0.0.1:1']}}]}}
  - {{job_name: gateway, honor_labels: true, static_configs: [{{targets: ['{gateway}']}}]}}
"""

RULES = """
groups:
  - name: first
    interval: 1s
    rules:
      - {record: 'beat:next', expr: 'beat{}+1', labels: {metric_realm: sandbox}}
      - {record: 'beat:broken', expr: 'beat * on() group_left() {__name__=~"beat|twin"}'}
      - {alert: Beating, expr: 'beat > 0', for: 1m30s, labels: {severity: page}, annotations: {summary: '{{ $value }}'}}
  - {name: second, interval: 1h, rules: [{record: 'beat:rare', expr: beat}]}
"""

TEXT = 'beat 7\ntwin 1\nodd{kind="nan"} NaN\nodd{kind="up"} +Inf\nodd{kind="down"} -Inf\n'


@dataclass(frozen=True, slots=True)
class Stack:
    """A server of each kind. ``folder`` has the configuration and the rules."""

    folder: Path
    prometheus: RunningServer
    gateway: RunningServer
    node: RunningServer


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Start Prometheus with a Pushgateway and a node_exporter, and wait for the first scrapes and rules."""
    folder = tmp_path_factory.mktemp("stack")
    (folder / "textfile").mkdir()
    (folder / "textfile" / "beat.prom").write_text(TEXT, encoding="utf-8")
    with ExitStack() as servers:
        node = servers.enter_context(node_exporter(folder / "textfile"))
        gateway = servers.enter_context(pushgateway(folder / "gateway"))
        CLIENT.send("PUT", gateway.url, "/metrics/job/pushed/instance/host", b"pushed 3\n", "text/plain")
        write_configuration(folder, node, gateway)
        server = servers.enter_context(prometheus(folder / "prometheus", folder / "prometheus.yml"))
        await_true(lambda: query(CLIENT, server.url, 'pushed and on() {__name__="beat:next"}').series)
        yield Stack(folder, server, gateway, node)


def write_configuration(folder: Path, node: RunningServer, gateway: RunningServer) -> None:
    """Write the scrape jobs and the rules."""
    places = {"node": node.url.removeprefix("http://"), "gateway": gateway.url.removeprefix("http://")}
    (folder / "prometheus.yml").write_text(SCRAPES.format(**places), encoding="utf-8")
    (folder / "rules.yml").write_text(RULES, encoding="utf-8")


def group(groups: tuple[LoadedGroup, ...], name: str) -> LoadedGroup:
    """Return the group with this name."""
    return next(each for each in groups if each.name == name)


def test_the_error_of_a_bad_query_has_the_text_of_the_server(stack: Stack) -> None:
    """The server's text says what is wrong with the expression."""
    with pytest.raises(SourceError, match="400 Bad Request") as caught:
        query(CLIENT, stack.prometheus.url, "beat[")
    address = f"{stack.prometheus.url}/api/v1/query?query=beat%5B"
    with pytest.raises(HTTPError) as refused, urlopen(address):  # noqa: S310 - a server of ours
        pass
    with refused.value as answer:
        assert json.load(answer)["error"] in caught.value.why


def test_a_refused_reload_is_an_error_and_an_accepted_reload_is_loaded(stack: Stack) -> None:
    """The server refuses a broken rule file. A valid file is loaded when the call returns."""
    path = stack.folder / "rules.yml"
    path.write_text("groups: [{name: first, rules: [{record: a, expr: 'beat['}]}]\n", encoding="utf-8")
    with pytest.raises(ActionFailed, match=r"refused to reload \(500\)"):
        reload(CLIENT, stack.prometheus.url)
    path.write_text(RULES + "  - {name: third, rules: [{record: third, expr: vector(3)}]}\n", encoding="utf-8")
    reload(CLIENT, stack.prometheus.url)
    (state,) = group(rules(CLIENT, stack.prometheus.url), "third").rules
    assert state.rule.name == "third"


def test_raw_samples_come_with_their_own_times(stack: Stack) -> None:
    """A range selector gives the time of each scrape, and an instant query the time of evaluation."""
    (series,) = query(CLIENT, stack.prometheus.url, "beat[1m]").series
    assert series.metric == "beat"
    assert series.labels["job"] == "node"
    assert set(series.values) == {7.0}
    assert list(series.times) == sorted(set(series.times))
    answer = query(CLIENT, stack.prometheus.url, "beat", at=series.times[-1] + 0.25)
    assert answer.at == pytest.approx(series.times[-1] + 0.25, abs=0.001)
    assert answer.series[0].times == (answer.at,)


def test_nan_and_infinities_are_read_unchanged(stack: Stack) -> None:
    """NaN and the infinities are evidence too."""
    found = {s.labels["kind"]: s.values[0] for s in query(CLIENT, stack.prometheus.url, "odd").series}
    assert math.isnan(found["nan"])
    assert (found["up"], found["down"]) == (math.inf, -math.inf)


NUMBERS = (0.0, 1.0, -1.5, 0.1 + 0.2, 1e-7, 1e-300, 5e-324, 1e6, 1e21, 1.7976931348623157e308, math.inf, -math.inf)


def read_back(url: str) -> tuple[float, ...]:
    """Let a server evaluate the numbers, and read them from its answers."""
    written = (repr(number).replace("inf", "Inf") for number in NUMBERS)
    return tuple(
        value for text in written for one in query(CLIENT, url, f"vector({text})").series for value in one.values
    )


def test_every_form_of_a_number_is_read(stack: Stack) -> None:
    """The server writes small and large numbers with an exponent."""
    assert read_back(stack.prometheus.url) == NUMBERS


def test_the_time_of_the_server_is_read(stack: Stack) -> None:
    """On this machine both clocks are the same."""
    assert abs(server_time(CLIENT, stack.prometheus.url) - time.time()) < 1


def test_a_long_query_is_posted_and_answered(stack: Stack) -> None:
    """A selector may have thousands of names."""
    names = "|".join(f"metric_{number}" for number in range(2000))
    assert len(query(CLIENT, stack.prometheus.url, f'{{__name__=~"beat|{names}"}}').series) == 1


def test_labels_are_listed_for_a_time(stack: Stack) -> None:
    """The server lists the values and the label sets of matching series."""
    url, now = stack.prometheus.url, time.time()
    assert label_values(CLIENT, url, "kind", ("odd",), now - 60, now + 1) == ("down", "nan", "up")
    assert {labels["kind"] for labels in series_labels(CLIENT, url, "odd", now - 60, now + 1)} == {"nan", "up", "down"}
    assert label_values(CLIENT, url, "kind", ("no_such",), now - 60, now) == ()


def test_pushed_series_come_with_the_time_of_their_push(stack: Stack) -> None:
    """The series and its push time have the labels of the group."""
    (pushed,) = query(CLIENT, stack.prometheus.url, "pushed").series
    (pushed_at,) = query(CLIENT, stack.prometheus.url, "push_time_seconds").series
    assert (pushed.labels["job"], pushed.labels["instance"]) == ("pushed", "host")
    assert (pushed_at.labels["job"], pushed_at.labels["instance"]) == ("pushed", "host")
    assert time.time() - pushed_at.values[0] < 120


def test_rules_are_read_with_their_state(stack: Stack) -> None:
    """The state has the expression, labels, durations, health and the time of the last evaluation."""
    url = stack.prometheus.url
    await_true(lambda: group(rules(CLIENT, url), "first").rules[1].health is RuleHealth.ERROR)
    first, second = group(rules(CLIENT, url), "first"), group(rules(CLIENT, url), "second")
    record, broken, alert = first.rules
    assert first.interval == timedelta(seconds=1)
    assert first.file.endswith("rules.yml")
    assert (record.rule.kind, record.rule.name, record.rule.expression) == (RuleKind.RECORD, "beat:next", "beat + 1")
    assert record.rule.labels == {"metric_realm": "sandbox"}
    assert record.health is RuleHealth.OK
    assert record.evaluated_at == pytest.approx(time.time(), abs=10)
    assert broken.health is RuleHealth.ERROR
    assert broken.last_error
    assert record.last_error == ""
    assert (alert.rule.kind, alert.rule.held) == (RuleKind.ALERT, timedelta(seconds=90))
    assert (alert.rule.labels, alert.rule.annotations) == ({"severity": "page"}, {"summary": "{{ $value }}"})
    assert second.rules[0].health is RuleHealth.UNKNOWN
    assert second.rules[0].evaluated_at is None


def test_targets_are_read_with_their_health(stack: Stack) -> None:
    """A dead target is down, and its interval is a duration."""
    url = stack.prometheus.url
    await_true(lambda: all(target.last_scrape for target in targets(CLIENT, url) if target.labels["job"] != "gone"))
    by_job = {target.labels["job"]: target for target in targets(CLIENT, url)}
    assert by_job["node"].health is TargetHealth.UP
    assert by_job["node"].scrape_interval == timedelta(seconds=1)
    assert by_job["node"].last_scrape == pytest.approx(time.time(), abs=10)
    assert by_job["gone"].scrape_interval == timedelta(seconds=90)
    assert by_job["gone"].health in {TargetHealth.DOWN, TargetHealth.UNKNOWN}


def test_the_status_of_a_server_is_read(stack: Stack) -> None:
    """The status has the version, configuration, flags and the result of the last reload."""
    url = stack.prometheus.url
    version = build_info(CLIENT, url)
    assert version is not None
    assert version[0].isdigit()
    assert "job_name: gateway" in configuration(CLIENT, url)
    assert flags(CLIENT, url)["web.enable-lifecycle"] == "true"
    assert isinstance(vitals(CLIENT, url).metrics.successful, bool)
    assert ready(CLIENT, url)
    assert not ready(CLIENT, "http://127.0.0.1:1")


def test_victoria_metrics_answers_the_same_questions(stack: Stack, tmp_path: Path) -> None:
    """The store has samples, vmalert has rules, and vmagent has targets."""
    write_configuration(tmp_path, stack.node, stack.gateway)
    with (
        victoria_metrics(tmp_path / "store") as store,
        vmagent(tmp_path / "agent", tmp_path / "prometheus.yml", store.url) as agent,
        vmalert(tmp_path / "alert", [tmp_path / "rules.yml"], store.url) as alert,
    ):
        await_true(lambda: query(CLIENT, store.url, "beat[1m]").series)
        assert abs(server_time(CLIENT, store.url) - time.time()) < 2
        await_true(lambda: query(CLIENT, store.url, "beat").series)
        await_true(lambda: group(rules(CLIENT, alert.url), "first").rules[0].health is RuleHealth.OK)
        first = group(rules(CLIENT, alert.url), "first")
        assert first.rules[0].rule.expression == "beat{}+1"
        assert first.rules[2].rule.held == timedelta(seconds=90)
        by_job = {target.labels["job"]: target for target in targets(CLIENT, agent.url)}
        assert by_job["node"].scrape_interval == timedelta(seconds=1)
        assert by_job["gone"].scrape_interval == timedelta(seconds=90)
        assert by_job["node"].health is TargetHealth.UP
        assert build_info(CLIENT, store.url) is None
        assert read_back(store.url) == NUMBERS
        assert rules(CLIENT, store.url) == ()
        assert ready(CLIENT, store.url)
        with pytest.raises(SourceError):
            vitals(CLIENT, store.url)
