"""Finds the selectors that read series which other rules record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.estate import Estate
from gonogo.promql.tree import Expression, Range, Subquery, Vector, walk


@dataclass(frozen=True, slots=True)
class RecordUse:
    """A selector of one rule that finds the series of another. ``span`` is how far back it looks, 0 for an instant."""

    reader: WrittenRule
    selector: Vector
    record: WrittenRule
    span: timedelta

    @property
    def in_one_group(self) -> bool:
        """True if one group holds both rules."""
        return self.reader.group is self.record.group


def readings(estate: Estate) -> Iterator[RecordUse]:
    """Yield every named selector that finds a recorded series, with the first such recording rule of each group."""
    records: dict[str, dict[int, list[WrittenRule]]] = {}
    for record in estate.recording:
        records.setdefault(record.name, {}).setdefault(id(record.group), []).append(record)
    for reader in estate.rules:
        spans: dict[int, timedelta] = {}
        for node in reader.nodes:
            if isinstance(node, Range | Subquery):
                for vector in _below(node):
                    spans[id(vector)] = spans.get(id(vector), timedelta(0)) + node.range
            elif isinstance(node, Vector) and node.metric in records:
                for group in records[node.metric].values():
                    if first := next((one for one in group if _may_find(node, one.rule.labels)), None):
                        yield RecordUse(reader, node, first, spans.get(id(node), timedelta(0)))


def _below(node: Range | Subquery) -> Iterator[Expression]:
    return iter((node.vector,)) if isinstance(node, Range) else walk(node.inner)


def _may_find(selector: Vector, labels: Mapping[str, str]) -> bool:
    """Return whether a selector can find a recorded series: no static label of the record contradicts a matcher."""
    return not labels or all(one.accepts(labels[one.label]) for one in selector.matchers if one.label in labels)
