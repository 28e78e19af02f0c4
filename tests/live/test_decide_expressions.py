"""Expressions of the policy on a real server: any query can be a gate, and still has to prove its sources."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator

import pytest

from gonogo.model.outcome import Outcome, Reason
from gonogo.model.verdict import Verdict
from tests.live.own_signals_stage import Stage, checks, is_verdict, outcomes, stage

pytestmark = [pytest.mark.live, pytest.mark.versions, pytest.mark.xdist_group("own-signals")]

HEALTHY = (
    'requests_total{code="200"} 1000',
    'requests_total{code="500"} 1',
    'latency_seconds_bucket{le="0.1"} 90',
    'latency_seconds_bucket{le="0.5"} 99',
    'latency_seconds_bucket{le="+Inf"} 100',
    "queue_length 3",
)
EVERY = {"interval": "1s"}
SIGNALS = {
    "availability": {"expr": 'avg by (metric_realm) (up{job="node"})', **EVERY},
    "errors": {
        "expr": 'sum by (metric_realm) (requests_total{code=~"5.."}) / sum by (metric_realm) (requests_total)',
        "range": [0, 1],
        **EVERY,
    },
    "latency": {
        "expr": "histogram_quantile(0.9, sum by (metric_realm, le) (latency_seconds_bucket))  # seconds",
        **EVERY,
    },
    "queue": {"expr": "queue_length", **EVERY},
}
REQUIRED = ["availability == 1", "errors <= 0.05", "latency <= 0.2", "queue < 10 for 3s"]
POLICY = {"signals": SIGNALS, "gates": {"g": {"require": REQUIRED}}}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Start the servers once. Each test begins by a GO."""
    with stage(tmp_path_factory.mktemp("expressions")) as running:
        yield running


def test_expressions_are_judged_without_any_rule(own: Stage) -> None:
    """Healthy is GO, and each violation is NO-GO with its value. When it is over, the detail says since when."""
    own.export(*HEALTHY)
    own.load_rules()
    own.until(POLICY, is_verdict(Verdict.GO))
    own.export(*HEALTHY[:1], 'requests_total{code="500"} 250', *HEALTHY[2:])
    found = own.until(POLICY, is_verdict(Verdict.NO_GO))
    assert checks(found)["errors <= 0.05"].detail.startswith("signal errors is 0.2, which does not meet")
    own.export(*HEALTHY[:-1], "queue_length 30")
    own.until(POLICY, lambda report: outcomes(report)["queue < 10 for 3s"] == "FAIL")
    own.export(*HEALTHY)
    lasting = "queue < 10 for 10s"
    found = own.until({**POLICY, "gates": {"g": {"require": [lasting]}}}, is_verdict(Verdict.NO_GO))
    said = r"signal queue was 30 until \d+ s ago, and queue < 10 since; 10 s are asked"
    assert re.fullmatch(said, checks(found)[lasting].detail)
    own.until(POLICY, is_verdict(Verdict.GO))


def test_a_bad_expression_spoils_no_other(own: Stage) -> None:
    """The server refuses it with its own words. A metric that does not exist is named."""
    own.export(*HEALTHY, 'pair{n="1"} 1', 'pair{n="2"} 1')
    own.load_rules()
    bad = {
        "many": {"expr": "queue_length * on (metric_realm) pair", **EVERY},
        "none": {"expr": "sum by (metric_realm) (no_such_metric)", **EVERY},
    }
    policy = {"signals": {**SIGNALS, **bad}, "gates": {"g": {"require": [*REQUIRED, "many > 0", "none > 0"]}}}
    healthy = dict.fromkeys(REQUIRED, "PASS")
    found = own.until(policy, lambda report: outcomes(report) | healthy == outcomes(report))
    many, none = checks(found)["many > 0"], checks(found)["none > 0"]
    assert many.doubts[0].reason is Reason.RULE_UNHEALTHY
    assert "found duplicate series" in many.detail
    assert none.doubts[0].reason is Reason.ABSENT
    assert Reason.SOURCE_UNKNOWN in {doubt.reason for doubt in none.doubts}
    assert any("no_such_metric" in doubt.detail for doubt in none.doubts)


def test_a_text_file_that_nobody_writes_violates_a_gate_on_its_age(own: Stage) -> None:
    """The node exports the old file with fresh timestamps. The time of writing is a series of its own."""
    own.export(*HEALTHY)
    own.load_rules()
    age = {"age": {"expr": 'time() - node_textfile_mtime_seconds{file=~".*own.prom"}', **EVERY}}
    policy = {"signals": {**SIGNALS, **age}, "gates": {"g": {"require": [*REQUIRED, "age <= 60"]}}}
    own.until(policy, is_verdict(Verdict.GO))
    old = time.time() - 9 * 86_400
    os.utime(own.folder / "textfile" / "own.prom", (old, old))
    found = own.until(policy, is_verdict(Verdict.NO_GO))
    assert outcomes(found) == {**dict.fromkeys(REQUIRED, "PASS"), "age <= 60": "FAIL"}
    own.export(*HEALTHY, "written_again 1")
    own.until(policy, is_verdict(Verdict.GO))


def test_a_dead_target_is_unknown(own: Stage) -> None:
    """The expression still has a result for a while, and its source is down."""
    own.export(*HEALTHY)
    own.load_rules()
    policy = {"signals": SIGNALS, "gates": {"g": {"require": ["errors <= 0.05", "queue < 10"]}}}
    own.until(policy, is_verdict(Verdict.GO))
    own.node.kill()
    try:
        found = own.until(policy, lambda report: "source-down" in outcomes(report).values())
        assert found.judgement.verdict is Verdict.HOLD
    finally:
        own.node.restart()
    own.until(policy, is_verdict(Verdict.GO))


def test_the_rule_under_an_expression_is_compared_with_the_files(own: Stage) -> None:
    """An expression may read a recorded metric, and the policy's files must have its rule."""
    own.export(*HEALTHY)
    group = {"name": "g", "rules": [{"record": "queue:double", "expr": "2 * queue_length"}]}
    own.load_rules(group)
    signals = {"double": {"expr": "max by (metric_realm) (queue:double)", **EVERY}}
    policy = {"signals": signals, "gates": {"g": {"require": ["double < 10"]}}}
    found = own.until(policy, is_verdict(Verdict.GO))
    assert any("rule queue:double" in line for line in checks(found)["double < 10"].provenance)
    own.load_rules(group, in_policy=False)
    own.until(policy, lambda report: outcomes(report) == {"double < 10": "drifted"})


def test_a_stranger_under_an_expression_is_no_evidence(own: Stage) -> None:
    """A target exports the name of a recorded metric. The rule of that metric gives another value."""
    own.export("queue_length 3")
    own.load_rules({"name": "g", "rules": [{"record": "queue:double", "expr": "2 * queue_length"}]})
    signals = {"double": {"expr": "min by (metric_realm) (queue:double)", **EVERY}}
    policy = {"signals": signals, "gates": {"g": {"require": ["double < 10"]}}}
    own.until(policy, is_verdict(Verdict.GO))
    own.export("queue_length 30", 'queue:double{pod="stranger"} 1')
    found = own.until(policy, lambda report: outcomes(report) == {"double < 10": "foreign"})
    assert "signal double is 1 by the recorded series" in checks(found)["double < 10"].detail
    own.export("queue_length 3")
    own.until(policy, is_verdict(Verdict.GO))


def test_two_subjects_are_judged_apart_and_a_vanished_one_is_missed(own: Stage) -> None:
    """Each has its own result. A subject that is gone is judged for a day, though only an expression knew it."""
    own.load_rules()
    own.export('ready{service="a"} 1', 'ready{service="b"} 1')
    signals = {"ready": {"expr": "min by (metric_realm, service) (ready)", **EVERY}}
    policy = {"subjects": ["service"], "signals": signals, "gates": {"g": {"require": ["ready == 1"]}}}
    own.until(policy, lambda report: len(report.judgement.subjects) == 2 and is_verdict(Verdict.GO)(report))
    own.export('ready{service="a"} 1', 'ready{service="b"} 0')
    found = own.until(policy, is_verdict(Verdict.NO_GO))
    assert [one.verdict for one in found.judgement.subjects] == [Verdict.GO, Verdict.NO_GO]
    own.export('ready{service="a"} 1')
    found = own.until(policy, lambda report: is_verdict(Verdict.HOLD)(report) and len(report.judgement.subjects) == 2)
    missed = checks(found, 1)["ready == 1"]
    assert (missed.outcome, missed.doubts[0].reason) in {
        (Outcome.UNKNOWN, Reason.ABSENT),
        (Outcome.UNKNOWN, Reason.STALE),
    }
