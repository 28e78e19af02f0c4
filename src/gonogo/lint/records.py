"""Which rules read what other rules record, selector by selector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gonogo.lint.estate import Estate, LintedRule
from gonogo.rules.selectors import Selector
from gonogo.rules.tree import NAME_LABEL, Vector


@dataclass(frozen=True, slots=True)
class Reading:
    """A selector of one rule that finds the series of another."""

    reader: LintedRule
    selector: Vector
    record: LintedRule


def readings(estate: Estate) -> Iterator[Reading]:
    """List every selector by name that finds what a recording rule makes, with each such rule."""
    records: dict[str, list[LintedRule]] = {}
    for record in estate.recording:
        records.setdefault(record.name, []).append(record)
    for reader in estate.rules:
        for node in reader.nodes:
            if isinstance(node, Vector) and node.metric in records:
                for record in records[node.metric]:
                    if not node.matchers or Selector.of(node).may_match(_labels(record)):
                        yield Reading(reader, node, record)


def _labels(record: LintedRule) -> dict[str, str]:
    return {**record.rule.labels, NAME_LABEL: record.name}
