"""What one file of ``gonogo.rulepack.gates`` registers: a gate's signals, and the rules that make them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from gonogo.model.policy import Policy
from gonogo.model.rule import Rule
from gonogo.model.scenario import ScenarioFile
from gonogo.model.signal import Signal


@dataclass(frozen=True, slots=True)
class PresetGate:
    """A gate of the preset.

    The functions take a policy whose ``signals`` and ``gates`` may still be empty;
    ``rules`` also takes the interval of the group that will evaluate them.

    Attributes:
        name: as the policy's ``gates`` and every report name it.
        signals: the signals its conditions read.
        rules: the recording rules that make those signals, in order of evaluation.
        alerts: the alerts that tell a person before the gate has to.
        tests: unit tests of the recording rules, from their meaning.
    """

    name: str
    signals: Callable[[Policy], tuple[Signal, ...]]
    rules: Callable[[Policy, timedelta], tuple[Rule, ...]]
    alerts: Callable[[Policy, timedelta], tuple[Rule, ...]]
    tests: Callable[[Policy, timedelta], tuple[ScenarioFile, ...]]
