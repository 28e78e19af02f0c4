"""gonogo cannot read an expression, so no check has examined it.

The checks of expressions, labels and windows report nothing about such a rule, so a clean report would prove nothing.
The expression may still be PromQL: it is nested too deeply, a duration in it never has a value, or promtool reads it
and gonogo does not. In the rule files of vmalert it may be MetricsQL. Record parts of the expression by rules of their
own.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.formats.dialect import Dialect
from gonogo.lint.core.arbiter import newest
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.refusal import Refusal, Unjudged


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the expressions that gonogo cannot read, except those that no version of Prometheus reads."""
    accepted = newest(estate.arbiters).accepted if estate.arbiters else frozenset[str]()
    others = estate.dialect is Dialect.VICTORIA_METRICS
    unread = [
        (rule, rule.read)
        for file in estate.files
        for rule in file.rules
        if isinstance(rule.read, Unjudged) or (isinstance(rule.read, Refusal) and (others or file.path in accepted))
    ]
    for rule, refusal in unread:
        message = (
            f"gonogo cannot read {len(unread)} of {len(estate.rules)} expressions, so no check has examined them; "
            f"this one because {refusal}"
        )
        yield rule.hit(rule.at_part(refusal.start, refusal.end), message)


_BAD = """\
groups:
  - name: web
    rules:
      - record: errors:rate
        expr: rate(errors_total[10m / (1m - 1m)])
"""

CHECK = Check(
    id="unread-expression",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace("(1m - 1m)", "2")}),
)
