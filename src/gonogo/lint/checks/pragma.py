"""A comment that should silence a check silences nothing: it is misspelled, has no reason, or belongs to no rule.

`# gonogo: disable=CHECK reason` on a line of a rule, in its block or right above it silences checks for that rule.
`# gonogo: disable-file=CHECK reason` above the first group silences checks for the file. Several checks are separated
by commas. In `prometheus.yml` and `alertmanager.yml` a pragma is for its own line, or, on a line of its own, for the
next line or list item. Without a reason nobody can decide later if the pragma is still right. `syntax`, `promtool`,
`promtool-disagree`, `rule-file-outside` and this check itself cannot be silenced: no reason makes a server load a file
that it cannot read, or makes a record cover a file that it does not name. A pragma that does not work is an error,
because its author believes that it works. A correct pragma whose check finds nothing any more is only a note, because
with other files or a server the check may find something again.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.catalogue import checks
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.pragmas import PRAGMA, faults, pragmas


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the pragmas that do not work."""
    for file in estate.files:
        for fault in faults(pragmas(file, checks())):
            yield Hit(fault.where, fault.message, fault.rule)


_RULES = """\
groups:
- name: web
  rules:
  # gonogo: disable=no-comparison{reason}
  - alert: Watchdog
    expr: up
"""

CHECK = Check(
    id=PRAGMA,
    severity=Severity.ERROR,
    find=find,
    bad=Example({"rules.yml": _RULES.format(reason="")}),
    good=Example({"rules.yml": _RULES.format(reason=" shall always fire, so that silence is noticed")}),
)
