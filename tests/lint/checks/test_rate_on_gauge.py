"""Rates of what targets declare."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.rate_on_gauge import CHECK
from gonogo.lint.live import Live
from tests.lint.short_rules import record, severities

TYPES = {"g": "gauge", "c_total": "counter", "om": "counter", "h": "histogram", "s": "summary", "x_count": "gauge"}


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
        ("rate(unknown[5m]) + rate(g[5m:1m])", []),
        ('rate({__name__=~"g"}[5m])', []),
    ],
)
def test_what_a_server_declares(expression: str, severity: list[str]) -> None:
    """Only a metric that is declared a gauge, by ``rate`` and ``irate``."""
    assert severities(CHECK, record("r", expression), live=Live(types=TYPES)) == severity


def test_nothing_is_guessed() -> None:
    """Without a server there is nothing to say."""
    assert severities(CHECK, record("r", "rate(g[5m])")) == []
