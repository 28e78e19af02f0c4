"""Signals with ``expr`` and ``alerts``: every mistake with its place, before anything is asked."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
import yaml

from gonogo.formats.yaml import parse
from gonogo.model.policy import Scope, Signal, ValueRange
from gonogo.policy.load import PolicyFile
from tests.policy.policy_files import loaded, mistakes

PAGE = Path(__file__).parents[2] / "docs" / "signals.md"
OWN = "preset: null\nrealm: prod\nruns: {required: []}\n"
FLAG = "promql-experimental-functions"
GOOD = "sum by (metric_realm) (up)"


def with_signal(folder: Path, signal: str, more: str = "") -> PolicyFile:
    """Load a policy with the signal ``s``."""
    return loaded(folder, f"{OWN}{more}signals:\n  s: {signal}\n")


def mistake(folder: Path, signal: str, more: str = "", own: str = OWN) -> str:
    """Return the only mistake of a policy with the signal ``s``, without line numbers before its column."""
    (found,) = mistakes(folder, f"{own}{more}signals:\n  s: {signal}\n")
    return found


def test_an_expression_is_a_signal_of_its_own(tmp_path: Path) -> None:
    """The other keys say what they say of any signal. The metric's name is one that no server has."""
    found = with_signal(tmp_path, f"{{expr: '{GOOD}', range: [0, null], scope: shared, push_max_age: 1h}}")
    assert found.policy.signals["s"] == Signal(
        "s",
        "signal s",
        range=ValueRange(0),
        push_max_age=timedelta(hours=1),
        scope=Scope.SHARED,
        expression=GOOD,
        interval=timedelta(seconds=15),
    )
    assert with_signal(tmp_path, f"{{expr: '{GOOD}', interval: 1m}}").policy.signals["s"].interval == timedelta(
        minutes=1
    )


def test_alerts_are_a_signal_of_its_own(tmp_path: Path) -> None:
    """The labels are those of the alerts. No label at all means every alert."""
    found = with_signal(tmp_path, "{alerts: {severity: page, team: infra}, interval: 30s}").policy.signals["s"]
    assert found == Signal(
        "s", "signal s", alerts={"severity": "page", "team": "infra"}, interval=timedelta(seconds=30)
    )
    assert with_signal(tmp_path, "{alerts: {}}").policy.signals["s"].alerts == {}
    assert not with_signal(tmp_path, "{metric: up}").policy.signals["s"].is_evaluated


@pytest.mark.parametrize(
    ("signal", "expected"),
    [
        (
            "{expr: up, metric: up}",
            "6:13: signals.s.expr: a signal cannot have both metric and expr (remove one of them)",
        ),
        ("{metric: up, alerts: {}}", "6:27: signals.s.alerts: a signal cannot have both metric and alerts (remove one"),
        (f"{{expr: '{GOOD}', alerts: {{}}}}", "a signal cannot have both expr and alerts"),
        ("{metric: up, interval: 15s}", "6:29: signals.s.interval: only a signal with expr or alerts has an interval"),
        ("{alerts: {a: b}, labels: {c: d}}", "signals.s.labels: a count of alerts has no labels"),
        ("{alerts: {a: b}, max_age: 1m}", "signals.s.max_age: a count of alerts has no max_age"),
        ("{alerts: {__a: b}}", "is not a valid label name"),
        ("{alerts: {a: 1}}", "signals.s.alerts.a: must be text"),
        ("{expr: ''}", "signals.s.expr: must not be empty"),
        ("{expr: 1}", "signals.s.expr: must be text"),
        (
            "{expr: 'up +'}",
            "6:18: signals.s.expr: this is not PromQL: expected an expression, found the end (correct the expression)",
        ),
        (
            "{expr: 'sum by (metric_realm) (up'}",
            "6:36: signals.s.expr: this is not PromQL: a parenthesis is not closed",
        ),
        ("{expr: 'nosuch(up)'}", "6:14: signals.s.expr: this is not PromQL:"),
        ("{expr: 'up[5m]'}", "the result must be an instant vector or a number, not a range vector"),
        ("{expr: '\"text\"'}", "the result must be an instant vector or a number, not a string"),
        ("{expr: 'sum(up)'}", "no series of the result can have the label metric_realm"),
        ("{expr: 'scalar(up)'}", "no series of the result can have the label metric_realm"),
        ("{expr: 'up{metric_realm=\"dev\"}'}", "no series of the result can have metric_realm='prod'"),
        ("{expr: 'up{job=\"a\"}', labels: {job: b}}", "no series of the result can have job='b'"),
        (
            "{expr: 'mad_over_time(up[5m])'}",
            f"6:14: signals.s.expr: only a server with --enable-feature={FLAG} can read",
        ),
        ("{expr: 'mad_over_time(up[5m])'}", f"(add {FLAG} to prometheus.features if the server has it)"),
    ],
)
def test_a_mistake_has_its_place(tmp_path: Path, signal: str, expected: str) -> None:
    """The place is that of the first wrong character."""
    assert expected in mistake(tmp_path, signal)


def test_a_mistake_in_a_block_has_its_line(tmp_path: Path) -> None:
    """An expression over several lines keeps its lines."""
    found = mistake(tmp_path, "\n    expr: |\n      sum by (metric_realm) (\n        up +\n      )\n")
    assert found.startswith("10:7: signals.s.expr: this is not PromQL:")


def test_the_result_must_name_its_subject(tmp_path: Path) -> None:
    """A shared signal needs no subject."""
    subjects = "subjects: [service]\n"
    found = mistake(tmp_path, f"{{expr: '{GOOD}'}}", subjects)
    assert "no series of the result can have the label service (keep the label in the expression" in found
    assert "or write scope: shared" in found
    assert with_signal(tmp_path, f"{{expr: '{GOOD}', scope: shared}}", subjects)


def test_a_feature_of_the_server_is_allowed(tmp_path: Path) -> None:
    """The policy names it. A feature that a newer version has without a flag is left to the server."""
    features = "prometheus: {features: [promql-experimental-functions]}\n"
    assert with_signal(tmp_path, "{expr: 'mad_over_time(up[5m])'}", features)
    assert with_signal(tmp_path, "{expr: 'first_over_time(up[5m])'}")


def test_an_expression_that_only_a_server_can_judge_is_accepted(tmp_path: Path) -> None:
    """The signal is UNKNOWN then. With the dialect of VictoriaMetrics this holds for every text."""
    deep = "(" * 300 + "up" + ")" * 300
    nested = "-" * 300 + "up"
    assert with_signal(tmp_path, f"{{expr: '{deep}'}}") or with_signal(tmp_path, f"{{expr: '{nested}'}}")
    metricsql = "prometheus: {dialect: victoriametrics}\n"
    assert with_signal(tmp_path, "{expr: 'up default 0'}", metricsql)
    assert with_signal(tmp_path, "{expr: 'mad_over_time(up[5m])'}", metricsql)


def test_a_signal_of_the_preset_has_its_rules(tmp_path: Path) -> None:
    """The pack would write alerts on a metric that no server has."""
    found = mistake(tmp_path, "null\n  heartbeat_ok: {expr: 'up'}\n", own="realm: prod\n")
    assert "signals.heartbeat_ok: heartbeat_ok is a signal of the preset" in found
    assert loaded(tmp_path, f"realm: prod\nsignals: {{own: {{expr: '{GOOD}'}}}}\n")
    assert loaded(tmp_path, f"{OWN}signals: {{heartbeat_ok: {{expr: '{GOOD}'}}}}\n")


def test_a_duration_holds_two_evaluations_of_its_own_signal(tmp_path: Path) -> None:
    """The interval is known before any rule file is read."""
    gates = "gates: {g: {require: [s == 1 for 30s]}}\n"
    assert with_signal(tmp_path, f"{{expr: '{GOOD}'}}", gates)
    assert (
        "30s is shorter than two evaluations of s, one every 1m (use at least 2m, or shorten its interval)"
        in mistake(tmp_path, f"{{expr: '{GOOD}', interval: 1m}}", gates)
    )


def test_the_policies_of_the_page_are_policies(tmp_path: Path) -> None:
    """The part on alerts belongs to the same policy."""
    whole, alerts = (
        cast("dict[str, dict[str, object]]", parse(text, "signals.md").value)
        for text in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    )
    del whole["version"]
    for key in ("signals", "gates"):
        whole[key] |= alerts[key]
    found = loaded(tmp_path, yaml.safe_dump(whole)).policy
    assert set(found.signals) == {
        *("availability", "good_requests", "latency_p99", "disk_used"),
        *("pages", "slow_api"),
    }
    assert all(signal.is_evaluated for signal in found.signals.values())
