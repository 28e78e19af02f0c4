"""Promtool refuses it, and so does the server: the whole file, and at a reload every file, is not loaded.

promtool is the arbiter of what is valid; no reader of rules is closer to the server than the server's own. What
`syntax` says of the same rule or line is not said twice. See the version that was asked with `promtool --version`:
a newer server may take what an older promtool refuses. With `prometheus.dialect: victoriametrics` vmalert is the
arbiter, and promtool is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.errors import Position
from gonogo.lint.core.arbiter import Arbiter, ArbiterRefusal
from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Hit, Severity, Span


def find(estate: Estate) -> Iterator[Hit]:
    """List what the first arbiter refuses; a second promtool is heard by ``promtool-disagree``."""
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
