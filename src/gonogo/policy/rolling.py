"""Finds the time over which each signal of the preset looks back, from the rules that make it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from gonogo.durations import parse_duration
from gonogo.model.policy import Policy

_RANGE = re.compile(r"\[([0-9a-z]+)(?::[0-9a-z]*)?\]")
_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")


def rolling_windows(policy: Policy, interval: timedelta) -> Mapping[str, timedelta]:
    """Return the longest range of each recorded metric. The ranges of recorded metrics that it reads count too.

    A metric without any range is left out.
    """
    from gonogo.rulepack.gates.catalogue import PRESET_GATES  # noqa: PLC0415 - a policy without the preset does not pay for it

    windows: dict[str, timedelta] = {}
    for gate in PRESET_GATES:
        for rule in gate.rules(policy, interval):
            under = [parse_duration(text) for text in _RANGE.findall(rule.expression)]
            under += [windows[name] for name in _NAME.findall(rule.expression) if name in windows]
            if under:
                windows[rule.name] = max([*under, *([windows[rule.name]] if rule.name in windows else [])])
    return windows
