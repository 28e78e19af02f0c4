"""A group that is evaluated more rarely than a sample lasts: what it records has gaps.

A sample stands in for a newer one for the server's lookback, 5 minutes by default. A series recorded every 10
minutes is there for the first 5 and gone for the next; whatever reads it by name is empty half of the time. Give the
group a shorter interval. For a group of alerts alone only ``ALERTS`` has the gaps, which is worth knowing.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.durations import format_duration
from gonogo.lint.check import Check, Example
from gonogo.lint.estate import Estate
from gonogo.lint.finding import Hit, Severity


def find(estate: Estate) -> Iterator[Hit]:
    """List the groups whose series go away between two evaluations."""
    for file in estate.files:
        for first in (rule for rule in file.rules if rule.place == 0):
            interval = estate.interval_of(first.group)
            if interval <= estate.lookback:
                continue
            records = any(rule.group is first.group and not rule.is_alert for rule in file.rules)
            gone = "what it records" if records else "ALERTS, for its alerts,"
            yield Hit(
                first.at_group("interval"),
                f"group {first.group.name!r} is evaluated every {format_duration(interval)}, and a sample lasts "
                f"{format_duration(estate.lookback)}: {gone} is gone in between; evaluate it more often",
                severity=None if records else Severity.INFO,
            )


_RULES = "groups: [{{name: slow, interval: {}, rules: [{{record: 'job:up:sum', expr: sum by (job) (up)}}]}}]\n"

CHECK = Check(
    id="interval-over-lookback",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _RULES.format("10m")}),
    good=Example({"rules.yml": _RULES.format("5m")}),
)
