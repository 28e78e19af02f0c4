"""The record that one file of ``gonogo.rulepack.gates`` registers: the signals of a gate, and their rules."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from gonogo.model.policy import Policy, Signal
from gonogo.model.rule import Rule
from gonogo.model.scenario import ScenarioFile


@dataclass(frozen=True, slots=True)
class PresetGate:
    """A gate of the preset.

    The functions take a policy whose ``signals`` and ``gates`` may still be empty. All but
    ``signals`` also take the interval of the group that will evaluate the rules.

    Attributes:
        name: the name of the gate in the policy and in every report.
        signals: the signals that the conditions of the gate read.
        rules: the recording rules that make those signals, in order of evaluation.
        alerts: the alerts that warn a person before the gate fails.
        tests: unit tests of the recording rules, written from the meaning of the rules.
    """

    name: str
    signals: Callable[[Policy], tuple[Signal, ...]]
    rules: Callable[[Policy, timedelta], tuple[Rule, ...]]
    alerts: Callable[[Policy, timedelta], tuple[Rule, ...]]
    tests: Callable[[Policy, timedelta], tuple[ScenarioFile, ...]]
