"""A rule reads a record of another group: the value may be as old as that group's whole interval.

Every group is evaluated at its own time. A record of another group is as old as that group's last evaluation, so next
to raw series it belongs to an earlier time. Put rules that depend on one another into one group, in their order. If the
other group is slower, its record does not change over several evaluations, and if its interval exceeds the lookback,
the record is absent in between. These two cases are warnings. A mere delay is a note. A range at least as long as the
other group's interval shows that the author knew about the delay, and is not reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.durations import format_duration
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.sampling import RecordUse


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the instant reads of other groups' records in recording rules, each metric once a rule."""
    found = [reading for reading in estate.record_uses if not reading.reader.is_alert]
    inside = {_key(reading) for reading in found if reading.in_one_group}
    slowest: dict[tuple[int, str], RecordUse] = {}
    for reading in found:
        key, interval = _key(reading), estate.interval_of(reading.record.group)
        known = slowest.get(key)
        late = known is None or estate.interval_of(known.record.group) < interval
        if key not in inside and reading.span < interval and late:
            slowest[key] = reading
    for reading in slowest.values():
        yield _hit(reading, estate)


def _key(reading: RecordUse) -> tuple[int, str]:
    return id(reading.reader), reading.record.name


def _hit(reading: RecordUse, estate: Estate) -> Hit:
    record = reading.record
    interval, own = estate.interval_of(record.group), estate.interval_of(reading.reader.group)
    gone = f", and absent for part of that time (a sample lasts {format_duration(estate.lookback)})"
    return reading.reader.hit(
        reading.reader.at(reading.selector),
        f"{record.name} is recorded by group {record.group.name!r} every {format_duration(interval)}, "
        "so its value here is "
        f"up to that old{gone if interval > estate.lookback else ''}; move both rules into one group, in their order",
        None if interval > min(own, estate.lookback) else Severity.INFO,
    )


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
