"""The sampling interval of series, as far as rules and configuration prove it, and the reads of recorded series.

A recorded series gets one sample at every evaluation of its group. A scraped series gets one at every scrape of its
job. Only matchers show which job that is, so there may be several candidates. Relabelling and ``honor_labels`` are not
considered: a selector that fits no job may belong to any of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct, field

from gonogo.formats.prometheus_config import Configuration, ScrapeJob
from gonogo.formats.sources import WrittenRule
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import Expression, Matcher, Range, Subquery, Vector, walk

if TYPE_CHECKING:
    from gonogo.lint.core.estate import Estate


class Pace(Struct, frozen=True, order=True):
    """The sampling interval of a series, and its source, such as ``job 'node' scrapes``."""

    interval: timedelta
    source: str


class Sampling(Struct, frozen=True):
    """The known sampling intervals of an estate's series."""

    estate: Estate
    _known: dict[tuple[Matcher, ...], tuple[Pace, ...]] = field(default_factory=dict)

    def paces(self, vector: Vector) -> tuple[Pace, ...]:
        """Return the paces that the series of a selector may have, the quickest first; none if they are not known."""
        graph = self.estate.graph
        if vector.metric is None:
            return ()
        if graph.recorded_by(vector.metric):
            recorded = {self._recorded(self.estate.by_rule[id(rule)]) for rule in graph.makers(Selector.of(vector))}
            known = {pace for pace in recorded if pace is not None}
            return tuple(sorted(known)) if known == recorded else ()
        if (configuration := self.estate.configuration) is None:
            return ()
        if vector.matchers not in self._known:
            self._known[vector.matchers] = _scraped(configuration, vector.matchers)
        return self._known[vector.matchers]

    def _recorded(self, rule: WrittenRule) -> Pace | None:
        if rule.group.interval is None and self.estate.configuration is None:
            return None
        return Pace(self.estate.interval_of(rule.group), f"group {rule.group.name!r} is evaluated")


def _scraped(configuration: Configuration, matchers: tuple[Matcher, ...]) -> tuple[Pace, ...]:
    named = any(matcher.label == "job" and not matcher.accepts("") for matcher in matchers)
    fitting = tuple(job for job in configuration.jobs if _fits(job, matchers))
    if configuration.outside and not (named and fitting):
        return ()
    jobs = {Pace(job.interval, f"job {job.name!r} scrapes") for job in fitting or configuration.jobs}
    return tuple(sorted(jobs or {Pace(configuration.scrape_interval, "the server scrapes")}))


def _fits(job: ScrapeJob, matchers: tuple[Matcher, ...]) -> bool:
    labels = {"job": job.name, **job.labels}
    return all(matcher.accepts(labels[matcher.label]) for matcher in matchers if matcher.label in labels)


class RecordUse(Struct, frozen=True):
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
            if isinstance(node, Vector):
                for group in records.get(node.metric or "", {}).values():
                    if first := next((one for one in group if _may_find(node, one.rule.labels)), None):
                        yield RecordUse(reader, node, first, spans.get(id(node), timedelta(0)))
            elif isinstance(node, Range | Subquery):
                for vector in _below(node):
                    spans[id(vector)] = spans.get(id(vector), timedelta(0)) + node.range


def _below(node: Range | Subquery) -> Iterator[Expression]:
    return iter((node.vector,)) if isinstance(node, Range) else walk(node.inner)


def _may_find(selector: Vector, labels: Mapping[str, str]) -> bool:
    """Return whether a selector can find a recorded series: no static label of the record contradicts a matcher."""
    return not labels or all(one.accepts(labels[one.label]) for one in selector.matchers if one.label in labels)
