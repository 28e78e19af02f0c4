"""Tests of ``dangling-recorded-metric``: a missing record is an error only if all rules are known."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.dangling_recorded_metric import CHECK
from gonogo.lint.core.live import Live
from tests.lint.core.short_rules import alert, found, record, severities

KNOWN = "scrape_configs: [{job_name: web}]\n"
FEDERATED = "scrape_configs: [{job_name: other, metrics_path: /federate}]\n"
DOWN = alert("Down", "up == 0")


@pytest.mark.parametrize(
    "expression", ["job:x:rate > 1", 'ALERTS{alertname="Up"}', 'ALERTS_FOR_STATE{alertname=~"Up|Left"} > 0']
)
def test_a_metric_that_no_rule_records_is_found(expression: str) -> None:
    """A missing record is an error if all rules are known, and a note if series may come from elsewhere."""
    assert severities(CHECK, DOWN, alert("A", expression), configuration=KNOWN) == ["error"]
    assert severities(CHECK, DOWN, alert("A", expression), configuration=FEDERATED) == ["info"]
    assert severities(CHECK, DOWN, alert("A", expression)) == ["info"]
    assert severities(CHECK, DOWN, alert("A", expression), complete=True) == ["info"]


@pytest.mark.parametrize(
    "expression",
    [
        "job:y:rate > 1",
        "plain_name > 1",
        '{__name__=~"job:.*"} > 1',
        "ALERTS > 0",
        'ALERTS{alertname!="Up"}',
        'ALERTS{alertname="Down"}',
        'ALERTS{alertname=~"D.*"}',
        "sum(",
    ],
)
def test_metrics_that_may_exist_are_not_found(expression: str) -> None:
    """Recorded and scraped metrics, and names without a colon, are not found."""
    assert severities(CHECK, DOWN, record("job:y:rate", "y"), alert("A", expression), configuration=KNOWN) == []


def test_series_of_a_running_server_are_not_found() -> None:
    """Series that a running server has are not found."""
    live = Live(found={'job:x:rate{zone="a"}': True})
    expression = 'job:x:rate{zone="a"} + job:z:rate > 1'
    (one,) = found(CHECK, alert("A", expression), configuration=KNOWN, live=live)
    assert one.message.startswith("no rule records job:z:rate, so")
