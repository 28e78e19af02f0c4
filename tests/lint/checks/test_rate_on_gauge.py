"""Tests of ``rate-on-gauge``: rates of declared gauges, and of metrics not named like counters."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.rate_on_gauge import CHECK
from gonogo.lint.core.live import Live
from tests.lint.core.short_rules import found, record, severities

TYPES = {
    "gh": "gaugehistogram",
    "http.errors": "counter",
    "http.load": "gauge",
    "g": "gauge",
    "c_total": "counter",
    "om": "counter",
    "h": "histogram",
    "s": "summary",
    "x_count": "gauge",
}


@pytest.mark.parametrize(
    ("expression", "severity"),
    [
        ("rate(g[5m])", ["warning"]),
        ("sum(irate(g[5m]))", ["warning"]),
        ("rate(x_count[5m])", ["warning"]),
        ("increase(g[5m])", []),
        ("deriv(g[5m])", []),
        ("rate(c_total[5m])", []),
        ("rate(om_total[5m]) + rate(h_bucket[5m]) + rate(s_count[5m]) + rate(s_sum[5m])", []),
        ("rate(unknown[5m]) + rate(g[5m:1m])", ["info"]),
        ('rate({__name__=~"g"}[5m])', []),
        ("rate(h[5m])", []),
        ("rate(gh[5m])", ["warning"]),
        ("rate(s[5m])", ["info"]),
        ('rate({"http.errors"}[5m])', []),
        ('rate({"http.load"}[5m])', ["warning"]),
    ],
)
def test_a_rate_of_a_declared_gauge_is_found(expression: str, severity: list[str]) -> None:
    """Only a declared gauge is found, under ``rate`` and ``irate``."""
    assert severities(CHECK, record("r", expression), live=Live(types=TYPES)) == severity


@pytest.mark.parametrize(
    ("expression", "metrics"),
    [
        ("rate(g[5m]) / rate(g[1h]) + irate(h[5m])", ["g", "h"]),
        ("rate(a_total[5m]) + rate(a_bucket[5m]) + rate(a_count[5m]) + rate(a_sum[5m])", []),
        ("rate(r[5m])", []),
        ("rate(up[5m]) + rate(x_ratio[5m])", []),
        ("increase(g[5m])", []),
        ('rate({"http.requests"}[5m])', []),
        ("rate(d[5m]) + histogram_quantile(0.9, sum by (job) (rate(d[5m])))", []),
        ("rate(d[5m]) + histogram_quantile(0.9, sum by (le) (rate(e_bucket[5m])))", ["d"]),
    ],
)
def test_a_rate_of_a_name_unlike_a_counters_is_a_note(expression: str, metrics: list[str]) -> None:
    """Each name is a note once. Records and certain gauges belong to other checks."""
    told = found(CHECK, record("r", expression), record("again", expression))
    assert [one.severity.value for one in told] == ["info"] * len(metrics)
    assert [one.message.split(" and ")[1].split()[0] for one in told] == metrics
