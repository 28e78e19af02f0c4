"""Reading the text of a server's own metrics."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import SourceError
from gonogo.server.http import Client
from gonogo.server.own_metrics import OwnMetrics, own_metrics, read_own_metrics
from gonogo.server.shape import Misshapen
from tests.faulty_server import faulty

NEEDED = {
    "prometheus_config_last_reload_successful": "1",
    "prometheus_config_last_reload_success_timestamp_seconds": "1.7954260758798232e+09",
    "prometheus_target_scrape_pools_failed_total": "2",
    "prometheus_target_scrape_pool_reloads_failed_total": "3",
}


def text(*more: str, **changes: str | None) -> str:
    """Write the metrics. A change to ``None`` leaves a metric out."""
    kept = {name: value for name, value in {**NEEDED, **changes}.items() if value is not None}
    lines = ("# HELP prometheus_config_last_reload_successful x", *(f"{n} {v}" for n, v in kept.items()), *more)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    "broken",
    [
        "",
        text(prometheus_config_last_reload_successful=None),
        text(prometheus_config_last_reload_success_timestamp_seconds="NaN"),
        text(prometheus_target_scrape_pools_failed_total="+Inf"),
        text(prometheus_config_last_reload_successful="yes"),
        text(prometheus_config_last_reload_successful="1 2 3"),
        text("prometheus_config_last_reload_successful 0"),
        text("process_start_time_seconds NaN"),
        text("prometheus_rule_evaluation_failures_total 1"),
        text('prometheus_rule_evaluation_failures_total{rule_group="a"} NaN'),
        text("prometheus_rule_evaluation_failures_total{rule_group=a} 1"),
        text('prometheus_target_scrape_pool_sync_total{rule_group="a"} 1'),
    ],
    ids=[
        "nothing",
        "missing",
        "nan",
        "inf",
        "word",
        "words",
        "twice",
        "start-nan",
        "bare",
        "group-nan",
        "bad",
        "other",
    ],
)
def test_missing_or_malformed_metrics_are_refused(broken: str) -> None:
    """No number is guessed."""
    with pytest.raises(Misshapen):
        read_own_metrics(broken)


def test_the_metrics_are_read_and_all_others_are_ignored() -> None:
    """Malformed lines of other metrics, and metrics with the same beginning, are ignored."""
    read = read_own_metrics(
        text(
            "broken line {",
            "prometheus_config_last_reload_successful_ever 7",
            "process_start_time_seconds 1.5e3",
            r'prometheus_rule_evaluation_failures_total{rule_group="a\\b\".yml;g\n"} 4 1700000000000',
            'prometheus_rule_group_iterations_missed_total{ rule_group="x" , a="}" } 5',
            'prometheus_target_scrape_pool_sync_total{scrape_job="node",} 6',
        )
    )
    assert read == OwnMetrics(
        True, 1795426075.8798232, 1500.0, 2.0, 3.0, {'a\\b".yml;g\n': 4.0}, {"x": 5.0}, {"node": 6.0}
    )


def test_a_failed_reload_is_not_successful() -> None:
    """The value 0 means that the last reload failed."""
    assert not read_own_metrics(text(prometheus_config_last_reload_successful="0")).successful


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_name_of_a_job_is_read_back(job: str) -> None:
    """Quotes, backslashes and line feeds are escaped in the metrics. All other characters stay."""
    written = job.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    line = f'prometheus_target_scrape_pool_sync_total{{scrape_job="{written}"}} 1'
    assert read_own_metrics(text(line)).syncs == {job: 1.0}


def test_another_server_is_recognised() -> None:
    """A server that is no Prometheus has another status, or lacks the metrics."""
    with (
        faulty(lambda c: c.answer("404 Not Found", b"no"), lambda c: c.answer("200 OK", b"up 1\n")) as server,
        pytest.raises(SourceError, match="404"),
    ):
        own_metrics(Client(), server.url)
    with (
        faulty(lambda c: c.answer("200 OK", b"up 1\n")) as server,
        pytest.raises(SourceError, match="not the metrics of a Prometheus"),
    ):
        own_metrics(Client(), server.url)
