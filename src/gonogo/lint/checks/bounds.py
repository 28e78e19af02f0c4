"""A ``for``, a ``keep_firing_for`` or an interval is outside the bounds of the organisation's requirements.

A ``for`` of hours means that customers notice the fault first. Without a ``for`` a short glitch wakes somebody. An
interval of a second costs the server much, and an interval of an hour hides events. Opt-in: the requirements set bounds
for ``for``, ``keep_firing_for`` and the interval of groups. The interval is the one in effect, which may come from the
server's configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.lint.core.requirements import Bounds, Requirements


def find(estate: Estate, wanted: Requirements) -> Iterator[Hit]:
    """Yield the durations that are too short or too long. ``keep_firing_for`` is checked only if it is set."""
    for rule in estate.rules:
        if rule.is_alert and (why := _outside(wanted.held, rule.rule.held)):
            yield rule.hit(rule.at_key("for"), f"'for' is {why}")
        if (kept := rule.rule.keep_firing) and (why := _outside(wanted.keep_firing, kept)):
            yield rule.hit(rule.at_key("keep_firing_for"), f"'keep_firing_for' is {why}")
        if rule.place == 0 and (why := _outside(wanted.interval, estate.interval_of(rule.group))):
            message = f"the interval of group {rule.group.name!r} is {why}"
            yield Hit(rule.at_group("interval"), message, group=rule.group.name)


def _outside(bounds: Bounds, duration: timedelta) -> str:
    written = format_duration(duration)
    if bounds.least is not None and duration < bounds.least:
        return f"{written}; it must be {format_duration(bounds.least)} or more"
    if bounds.most is not None and duration > bounds.most:
        return f"{written}; it must be {format_duration(bounds.most)} or less"
    return ""


_FACTS = {"requirements": Requirements(held=Bounds(timedelta(minutes=1), timedelta(hours=1)))}
_RULES = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: {}}}]}}]\n"

CHECK = Check(
    id="bounds",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.requirements, find),
    bad=Example({"rules.yml": _RULES.format("2h")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("5m")}, _FACTS),
)
