"""A label of an alert shows the measured value, so every change of the value makes another alert.

An alert is identified by its labels. If a label holds the value, the alert starts again whenever the value changes:
``for`` never passes, notifications repeat, and silences and groups do not hold. Put the value into an annotation. A
label that only depends on a comparison of the value (``{{ if gt $value 90.0 }}…``) is fine, and so is the value of an
expression that is one number (``up == 0``).
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.selectors import ABSENCE_FUNCTIONS
from gonogo.promql.tree import Binary, Call, Expression, Number


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the places where labels show the value."""
    for text in estate.alert_texts:
        if text.section == "labels" and text.template.values and not _constant(text.rule.tree):
            for shown in text.template.values:
                message = (
                    f"{text.what} shows the value: each change of the value makes another alert, and 'for' starts "
                    "again; show the value in an annotation"
                )
                yield text.rule.hit(text.at(shown.offset, shown.length), message)


def _constant(tree: Expression | None) -> bool:
    """Return whether an expression always has the same value. An unreadable expression counts as constant."""
    match tree:
        case None | Number() | Call(function="vector", arguments=(Number(),)):
            return True
        case Call(function=function):
            return function in ABSENCE_FUNCTIONS
        case Binary(operator="==", left=left, right=right, boolean=False):
            return isinstance(left, Number) or isinstance(right, Number)
        case Binary(operator="and" | "unless", left=left):
            return _constant(left)
        case Binary(operator="or", left=left, right=right):
            return _constant(left) and _constant(right)
        case _:
            return False


_BAD = """\
groups:
  - name: web
    rules:
      - alert: Slow
        expr: latency_seconds > 1
        for: 5m
        labels:
          latency: "{{ $value | humanizeDuration }}"
"""

CHECK = Check(
    id="value-in-label",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace("labels:", "annotations:")}),
)
