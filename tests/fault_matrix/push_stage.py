"""The stage on which the heartbeat is read through the Pushgateway."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import yaml

from gonogo.heartbeat.pushgateway import PushGroup
from gonogo.heartbeat.rhythm import heartbeat_writer
from gonogo.policy.heartbeat import load_heartbeat
from gonogo.policy.load import load
from gonogo.rulepack.gates.catalogue import PRESET_GATES
from gonogo.rulepack.write import WrittenFile, write_rules
from gonogo.sandbox.sources import INSTANCE, FeedJob
from gonogo.sandbox.stack import Stack
from gonogo.sandbox.story import HEALTHY
from gonogo.sandbox.traffic import Traffic
from tests.fault_matrix.sources_stage import forget, small_stage
from tests.fault_matrix.stage import INTERVAL, Stage

OFTEN = timedelta(seconds=1)
PUSH_MAX_AGE = "4s"
"""Short, so that a job that died is noticed while the test waits; the default is ``heartbeat.fresh``."""


@contextmanager
def push_stage() -> Iterator[Stage]:
    """Start a stage with a heartbeat that is pushed every second, and judged by its pushed copy."""
    with small_stage(read_by_push) as place:
        forget(place, f'{{__name__=~"{place.prefix}_heartbeat_.*",via="textfile"}}')
        try:
            yield place
        finally:
            place.stack.traffic.stop()


def read_by_push(stack: Stack) -> None:
    """Let the rules read the pushed copy, and judge nothing but the heartbeat."""
    signals = ("heartbeat_ok", "heartbeat_fresh_120s", "heartbeat_changes_6m")

    def change(root: dict[str, Any]) -> None:
        root["heartbeat"] |= {"pushgateway": stack.pushgateway.url, "read": "push"}
        root["signals"] = {name: {"push_max_age": PUSH_MAX_AGE} for name in signals}
        only(root, "heartbeat")

    other_policy(stack, change)
    traffic = stack.traffic
    traffic.stop()
    stack.traffic = Traffic(
        HEALTHY,
        heartbeat_writer(load_heartbeat(stack.layout.policy), instance=INSTANCE),
        stack.layout.textfile_dir / f"{stack.policy_file.policy.prefix}_traffic.prom",
        PushGroup.at(stack.pushgateway.url, {"job": FeedJob.REHEARSAL.value, "instance": INSTANCE}),
        end=stack.end,
        interval=stack.interval,
        every=OFTEN,
        say=lambda _: None,
    )
    stack.traffic.start()


def only(root: dict[str, Any], *gates: str) -> None:
    """Leave the other gates of the preset out, and of the runs all but the lint."""
    root["gates"] = {gate.name: None for gate in PRESET_GATES if gate.name not in gates}
    root["dry_run"] = {"certify": ["share(heartbeat_ok == 1) >= 0.999"]}
    root["runs"] = {"required": ["obs-lint"]}


def other_policy(stack: Stack, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the policy, write the rules and tests that it needs now, and load them."""
    root = yaml.safe_load(stack.layout.policy.read_text(encoding="utf-8"))
    change(root)
    stack.layout.policy.write_text(yaml.safe_dump(root, sort_keys=False), encoding="utf-8")
    stack.policy_file = load(stack.layout.policy)
    written = write_rules(stack.policy_file.policy, INTERVAL, stack.layout.rules.parent, stack.layout.tests)
    for file in written:
        if file.change is WrittenFile.LEFT_OVER:
            file.path.unlink()
    stack.reload()
