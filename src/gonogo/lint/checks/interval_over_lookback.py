"""A group is evaluated less often than a sample lasts, so its recorded series have gaps.

A sample stands in for a newer one during the server's lookback, 5 minutes by default. A series recorded every 10
minutes exists for 5 minutes and is absent for the next 5. Every rule that reads the series by name finds nothing half
of the time. Give the group a shorter interval. In a group with alerts only, just ``ALERTS`` has gaps, which is a note.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.durations import format_duration
from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the groups whose series are absent between two evaluations."""
    slow: dict[int, list[WrittenRule]] = {}
    for rule in estate.rules:
        if estate.interval_of(rule.group) > estate.lookback:
            slow.setdefault(id(rule.group), []).append(rule)
    bridged = _bridged(estate) if slow else frozenset()
    for rules in slow.values():
        first, recorded = rules[0], {rule.name for rule in rules if not rule.is_alert}
        gone = "every series that it records" if recorded else "ALERTS, for its alerts,"
        yield Hit(
            first.at_group("interval"),
            f"group {first.group.name!r} is evaluated every {format_duration(estate.interval_of(first.group))}, and a "
            f"sample lasts {format_duration(estate.lookback)}: {gone} is absent in between; evaluate "
            "the group more often",
            severity=Severity.INFO if recorded <= bridged else None,
            group=first.group.name,
        )


def _bridged(estate: Estate) -> frozenset[str]:
    """Return the records that other groups read only over a range long enough to bridge the gap."""
    read: dict[str, bool] = {}
    for reading in estate.record_uses:
        if not reading.in_one_group:
            bridges = reading.span >= estate.interval_of(reading.record.group)
            read[reading.record.name] = bridges and read.get(reading.record.name, True)
    return frozenset(name for name, bridges in read.items() if bridges)


_RULES = "groups: [{{name: slow, interval: {}, rules: [{{record: 'job:up:sum', expr: sum by (job) (up)}}]}}]\n"

CHECK = Check(
    id="interval-over-lookback",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _RULES.format("10m")}),
    good=Example({"rules.yml": _RULES.format("5m")}),
    requires=lambda estate: estate.configuration,
)
