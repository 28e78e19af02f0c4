"""The end of a policy of the preset that asks only for the heartbeat."""

from __future__ import annotations

from gonogo.rulepack.gates.catalogue import PRESET_GATES

_NO_OTHER_GATE = "".join(f"  {gate.name}: null\n" for gate in PRESET_GATES if gate.name != "heartbeat")
ONLY_THE_HEARTBEAT = f"""\
slos: []
gates:
{_NO_OTHER_GATE}dry_run: {{certify: null}}
runs: {{required: []}}
rules: [rules/*.yml]
tests: []
"""
