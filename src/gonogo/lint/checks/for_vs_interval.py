"""A ``for`` is not a whole number of evaluation intervals, so the alert waits longer than it says.

The state of an alert changes only when its group is evaluated. With an interval of 1 minute, ``for: 30s`` waits 1
minute, and ``for: 90s`` waits 2 minutes. The same holds for ``keep_firing_for``. Write the real waiting time, or
evaluate the group more often. Checked only if the interval is known: from the group, or from the server's
configuration.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.durations import format_duration
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the waits that end between two evaluations."""
    for rule in estate.alerts:
        if rule.group.interval is None and estate.configuration is None:
            continue
        interval = estate.interval_of(rule.group)
        for key, wait in (("for", rule.rule.held), ("keep_firing_for", rule.rule.keep_firing)):
            if not wait % interval:
                continue
            yield rule.hit(
                rule.at_value(key),
                f"'{key}: {format_duration(wait)}' lasts {format_duration(-(-wait // interval) * interval)}, because "
                f"the group is evaluated every {format_duration(interval)}; write that duration, or evaluate the group "
                "more often",
            )


_RULES = "groups: [{{name: web, interval: 1m, rules: [{{alert: Down, expr: up == 0, for: {}}}]}}]\n"

CHECK = Check(
    id="for-vs-interval",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _RULES.format("30s")}),
    good=Example({"rules.yml": _RULES.format("1m")}),
    requires=lambda estate: estate.configuration,
)
