"""The differences between the servers of the family."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.model.rule import PLAIN, LoadedGroup, RuleHealth, VmalertKeys
from gonogo.server.shape import Misshapen
from gonogo.server.versions import (
    Build,
    Family,
    build_of,
    keep_firing_for,
    nan_ends_series,
    rule_health,
    rules_untold,
    scrape_interval,
    vmalert_keys,
)


def test_only_prometheus_has_a_version() -> None:
    """VictoriaMetrics gives no version, or a version of Prometheus. Thanos and Mimir give their own version."""
    assert build_of({"version": "2.42.0", "goVersion": "go1.19"}) == Build(Family.PROMETHEUS, "2.42.0")
    assert build_of({"version": "odd", "goVersion": "go1.19"}) == Build(Family.PROMETHEUS, "odd")
    assert build_of({}) == Build(Family.VICTORIA_METRICS)
    assert build_of({"version": "2.24.0"}) == Build(Family.VICTORIA_METRICS)
    assert build_of({"version": "v0.42.0", "goVersion": "go1.26"}) == Build(Family.OTHER)
    assert build_of({"application": "Grafana Mimir", "version": "2.17.0", "goVersion": "go1.26"}) == Build(Family.OTHER)
    with pytest.raises(Misshapen):
        build_of({"goVersion": "go1.19"})


def test_nan_may_end_a_series_only_on_victoria_metrics() -> None:
    """The engine of Prometheus, Thanos and Mimir drops staleness markers from range selectors."""
    assert nan_ends_series(Family.VICTORIA_METRICS)
    assert not nan_ends_series(Family.PROMETHEUS)
    assert not nan_ends_series(Family.OTHER)


def test_an_empty_list_of_rules_is_trusted_only_from_prometheus() -> None:
    """VictoriaMetrics lists no rules, even if vmalert records into it. A list with rules is trusted from any server."""
    assert rules_untold(Family.VICTORIA_METRICS, ())
    assert rules_untold(Family.OTHER, ())
    assert not rules_untold(Family.PROMETHEUS, ())
    assert not rules_untold(Family.VICTORIA_METRICS, (LoadedGroup("g", timedelta(seconds=1), ()),))


@pytest.mark.parametrize(
    ("said", "error", "evaluated_at", "health"),
    [
        ("ok", "", 1.0, RuleHealth.OK),
        ("ok", "", None, RuleHealth.UNKNOWN),
        ("unknown", "", None, RuleHealth.UNKNOWN),
        ("no-match", "", 1.0, RuleHealth.UNKNOWN),
        ("err", "boom", 1.0, RuleHealth.ERROR),
        ("ok", "boom", 1.0, RuleHealth.ERROR),
    ],
)
def test_a_rule_is_healthy_only_once_it_was_evaluated(
    said: str, error: str, evaluated_at: float | None, health: RuleHealth
) -> None:
    """Vmalert calls a rule ok before its first evaluation."""
    assert rule_health(said, error, evaluated_at) is health


def test_a_scrape_interval_is_read_from_the_target_or_its_discovered_labels() -> None:
    """Prometheus gives the interval with the target, vmagent among the discovered labels."""
    assert scrape_interval({"scrapeInterval": "1m30s"}, {}) == timedelta(seconds=90)
    assert scrape_interval({}, {"__scrape_interval__": "1s"}) == timedelta(seconds=1)
    assert scrape_interval({}, {}) is None
    with pytest.raises(Misshapen):
        scrape_interval({"scrapeInterval": "often"}, {})


def test_the_keys_of_a_group_are_those_that_vmalert_lists() -> None:
    """A key without value is left out. A group of another program has none of the keys."""
    shown = {"concurrency": 1, "type": "prometheus", "params": ["b=1", "a=2"], "headers": ["A: b"], "eval_delay": 1.5}
    assert vmalert_keys(shown, "g") == VmalertKeys(params=("a=2", "b=1"), headers=("A: b",), delay="1.5 s")
    assert vmalert_keys({"concurrency": 1, "type": "graphite"}, "g") == VmalertKeys("graphite")
    assert vmalert_keys({"params": ["a=b"], "limit": 0}, "g") == PLAIN
    with pytest.raises(Misshapen, match="params of g"):
        vmalert_keys({"concurrency": 1, "params": "a=b"}, "g")


def test_vmalert_has_a_name_of_its_own_for_the_time_that_an_alert_keeps_firing() -> None:
    """Prometheus 2.42 and vmalert 1.145 show it."""
    assert keep_firing_for({"keepFiringFor": 60}) == 60
    assert keep_firing_for({"keep_firing_for": 30}) == 30
    assert keep_firing_for({}) == 0
