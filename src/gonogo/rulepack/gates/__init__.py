"""The gates of the preset, one in each file: its question, its signals, and the record that it registers."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from gonogo.model.policy import Policy, Signal

CLOCK_AHEAD_HOURS = -0.0014
"""The least age of a timestamp, in hours: a clock may be 5 s ahead of the server's."""


class PresetGate(Struct, frozen=True):
    """A gate of the preset.

    Attributes:
        name: the name of the gate in the policy and in every report.
        signals: the signals that the conditions of the gate read. The function takes a policy whose ``signals`` and
            ``gates`` may still be empty.
        template: the name of the gate's files in ``rulepack/templates``: ``NAME.yml`` has its rules and alerts,
            ``NAME_test.yml`` their tests.
    """

    name: str
    signals: Callable[[Policy], tuple[Signal, ...]]
    template: str
