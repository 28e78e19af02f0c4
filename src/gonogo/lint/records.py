"""Which rules read what other rules record, selector by selector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from gonogo.lint.estate import Estate, LintedRule
from gonogo.rules.tree import Range, Subquery, Vector, walk


@dataclass(frozen=True, slots=True)
class Reading:
    """A selector of one rule that finds the series of another; ``span`` is how far back it looks, 0 for an instant."""

    reader: LintedRule
    selector: Vector
    record: LintedRule
    span: timedelta

    @property
    def in_one_group(self) -> bool:
        """Whether both rules are evaluated together."""
        return self.reader.group is self.record.group


def readings(estate: Estate) -> Iterator[Reading]:
    """List every selector by name that finds what a recording rule makes, with each such rule."""
    records: dict[str, list[LintedRule]] = {}
    for record in estate.recording:
        records.setdefault(record.name, []).append(record)
    for reader in estate.rules:
        spans: dict[int, timedelta] = {}
        for node in reader.nodes:
            if isinstance(node, Range | Subquery):
                spans.update(_spans(node))
            elif isinstance(node, Vector) and node.metric in records:
                span = spans.get(id(node), timedelta(0))
                for record in records[node.metric]:
                    if _may_find(node, record.rule.labels):
                        yield Reading(reader, node, record, span)


def _spans(node: Range | Subquery) -> Iterator[tuple[int, timedelta]]:
    """Give how far back the selectors under a node look, by their ``id()``."""
    if isinstance(node, Range):
        yield id(node.vector), node.range
    else:
        yield from ((id(part), node.range) for part in walk(node.inner))


def _may_find(selector: Vector, labels: Mapping[str, str]) -> bool:
    """Tell whether no static label of a record contradicts a selector."""
    return not labels or all(one.accepts(labels[one.label]) for one in selector.matchers if one.label in labels)
