"""How often series get a sample, as far as rules and configuration prove it.

A recorded series gets one at every evaluation of its group. A scraped one gets one at every scrape of its job;
which job that is, only matchers tell, so there may be several candidates. Labels set while relabelling and
honoured labels are out of sight: a selector that fits no job can come from any of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from gonogo.formats.prometheus_config import Configuration, ScrapeJob
from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.estate import Estate
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import Matcher, Vector


@dataclass(frozen=True, slots=True, order=True)
class Pace:
    """How often a series gets a sample, and who gives it one, as in ``job 'node' scrapes``."""

    interval: timedelta
    source: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """What is known of the pace of an estate's series."""

    estate: Estate
    _known: dict[tuple[Matcher, ...], tuple[Pace, ...]] = field(default_factory=dict)

    def paces(self, vector: Vector) -> tuple[Pace, ...]:
        """List the paces that the series of a selector may have, the quickest first; none where it is not known."""
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
