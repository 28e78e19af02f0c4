"""A comment that is to silence a check and silences nothing: misspelled, without a reason, or about no rule.

`# gonogo: disable=CHECK reason` on a line of a rule, in its block or right above it silences checks for that rule,
`# gonogo: disable-file=CHECK reason` above the first group for the file; several checks are separated by commas. In
`prometheus.yml` and `alertmanager.yml` it is for its own line, or, on a line of its own, for the line or the item of
a list right below. Without a reason nobody can tell later whether it still holds. `syntax`, `promtool`,
`promtool-disagree`, `rule-file-outside` and this check itself cannot be silenced: no reason makes a server load what
it cannot read, or a record hold what it does not name. A pragma that does not work is an error, since whoever wrote
it believes that it does. That nothing is found any more where a good pragma stands is merely worth knowing: with
other files or a server at hand the check may speak again.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.catalogue import checks
from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.pragmas import PRAGMA, faults, pragmas
from gonogo.model.finding import Hit, Severity


def find(estate: Estate) -> Iterator[Hit]:
    """List the pragmas that do not work."""
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
