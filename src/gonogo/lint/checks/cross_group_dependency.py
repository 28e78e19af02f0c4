"""A rule reads what another group records: it sees values up to that group's whole interval old.

Groups are evaluated each at its own moment, side by side. A record of another group is as old as its last
evaluation, and beside raw series it belongs to an earlier time. Put rules that build on one another into one group,
in their order. A record of a slower group stands still over several evaluations: ``rate``, ``changes`` and the like
see steps, and ``for`` counts one value as many. That is a warning; mere lag is worth knowing.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.durations import format_duration
from gonogo.lint.check import Check, Example
from gonogo.lint.estate import Estate
from gonogo.lint.finding import Hit, Severity
from gonogo.lint.records import Reading, readings


def find(estate: Estate) -> Iterator[Hit]:
    """List what recording rules read of other groups, each metric once a rule."""
    seen: set[tuple[int, str]] = set()
    found = tuple(readings(estate))
    inside = {(id(reading.reader), reading.record.name) for reading in found if _together(reading)}
    for reading in found:
        reader, record = reading.reader, reading.record
        key = (id(reader), record.name)
        if reader.is_alert or key in seen or key in inside:
            continue
        seen.add(key)
        interval, own = estate.interval_of(record.group), estate.interval_of(reader.group)
        yield reader.hit(
            reader.at(reading.selector),
            f"{record.name} is recorded by group {record.group.name!r} every {format_duration(interval)}, so it is up "
            f"to that old here; move both rules into one group, in their order",
            None if interval > own else Severity.INFO,
        )


def _together(reading: Reading) -> bool:
    return reading.reader.group is reading.record.group


_BAD = """\
groups:
  - name: hourly
    interval: 5m
    rules:
      - record: job:requests:rate5m
        expr: sum by (job) (rate(requests_total[5m]))
  - name: ratios
    interval: 30s
    rules:
      - record: job:errors:ratio5m
        expr: sum by (job) (rate(errors_total[5m])) / job:requests:rate5m
"""

_GOOD = """\
groups:
  - name: ratios
    interval: 30s
    rules:
      - record: job:requests:rate5m
        expr: sum by (job) (rate(requests_total[5m]))
      - record: job:errors:ratio5m
        expr: sum by (job) (rate(errors_total[5m])) / job:requests:rate5m
"""

CHECK = Check(
    id="cross-group-dependency",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _GOOD}),
)
