"""A rule reads a metric that a later rule of its group records, so it always sees the previous value.

The rules of a group are evaluated from top to bottom. A rule above the record reads the result of the previous
evaluation, one interval old, and after the server's first evaluation nothing at all. Newer servers may evaluate
independent rules at once, and order rules by what they read. Move the rule below the record that it reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the reads of a metric before any rule of the group has recorded it, each metric once a rule."""
    found = [reading for reading in estate.record_uses if reading.in_one_group]
    done = {(id(one.reader), one.record.name) for one in found if one.record.place <= one.reader.place}
    for reading in found:
        key = (id(reading.reader), reading.record.name)
        if key not in done:
            done.add(key)
            yield reading.reader.hit(
                reading.reader.at(reading.selector),
                f"{reading.record.name} is recorded further down in this group, so this rule reads its value of the "
                "previous evaluation; move this rule below that one",
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
