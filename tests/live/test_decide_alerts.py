"""Counts of firing alerts on a real server: no alert is proved, and a firing one is never lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from gonogo.model.verdict import Verdict
from tests.live.own_signals_stage import Stage, checks, is_verdict, outcomes, stage

pytestmark = [pytest.mark.live, pytest.mark.versions, pytest.mark.xdist_group("own-signals")]

PAGES = {"pages": {"alerts": {"severity": "page"}, "interval": "1s"}}
NONE = "pages == 0"


def policy(*required: str, signals: Mapping[str, object] = PAGES, **changes: object) -> Mapping[str, object]:
    """Build a policy over the pages."""
    return {"signals": signals, "gates": {"g": {"require": list(required)}}, **changes}


def alerts(*rules: tuple[str, str], severity: str = "page") -> Mapping[str, object]:
    """Build a group of alerts from names and expressions."""
    made = [{"alert": name, "expr": text, "labels": {"severity": severity}} for name, text in rules]
    return {"name": "alerts", "rules": made}


QUEUE = ("QueueLong", "queue_length > 10")


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Start the servers once. Each test begins by a GO."""
    with stage(tmp_path_factory.mktemp("alerts")) as running:
        yield running


def test_no_alert_is_go_and_a_firing_one_no_go(own: Stage) -> None:
    """The detail names the alert. A lasting condition sees the alert after it has ended."""
    own.export("queue_length 3")
    own.load_rules(alerts(QUEUE))
    both = policy(NONE, "pages == 0 for 4s")
    own.until(both, is_verdict(Verdict.GO))
    own.export("queue_length 30")
    found = own.until(both, is_verdict(Verdict.NO_GO))
    assert checks(found)[NONE].detail == "signal pages is 1 (firing: QueueLong), which does not meet pages == 0"
    own.until(policy("pages > 0 for 4s"), is_verdict(Verdict.GO))
    own.export("queue_length 3")
    own.until(policy(NONE, "pages == 0 for 30s"), lambda report: outcomes(report)[NONE] == "PASS")
    assert outcomes(own.decide(policy("pages == 0 for 30s"))) == {"pages == 0 for 30s": "FAIL"}
    own.until(both, is_verdict(Verdict.GO))


def test_an_alert_that_cannot_fire_is_hold(own: Stage) -> None:
    """There is no such alert, its expression fails, its metric is missing, or its rule is not that of the files."""
    own.export("queue_length 3", 'pair{n="1"} 1', 'pair{n="2"} 1')
    own.load_rules(alerts(QUEUE))
    own.until(policy(NONE), is_verdict(Verdict.GO))
    own.load_rules(alerts(QUEUE, severity="warning"))
    own.until(policy(NONE), lambda report: outcomes(report) == {NONE: "absent"})
    own.load_rules(alerts(QUEUE, ("Broken", "queue_length * on (metric_realm) pair > 1")))
    found = own.until(policy(NONE), lambda report: outcomes(report) == {NONE: "rule-unhealthy"})
    assert "many-to-many matching not allowed" in checks(found)[NONE].detail
    own.load_rules(alerts(QUEUE, ("Blind", "no_such_metric > 1")))
    own.until(policy(NONE), lambda report: outcomes(report) == {NONE: "source-unknown"})
    own.load_rules(alerts(QUEUE), in_policy=False)
    own.until(policy(NONE), lambda report: outcomes(report) == {NONE: "drifted"})


def test_an_alert_on_a_dead_target_counts_though_other_alerts_are_blind(own: Stage) -> None:
    """Without an alert on the target itself, the dead target is HOLD."""
    own.export("queue_length 3")
    own.load_rules(alerts(QUEUE))
    own.until(policy(NONE), is_verdict(Verdict.GO))
    own.node.kill()
    try:
        own.until(policy(NONE), lambda report: outcomes(report) == {NONE: "source-down"})
        own.load_rules(alerts(QUEUE, ("Down", "up == 0")))
        found = own.until(policy(NONE), is_verdict(Verdict.NO_GO))
        assert "(firing: Down)" in checks(found)[NONE].detail
    finally:
        own.node.restart()
    own.until(policy(NONE), is_verdict(Verdict.GO))


def test_alerts_are_counted_for_each_subject(own: Stage) -> None:
    """A subject without an alert has 0. An alert without the label of a subject is a doubt of all.

    Where no rule can make an alert with the label, nothing counts for any subject.
    """
    own.export('queue_length{service="a"} 3', 'queue_length{service="b"} 3')
    own.load_rules(alerts(QUEUE))
    signals = {**PAGES, "queue": {"expr": "queue_length", "interval": "1s"}}
    by = policy(NONE, "queue >= 0", signals=signals, subjects=["service"])
    own.until(by, lambda report: is_verdict(Verdict.GO)(report) and len(report.judgement.subjects) == 2)
    own.export('queue_length{service="a"} 3', 'queue_length{service="b"} 30')
    found = own.until(by, is_verdict(Verdict.NO_GO))
    assert [one.verdict for one in found.judgement.subjects] == [Verdict.GO, Verdict.NO_GO]
    longest = ("Longest", "max by (metric_realm) (queue_length) > 5")
    own.load_rules(alerts(longest))
    own.until(by, lambda report: outcomes(report)[NONE] == "absent")
    own.export('queue_length{service="a"} 3', 'queue_length{service="b"} 7')
    own.load_rules(alerts(QUEUE, longest))
    own.until(by, lambda report: outcomes(report)[NONE] == "ambiguous")


def test_zero_before_the_start_of_the_server_is_not_known(own: Stage) -> None:
    """After a restart, the time before it is a gap."""
    own.export("queue_length 3")
    own.load_rules(alerts(QUEUE, severity="night"))
    nights = {"nights": {"alerts": {"severity": "night"}, "interval": "1s"}}
    lasting = policy("nights == 0 for 8s", signals=nights)
    own.until(lasting, is_verdict(Verdict.GO))
    own.server.kill()
    own.server.restart()
    own.until(policy("nights == 0", signals=nights), is_verdict(Verdict.GO))
    found = own.decide(policy("nights == 0 for 9m", signals=nights))
    assert outcomes(found) == {"nights == 0 for 9m": "gappy"}
    own.until(lasting, is_verdict(Verdict.GO))
