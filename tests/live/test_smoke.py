"""The smoke run on a server of its own: what it must see, and what it must not be fooled by."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from gonogo.model.outcome import Outcome
from gonogo.policy.load import PolicyFile, load
from gonogo.rulepack.assemble import pack
from gonogo.smoke.run import smoke, try_rules
from tests.policy_folder import policy_folder

pytestmark = [pytest.mark.live, pytest.mark.versions]

PUSHED = "heartbeat: {pushgateway: 'http://127.0.0.1:1', read: push, textfile_dir: null, fresh: 60s, window: 5m}\n"


def with_pack(folder: Path, heartbeat: str | None = None) -> PolicyFile:
    """Write a policy and the rule pack for it, as it is evaluated every 30 s."""
    policy_file = policy_folder(folder, rules=None)
    if heartbeat is not None:
        text = policy_file.path.read_text(encoding="utf-8").replace("heartbeat: {textfile_dir: .}\n", heartbeat)
        policy_file.path.write_text(text, encoding="utf-8")
        policy_file = load(policy_file.path)
    made = pack(policy_file.policy, timedelta(seconds=30))
    (folder / "rules" / "duri.yml").write_text(made.rules_yaml, encoding="utf-8")
    (folder / "rules" / "alerts.yml").write_text(made.alerts_yaml, encoding="utf-8")
    return policy_file


SHORT = timedelta(seconds=12)
"""Sooner than after a minute: what is refused here stays as it is."""


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ('0 * duri_textfile_heartbeat_ts{metric_realm="prod"} + 1', "duri_heartbeat_ok was still 1, not 0"),
        ('0 * duri_textfile_heartbeat_ts{metric_realm="prod"}', "duri_heartbeat_ok was still 0, not 1"),
        ('duri_no_such_thing{metric_realm="prod"}', "duri_heartbeat_ok was still absent, not 1"),
    ],
    ids=["always-1", "always-0", "absent"],
)
def test_rules_that_do_not_follow_the_beats_fail(tmp_path: Path, expression: str, told: str) -> None:
    """The rules record a constant in place of the beats."""
    policy_file = policy_folder(
        tmp_path,
        rules=f"groups:\n  - name: g\n    rules:\n      - {{record: duri_heartbeat_ok, expr: '{expression}'}}\n",
    )
    run = try_rules(policy_file, Event(), SHORT)
    assert run.outcome is Outcome.FAIL
    assert told in run.detail


def test_a_rule_that_fails_when_it_is_evaluated_fails_the_run(tmp_path: Path) -> None:
    """The rule loads, passes lint, and matches many to many once there is data."""
    bad = (
        "groups:\n  - name: g\n    rules:\n"
        '      - {record: duri_bad, expr: \'{job="node"} + on (job) group_left {job="node"}\'}\n'
    )
    policy_file = policy_folder(tmp_path, rules=bad, more="preset: null\nsignals: {}\ngates: {}\n")
    run = try_rules(policy_file, Event(), SHORT)
    assert run.outcome is Outcome.FAIL
    assert "rule duri_bad of group g fails: " in run.detail


def test_the_rule_pack_passes_with_a_pushed_heartbeat(tmp_path: Path) -> None:
    """``ok`` becomes 1, then 0, through a real Pushgateway, with another freshness."""
    run = smoke(with_pack(tmp_path, PUSHED))
    assert run.outcome is Outcome.PASS, run.detail
    seen = run.seen["seen"]
    assert isinstance(seen, list)
    assert [sight["what"].partition(" was ")[2][:1] for sight in seen[:2]] == ["1", "0"]
    assert seen[0]["after_seconds"] < seen[1]["after_seconds"] < 60
    assert run.tools["prometheus"][0].isdigit()
