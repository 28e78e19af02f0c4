"""Tests of the part of the rules that a policy reads."""

from __future__ import annotations

from pathlib import Path

from gonogo.lint.core.interest import interest_of
from gonogo.policy.load import load

POLICY = """\
version: 1
preset: null
realm: REALM
prefix: duri
signals:
  ok: {metric: 'job:ok'}
  fresh: {}
  share: {}
  ratio: {}
  slope: {}
  unused: {}
gates:
  g: {require: [ok == 1, ratio <= 0.5, "falling(slope, 5m)"], abort: [fresh != 1 for 5m], warn: [ratio == 0.5]}
dry_run: {certify: [share(share == 0) >= 0.99, mean(ratio) <= 1]}
"""


def test_signals_compared_with_0_or_1_are_binary(tmp_path: Path) -> None:
    """Gates and certificates count, with the metric names of the server."""
    path = tmp_path / "gonogo.yaml"
    path.write_text(POLICY.replace("REALM", "prod"), encoding="utf-8")
    interest = interest_of(load(path).policy)
    assert (interest.realm_label, interest.realm) == ("metric_realm", "prod")
    assert interest.binary == {"job:ok", "duri_fresh", "duri_share"}
    assert interest.metrics == {"job:ok", "duri_fresh", "duri_share", "duri_ratio", "duri_slope", "duri_unused"}


def test_a_policy_without_a_realm_needs_no_realm_label(tmp_path: Path) -> None:
    """The interest has no realm."""
    path = tmp_path / "gonogo.yaml"
    path.write_text(POLICY.replace("REALM", "null"), encoding="utf-8")
    assert interest_of(load(path).policy).realm is None
