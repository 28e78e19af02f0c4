"""A rule reads a metric that a later rule of its group records: it always sees the value before.

The rules of a group are evaluated from top to bottom. What stands further up reads the result of the last
evaluation, one interval old, and nothing at all after the server's first. Newer servers may evaluate rules that do
not depend on each other at once, and order them by what they read. Move the rule below what it reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.records import readings
from gonogo.model.finding import Hit, Severity


def find(estate: Estate) -> Iterator[Hit]:
    """List what is read before any rule of the group has recorded it, each metric once a rule."""
    found = [reading for reading in readings(estate) if reading.in_one_group]
    told = {(id(one.reader), one.record.name) for one in found if one.record.place <= one.reader.place}
    for reading in found:
        key = (id(reading.reader), reading.record.name)
        if key not in told:
            told.add(key)
            yield reading.reader.hit(
                reading.reader.at(reading.selector),
                f"{reading.record.name} is recorded further down in this group, so this reads its value of one "
                "evaluation ago; move this rule below that one",
            )


_RECORD = """\
      - record: job:requests:rate5m
        expr: sum by (job) (rate(requests_total[5m]))
"""
_ALERT = """\
      - alert: NoRequests
        expr: job:requests:rate5m == 0
        for: 10m
"""
_GROUP = "groups:\n  - name: web\n    rules:\n"

CHECK = Check(
    id="record-before-definition",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _GROUP + _ALERT + _RECORD}),
    good=Example({"rules.yml": _GROUP + _RECORD + _ALERT}),
)
