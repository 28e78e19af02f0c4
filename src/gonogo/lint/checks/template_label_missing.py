"""The text of an alert names a label that the expression has lost, so the text has a gap there.

Templates see the labels of the expression's result, not those of the rule or of the server. ``sum by (job) (…)`` keeps
only ``job``, ``absent()`` keeps only the labels that its selector sets by ``=``, and ``vector()`` has none:
``$labels.instance`` is then always empty. Keep the label in ``by``, copy it by ``group_left``, or remove it from the
text. A label that the template tests by ``if`` or ``with`` may be missing. If a recording rule loses the label and
series of that name may come from elsewhere, this is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.label_loss import loser, loss
from gonogo.lint.template.reading import AlertText


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the labels in templates that are always absent."""
    for text in estate.alert_texts:
        if text.template.labels and text.rule.nodes:
            yield from _missing(estate, text)


def _missing(estate: Estate, text: AlertText) -> Iterator[Hit]:
    rule, root = text.rule, text.rule.nodes[0]
    known = estate.expected_labels.of(rule.rule)
    for use in text.template.labels:
        if known[id(root)].of(use.label).is_absent:
            why = loss(loser(root, use.label, known), use.label)
            message = f"{use.label!r} is always empty in {text.what}: {why}; keep the label, or remove it here"
            certain = estate.proven_labels.result(rule.rule).of(use.label).is_absent
            yield rule.hit(text.at(use.offset, use.length), message, None if certain else Severity.WARNING)


_BAD = """\
groups:
  - name: web
    rules:
      - alert: Errors
        expr: sum by (job) (rate(errors_total[5m])) > 1
        annotations:
          summary: "{{ $labels.instance }} of {{ $labels.job }} fails"
"""

CHECK = Check(
    id="template-label-missing",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace("by (job)", "by (job, instance)")}),
)
