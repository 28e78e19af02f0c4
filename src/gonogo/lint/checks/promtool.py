"""promtool refuses a file, and so does the server: it loads nothing of the file and, at a reload, no file at all.

promtool decides what is valid, because no other reader of rules is closer to the server. What `syntax` reports about
the same rule or line is not reported twice. `promtool --version` shows the version that was asked: a newer server may
accept files that an older promtool refuses. With `prometheus.dialect: victoriametrics` vmalert decides, and promtool is
not asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Position
from gonogo.lint.core.arbiter import Arbiter, ArbiterRefusal
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.model.finding import Span


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the refusals of the first arbiter. ``promtool-disagree`` reports those of a second promtool."""
    for arbiter in estate.arbiters[:1]:
        for refusal in arbiter.refusals:
            name = f"{arbiter.name} {arbiter.version}".rstrip()
            message = f"{name} refuses this: {refusal.message}"
            yield Hit(refusal.where, message, refusal.rule)


_BAD = "groups: [{name: web, rules: [{alert: Down, expr: 'up == 0', for: 5}]}]\n"
_REFUSAL = ArbiterRefusal(Span(Position("rules.yml", 1, 1)), 'not a valid duration string: "5"')

CHECK = Check(
    id="promtool",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"rules.yml": _BAD}, {"arbiters": (Arbiter("promtool", "2.42.0", refusals=(_REFUSAL,)),)}),
    good=Example(
        {"rules.yml": _BAD.replace("for: 5}", "for: 5m}")},
        {"arbiters": (Arbiter("promtool", "2.42.0", frozenset({"rules.yml"})),)},
    ),
)
