"""How sure it is what labels a rule's parts cannot have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gonogo.lint.estate import Estate, LintedRule
from gonogo.lint.finding import Severity
from gonogo.lint.labels.label_set import LabelSet
from gonogo.rules.tree import Vector


def known_labels(estate: Estate, rule: LintedRule) -> Iterator[tuple[Mapping[int, LabelSet], Severity | None]]:
    """Give the labels of a rule's nodes: what is certain, then what recorded series make likely.

    The second is only worth a warning: series of the same name may come from elsewhere
    with other labels (by federation, from rules that were not given).
    """
    yield estate.labels.of(rule.rule), None
    if estate.labels is not estate.expected_labels and any(
        estate.expected_labels.makers(node) for node in rule.nodes if isinstance(node, Vector)
    ):
        yield estate.expected_labels.of(rule.rule), Severity.WARNING
