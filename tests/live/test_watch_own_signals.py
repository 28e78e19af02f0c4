"""A watch over expressions and alerts: certified while healthy, and aborted by the alert that fires."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from gonogo.dryrun.watching import watch
from gonogo.model.outcome import Outcome
from gonogo.model.verdict import Verdict
from gonogo.verdict.core.certify import certify
from tests.live.own_signals_stage import Stage, is_verdict, stage

pytestmark = [pytest.mark.live, pytest.mark.versions, pytest.mark.xdist_group("own-signals")]

POLICY: Mapping[str, object] = {
    "signals": {
        "queue": {"expr": "max by (metric_realm) (queue_length)", "interval": "1s"},
        "pages": {"alerts": {"severity": "page"}, "interval": "1s"},
    },
    "gates": {"g": {"require": ["queue < 10", "pages == 0"], "abort": ["pages > 0 for 2s", "unknown(pages) for 1m"]}},
    "dry_run": {
        "duration": "24s",
        "step": "1s",
        "blind": "2m",
        "certify": ["share(queue < 10) >= 0.9", "mean(queue) <= 4", "rises(pages, 0) <= 0"],
    },
}
ALERT = {"alert": "QueueLong", "expr": "queue_length > 10", "labels": {"severity": "page"}}


def watched(running: Stage, begun: Callable[[], None] = lambda: None) -> tuple[Verdict, Outcome, str]:
    """Watch by the policy. Return the last verdict, the outcome of the certificate, and the reason of an abort."""
    policy_file = running.policy({**POLICY, "prometheus": {"url": running.server.url, "config": None}})
    seen = watch(policy_file, None, timedelta(seconds=24), lambda _: None, begun)
    certificate = certify(seen.ledger, policy_file.policy.dry_run)
    return seen.last.judgement.verdict, certificate.outcome, seen.abort.detail if seen.abort else ""


def test_a_watch_reads_expressions_and_alerts(tmp_path: Path) -> None:
    """The certificate sums over both. An alert that lasts ends the watch although the target that it reads is down."""
    with stage(tmp_path) as running:
        running.export("queue_length 3")
        running.load_rules({"name": "alerts", "rules": [ALERT]})
        running.until(POLICY, is_verdict(Verdict.GO))
        assert watched(running) == (Verdict.GO, Outcome.PASS, "")
        down = {"alert": "Down", "expr": "up == 0", "labels": {"severity": "page"}}
        running.load_rules({"name": "alerts", "rules": [ALERT, down]})
        running.until(POLICY, is_verdict(Verdict.GO))
        verdict, _, abort = watched(running, running.node.kill)
        assert verdict is Verdict.NO_GO
        assert "pages > 0 for 2s (signal pages is 1 (firing: Down))" in abort
