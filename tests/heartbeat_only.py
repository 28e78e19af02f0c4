"""The end of a policy of the preset that asks only for the heartbeat."""

from __future__ import annotations

ONLY_THE_HEARTBEAT = """\
slos: []
gates:
  error-budget-burn-ok: null
  canary-quorum-pass: null
  dr-rehearsal-24h-pass: null
  stability: null
  uptime: null
dry_run: {certify: null}
runs: {required: []}
rules: [rules/*.yml]
tests: []
"""
